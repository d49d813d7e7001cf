"""Radii by one convex bound a prediction and budget, small budgets first; hundreds of labels.

What it decides: budgets that predictions survive for sure; it breaks nothing. The relaxation of
branch and bound at its root, over hulls whose ranges come from one fit
(`labelcert.engines.motion.ranges`) in place of a tightening that costs 4n programs.
Cost: a convex program a prediction, rival and budget (0.1 s at n = 300, 1 s at n = 600, with one
machine), for about as many budgets as the radius has doublings.
When to prefer it: labels too many to go through their flip sets, leads far from 0 for the budget.
Source: ``math.md`` 10.2 and 10.3.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from labelcert.engines.bounds.bound import Lead, Region
from labelcert.engines.bounds.hull import Hull
from labelcert.engines.bounds.lead_relaxation import LeadRelaxation
from labelcert.engines.bounds.states import States
from labelcert.engines.engine import Role
from labelcert.engines.knowledge.evidence import Bounded
from labelcert.engines.machines.machines import Machines
from labelcert.engines.motion.ranges import Ranges
from labelcert.engines.task import Question, Task
from labelcert.engines.work.clock import Clock, clock_until
from labelcert.engines.work.workers import run_pieces

NAME = "root bound"

SMALLEST, MANY = 100, 200
"""Numbers of labels it is for: more than the first, with many classes than the second, for fewer
are gone through or searched whole."""

TOGETHER = 4
"""Predictions in one piece of work: they share what is set up for a budget."""


@dataclass
class Steps:
    """Which row of a prediction to try next: doubling steps until one fails, then halves.

    low: the last row proven; high: the first that failed, or one beyond the last that is asked for.
    """

    low: int
    high: int
    step: int = 1
    failed: bool = False

    @property
    def row(self) -> int:
        """The row to try; none is left once low and high are neighbours."""
        return (self.low + self.high) // 2 if self.failed else min(self.low + self.step,
                                                                   self.high - 1)  # fmt: skip

    def take(self, proven: bool) -> None:
        """Note what came of the row."""
        if proven:
            self.low, self.step = self.row, 2 * self.step
        else:
            self.high, self.failed = self.row, True


@dataclass(frozen=True, eq=False)
class Piece:
    """Some predictions (t, their class, open rivals) at one budget, over the hulls of it."""

    machines: Machines
    hulls: dict[int, Hull]
    nominal: dict[int, np.ndarray]
    budget: int
    points: tuple[tuple[int, int, tuple[int, ...]], ...]
    deadline: float


class RootBound:
    """One bound a prediction and budget, see above."""

    name = NAME
    role = Role.SEARCH
    decides = frozenset({Question.RADII})
    retrains = False

    def accepts(self, task: Task) -> bool:
        """Kernel SVMs of some hundred labels whose clean fit came to its end."""
        least = SMALLEST if task.two_classes else MANY
        if task.machines is None or task.n <= least:
            return False
        return all(machine.fitted for machine in task.machines.each)

    def seconds(self, task: Task, budget: int) -> float:
        """A few programs for each open prediction and rival."""
        program = 5e-9 * (min(task.svms.count, 2) * task.n) ** 3
        leads = sum(
            len(task.ledger.open_rivals(t)) for t in np.flatnonzero(task.ledger.open).tolist()
        )
        return 3 * program * leads / task.wishes.jobs

    def run(self, task: Task, budget: int, clock: Clock) -> bool:
        """Prove what the bounds prove, from small budgets up."""
        ledger, ladder = task.ledger, task.ledger.ladder
        ranges = [Ranges(machine) for machine in task.svms.each]
        steps: dict[int, Steps] = {}
        for t in np.flatnonzero(ledger.open).tolist():
            last = ladder.row(min(ledger.needed(t), budget))
            steps[t] = Steps(ladder.row(int(ledger.robust[t])), last + 1)
        while not clock.expired:
            waiting: dict[int, list[int]] = defaultdict(list)
            for t, step in steps.items():
                if step.low + 1 < step.high:
                    waiting[step.row].append(t)
            if not waiting:
                return True
            row = min(waiting)
            done = _bound_all(task, ranges, int(ladder.levels[row]), waiting[row], clock)
            for t in waiting[row]:
                if t not in done:
                    return False  # the clock expired before it was its turn
                steps[t].take(done[t])
        return False


def _bound_all(
    task: Task, ranges: list[Ranges], level: int, points: list[int], clock: Clock
) -> dict[int, bool]:
    """Bound some predictions at a level, and write what is proven; which were, as far as time
    allowed."""
    ledger = task.ledger
    given = [
        (t, int(ledger.predicted[t]),
         tuple(b for b in ledger.open_rivals(t) if ledger.proven[t, b] < level))
        for t in points
    ]  # fmt: skip
    used = {p.machine for _, a, bs in given for b in bs for p in task.svms.lead(a, b)}
    hulls = {k: ranges[k].hull(level, clock) for k in sorted(used)}
    nominal = {k: ranges[k].solution for k in hulls}
    deadline = clock.deadline
    pieces = [
        (Piece(task.svms, hulls, nominal, level, tuple(given[at : at + TOGETHER]), deadline),)
        for at in range(0, len(given), TOGETHER)
    ]
    done: dict[int, bool] = {}
    for number, found in run_pieces(bound_some, pieces, clock, task.wishes.jobs):
        for (t, _, rivals), bounds in zip(pieces[number][0].points, found, strict=False):
            for b, bound in zip(rivals, bounds, strict=True):
                if bound > 0:
                    ledger.prove(t, b, level, NAME, Bounded(bound))
            done[t] = all(bound > 0 for bound in bounds)
        clock.report(NAME, min(level / max(ledger.max_budget, 1), len(done) / len(given)))
    return done


def bound_some(piece: Piece) -> list[list[float]]:
    """A lower bound on the lead over each rival, for each prediction that there is time for."""
    clock = clock_until(piece.deadline)
    machines, found = piece.machines, []
    core = machines.each[0].core()
    relaxations: dict[tuple[int, int], tuple[States, LeadRelaxation, Region]] = {}
    for t, a, rivals in piece.points:
        bounds = []
        for b in rivals:
            if clock.expired:
                return found
            if (a, b) not in relaxations:
                relaxations[a, b] = _relaxation(piece, core.gram, a, b)
            states, relaxation, region = relaxations[a, b]
            rows = np.stack([part.sign * core.cross[:, t] for part in states.parts])
            bounds.append(relaxation.lower(region, Lead(rows, float(core.doubt[t])), 0.0)[0])
        found.append(bounds)
    return found


def _relaxation(
    piece: Piece, gram: np.ndarray, a: int, b: int
) -> tuple[States, LeadRelaxation, Region]:
    states = States.of(piece.machines, a, b)
    hulls = tuple(piece.hulls[part.machine] for part in states.parts)
    nominal = np.stack([piece.nominal[part.machine] for part in states.parts])
    relaxation = LeadRelaxation(gram, states, hulls, piece.budget, nominal)
    return states, relaxation, Region(states.reachable(piece.budget), hulls)
