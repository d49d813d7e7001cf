"""Exact worst margins at every budget, where a radius alone is not enough; two classes.

What it decides: for every prediction and budget the smallest margin that any flip set reaches, as
an interval that closes to the error bar of retraining. Enumerations know it already where they
tried every flip set of a budget; this one closes what they left, by branch and bound towards the
smallest margin seen instead of towards 0.
Cost: as branch and bound, and more of it: the sign of a margin is decided long before its value.
When to prefer it: on request, for studies of how far predictions can be pushed.
Source: our own note, ``math.md`` 4.3, 4.4 and 8.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labelcert.engines.bounds.hulls import Hulls, tightening_seconds
from labelcert.engines.branching.search import LeadSearch, Worst
from labelcert.engines.by_branching import HULL_SHARE, hulls_of, relaxable
from labelcert.engines.engine import Role
from labelcert.engines.knowledge.evidence import Bounded, Retrained
from labelcert.engines.machines.machines import Machines
from labelcert.engines.machines.svm_trainer import SvmTrainer
from labelcert.engines.task import Question, Task
from labelcert.engines.work.clock import Clock, clock_until
from labelcert.engines.work.workers import run_pieces

NAME = "worst margins"

SEARCHES = 3
"""So many times what tightening takes goes into one worst margin, about."""


@dataclass(frozen=True, eq=False)
class Piece:
    """The worst margins of one prediction: which rows are open, and the time they may take.

    deadline: of all (`Clock.deadline`); seconds: for this prediction.
    """

    machines: Machines
    hulls: Hulls
    t: int
    predicted: int
    rows: tuple[int, ...]
    deadline: float
    seconds: float


class WorstMargins:
    """Bounds every open worst margin from both sides."""

    name = NAME
    role = Role.BOUND
    decides = frozenset({Question.MARGINS})
    retrains = True

    def accepts(self, task: Task) -> bool:
        """Two classes, where margins are asked for."""
        return task.two_classes and task.wishes.margins and relaxable(task)

    def seconds(self, task: Task, budget: int) -> float:
        """The hull of every budget, and more searches than radii take."""
        open_ = ~np.isfinite(task.ledger.margin_bound)[:, : task.ledger.ladder.row(budget) + 1]
        tight = tightening_seconds(task.n)
        each = SEARCHES * tight / (6 * task.n) * 50
        return (int(open_.any(axis=0).sum()) * tight + int(open_.sum()) * each) / task.wishes.jobs

    def run(self, task: Task, budget: int, clock: Clock) -> bool:
        """Bound what is open up to a budget; all that is found also serves the radii."""
        ledger, wishes, hulls = task.ledger, task.wishes, hulls_of(task)
        levels = ledger.ladder.levels
        missing = ~np.isfinite(ledger.margin_bound)
        missing[:, ledger.ladder.row(budget) + 1 :] = False
        rows = np.flatnonzero(missing.any(axis=0))
        wanted = [(0, int(levels[row])) for row in rows]
        hulls.prepare(wanted, clock.within(HULL_SHARE * clock.remaining), wishes.jobs)
        waiting = np.flatnonzero(missing.any(axis=1)).tolist()
        deadline = clock.deadline
        pieces = [
            (
                Piece(
                    task.svms, hulls.only(wanted), t, int(ledger.predicted[t]),
                    tuple(np.flatnonzero(missing[t]).tolist()), deadline, wishes.seconds_a_point,
                ),
            )
            for t in waiting
        ]  # fmt: skip
        results: dict[int, dict[int, Worst]] = {}
        for number, result in run_pieces(margins_of_one, pieces, clock, wishes.jobs):
            results[number] = result
            clock.report(NAME, len(results) / len(pieces))
        comparison = SvmTrainer(task.svms, clock)
        for number in sorted(results):
            _write_down(task, waiting[number], results[number], comparison)
        return not clock.expired


def _write_down(task: Task, t: int, found: dict[int, Worst], comparison: SvmTrainer) -> None:
    """Note the worst margins of t by row, and what they say of its radius."""
    ledger = task.ledger
    rows = ledger.ladder.rows
    low, high = np.full(rows, -np.inf), np.full(rows, np.inf)
    for row, worst in found.items():
        low[row], high[row] = worst.low, worst.high
    for worst in found.values():
        _try_witness(task, t, worst, comparison)
    ledger.bound_margin(t, low, high)
    proven = np.flatnonzero(ledger.margin_bound[t] > 0)
    if len(proven):
        bound = float(ledger.margin_bound[t, proven[-1]])
        ledger.prove_all(t, int(ledger.ladder.levels[proven[-1]]), NAME, Bounded(bound))


def _try_witness(task: Task, t: int, worst: Worst, comparison: SvmTrainer) -> None:
    """Note a flip set that breaks t, surely or by exact arithmetic."""
    ledger = task.ledger
    if worst.cost >= ledger.broken[t] or not worst.high <= worst.bar:
        return
    exactly = not worst.high <= -worst.bar
    if exactly:
        labels, a = task.attacker.apply(worst.changes), int(ledger.predicted[t])
        sign = comparison.sign(labels, t, a, 1 - a)
        if sign is None or sign > 0:
            return
    ledger.break_(t, worst.cost, worst.changes, NAME, Retrained(exactly))


def margins_of_one(piece: Piece) -> dict[int, Worst]:
    """The worst margins of one prediction, by row."""
    clock = clock_until(piece.deadline, piece.seconds)
    search = LeadSearch(piece.machines, piece.hulls, clock)
    ladder, a = piece.machines.ladder, piece.predicted
    found: dict[int, Worst] = {}
    for row in reversed(piece.rows):
        if clock.expired:
            break
        if row in found:
            continue
        worst = search.worst_lead(piece.t, a, 1 - a, int(ladder.levels[row]), clock)
        # The flip set that is worst at a budget is worst at all budgets that can pay for it.
        first = min(ladder.row(worst.cost), row)
        found.update(dict.fromkeys(range(first, row + 1), worst))
    return found
