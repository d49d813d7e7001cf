"""Branch and bound for all open predictions and rivals: shared hulls, batches, several processes.

What it decides: radii, prediction by prediction, at budgets beyond every enumeration. Every batch
starts from what is known by then; inside a batch the predictions are searched independently and
merged in order, so the result does not depend on timing (short of a time limit).
Cost and source: `labelcert.engines.branching.search`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labelcert.engines.bounds.hulls import Hulls, tightening_seconds
from labelcert.engines.branching.search import BROKEN, PROVEN, LeadSearch
from labelcert.engines.engine import Role
from labelcert.engines.knowledge.evidence import Retrained, Searched
from labelcert.engines.ladder import Ladder
from labelcert.engines.machines.machines import Machines
from labelcert.engines.task import Question, Task
from labelcert.engines.work.clock import Clock, clock_until
from labelcert.engines.work.workers import run_pieces

NAME, OPTION = "branch and bound", "branch_and_bound"

BATCH = 16
"""Predictions searched before what they found is shared, whatever the number of processes."""

HULL_SHARE = 0.4
"""Share of the time left that the bound tightening of a batch may take."""

RELAXATION_SIZE = 250
"""Beyond so many labels one program of the relaxation takes longer than a look at the clock may."""

PROGRAMS = 50
"""Convex programs that the search of one prediction takes at least, about."""


@dataclass(frozen=True, eq=False)
class Piece:
    """The search of one prediction: its class, open rivals with what is proven, and the limits.

    budget: the largest one to look at. deadline: of all (`Clock.deadline`); seconds: for this one.
    """

    machines: Machines
    hulls: Hulls
    ladder: Ladder
    t: int
    predicted: int
    rivals: tuple[tuple[int, int], ...]
    budget: int
    deadline: float
    seconds: float


@dataclass(frozen=True, eq=False)
class Found:
    """proofs: (rival, budget, what they rest on); witness: changes, and whether exactly so."""

    proofs: tuple[tuple[int, int, Searched], ...]
    witness: np.ndarray | None
    exactly: bool


class BranchAndBound:
    """Searches every open prediction, see above."""

    name = NAME
    role = Role.SEARCH
    decides = frozenset({Question.RADII})
    retrains = True

    def accepts(self, task: Task) -> bool:
        """Kernel SVMs of a size that programs are quick for, or whatever is asked for by name."""
        return relaxable(task)

    def seconds(self, task: Task, budget: int) -> float:
        """Hulls of the machines that are needed, and some programs for each open prediction."""
        machines, wishes = task.svms, task.wishes
        tight = tightening_seconds(task.n)
        program = tight / (6 * task.n)  # what tightening takes of them
        parts = min(machines.count, 2)
        searches = int(task.ledger.open.sum()) * PROGRAMS * parts**3 * program
        return (machines.count * tight + searches) / wishes.jobs

    def run(self, task: Task, budget: int, clock: Clock) -> bool:
        """Close the radius intervals of all open predictions as far as the clock allows.

        Those whose smallest known witness is smallest come first: their budgets are the easiest.
        Ends after a batch of which less than the share `Wishes.enough` was decided.
        """
        hulls = hulls_of(task)
        ledger = task.ledger
        waiting = [int(t) for t in np.flatnonzero(ledger.open) if _rivals(task, int(t), budget)]
        waiting.sort(key=lambda t: (ledger.needed(t), t))
        total = max(len(waiting), 1)
        while waiting and not clock.expired:
            batch, waiting = waiting[:BATCH], waiting[BATCH:]
            _search_batch(task, hulls, batch, budget, clock)
            if sum(not ledger.open[t] for t in batch) < task.wishes.enough * len(batch):
                return False
            clock.report(NAME, 1 - len(waiting) / total)
        return not clock.expired


def relaxable(task: Task) -> bool:
    """Whether the relaxation holds for a task, and is quick, or asked for by name."""
    if task.machines is None:
        return False
    return task.n <= RELAXATION_SIZE or task.wishes.engine == OPTION


def hulls_of(task: Task) -> Hulls:
    """The hulls that all engines of a task share."""
    return task.memory.setdefault(NAME, Hulls(task.svms))


def _level(task: Task, t: int, budget: int) -> int:
    """The level that the search of t starts at; −1 if none is left to look at."""
    needed = min(task.ledger.needed(t), budget)
    return task.ledger.ladder.at_most(needed) if needed >= 0 else -1


def _rivals(task: Task, t: int, budget: int) -> list[int]:
    """Rivals of t that are not proven harmless at its level."""
    level = _level(task, t, budget)
    return [b for b in task.ledger.open_rivals(t) if task.ledger.proven[t, b] < level]


def _search_batch(task: Task, hulls: Hulls, batch: list[int], budget: int, clock: Clock) -> None:
    """Search a batch of predictions, and write down what was found, in order."""
    ledger, wishes = task.ledger, task.wishes
    needed = {t: _hulls_for(task, t, budget) for t in batch}
    wanted = sorted({key for keys in needed.values() for key in keys})
    hulls.prepare(wanted, clock.within(HULL_SHARE * clock.remaining), wishes.jobs)
    deadline = clock.deadline
    pieces = []
    for t in batch:
        rivals = tuple((b, int(ledger.proven[t, b])) for b in _rivals(task, t, budget))
        piece = Piece(
            task.svms, hulls.only(needed[t]), ledger.ladder, t, int(ledger.predicted[t]), rivals,
            _level(task, t, budget), deadline, wishes.seconds_a_point,
        )  # fmt: skip
        pieces.append((piece,))
    results = dict(run_pieces(search_one, pieces, clock, wishes.jobs))
    for number in sorted(results):
        t, found = batch[number], results[number]
        for rival, proven, searched in found.proofs:
            ledger.prove(t, rival, proven, NAME, searched)
        if found.witness is not None:
            cost = task.attacker.cost_of(found.witness)
            if cost < ledger.broken[t]:
                ledger.break_(t, cost, found.witness, NAME, Retrained(found.exactly))


def _hulls_for(task: Task, t: int, budget: int) -> list[tuple[int, int]]:
    """The (machine, budget) that the search of t begins with."""
    machines, a = task.svms, int(task.predicted[t])
    parts = {part.machine for b in _rivals(task, t, budget) for part in machines.lead(a, b)}
    return [(k, _level(task, t, budget)) for k in sorted(parts)]


def search_one(piece: Piece) -> Found:
    """Search one prediction; its proofs, and the cheapest relabeling found to break it.

    Works downwards from the largest open budget: a proof there closes a rival at once, and a
    witness lowers the budget for all rivals.
    """
    clock = clock_until(piece.deadline, piece.seconds)
    search = LeadSearch(piece.machines, piece.hulls, clock)
    proofs: list[tuple[int, int, Searched]] = []
    budget, witness, exactly = piece.budget, None, False
    for rival, proven in piece.rivals:
        while budget > proven and not clock.expired:
            found = search.decide(piece.t, piece.predicted, rival, budget, clock)
            if found.status == PROVEN:
                proofs.append((rival, budget, found.searched))
                break
            if found.status != BROKEN or found.changes is None:
                break
            witness, exactly = found.changes, found.exactly
            cost = min(piece.machines.space.cost_of(witness), budget)
            budget = piece.ladder.at_most(cost - 1) if cost > 0 else -1
    return Found(tuple(proofs), witness, exactly)
