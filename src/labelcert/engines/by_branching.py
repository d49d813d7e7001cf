"""Branch and bound for all open test points and rivals: shared hulls, batches, several processes.

Every batch starts from what is known by then; inside a batch the points are searched independently
and merged in order, so the result does not depend on timing (short of a time limit).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labelcert.engines.bounds.hulls import ClassHulls
from labelcert.engines.branching.search import BROKEN, NAME, PROVEN, PairSearch
from labelcert.engines.knowledge.evidence import Retrained, Searched
from labelcert.engines.machines.machines import MulticlassProblem
from labelcert.engines.multiclass.rivals import Rivals
from labelcert.engines.work.clock import Clock, clock_until
from labelcert.engines.work.workers import run_pieces

BATCH = 16
"""Test points searched before what they found is shared, whatever the number of processes."""

HULL_SHARE = 0.4
"""Share of the time left that the bound tightening of a batch may take."""

Harmless = tuple[int, int, Searched]
"""A rival class, the budget up to which it is proven harmless, and what that rests on."""


@dataclass(frozen=True, eq=False)
class Piece:
    """The search of one test point: its class, open rivals with what is proven, and the limits.

    budget: the largest one at which the point may still be robust. deadline: of all
    (`Clock.deadline`); seconds: for this point.
    """

    problem: MulticlassProblem
    hulls: ClassHulls
    t: int
    predicted: int
    rivals: tuple[tuple[int, int], ...]
    budget: int
    deadline: float
    seconds: float


def search_pairs(
    problem: MulticlassProblem,
    rivals: Rivals,
    clock: Clock,
    jobs: int = 1,
    seconds_a_point: float = float("inf"),
) -> None:
    """Close the radius intervals of all open test points as far as the clock allows.

    Points whose smallest known witness is smallest come first: their budgets are the easiest.
    """
    hulls = ClassHulls(problem)
    ledger = rivals.ledger
    waiting = [int(t) for t in np.flatnonzero(ledger.open)]
    waiting.sort(key=lambda t: (rivals.needed(t), t))
    total = max(len(waiting), 1)
    while waiting and not clock.expired:
        batch, waiting = waiting[:BATCH], waiting[BATCH:]
        wanted = sorted(
            {
                (int(k), rivals.needed(t))
                for t in batch
                for k in (rivals.predicted[t], *rivals.open_rivals(t))
            }
        )
        hulls.prepare(wanted, clock.within(HULL_SHARE * clock.remaining), jobs)
        deadline = clock.deadline
        pieces = [(_piece(problem, rivals, hulls, t, deadline, seconds_a_point),) for t in batch]
        results = dict(run_pieces(search_one, pieces, clock, jobs))
        for number in sorted(results):
            proofs, changes = results[number]
            t = batch[number]
            for rival, budget, found in proofs:
                rivals.prove(t, rival, min(budget, rivals.needed(t)), NAME, found)
            if changes is not None:
                cost = problem.space.cost_of(changes)
                if cost < ledger.broken[t]:
                    ledger.break_(t, cost, changes, NAME, Retrained(exactly=False))
        clock.report(NAME, 1 - len(waiting) / total)


def _piece(
    problem: MulticlassProblem,
    rivals: Rivals,
    hulls: ClassHulls,
    t: int,
    deadline: float,
    seconds: float,
) -> Piece:
    predicted, budget = int(rivals.predicted[t]), rivals.needed(t)
    open_rivals = [int(b) for b in rivals.open_rivals(t)]
    known = hulls.only([(k, budget) for k in (predicted, *open_rivals)])
    proven = tuple((b, int(rivals.proven[t, b])) for b in open_rivals)
    return Piece(problem, known, t, predicted, proven, budget, deadline, seconds)


def search_one(piece: Piece) -> tuple[list[Harmless], np.ndarray | None]:
    """Search one test point; its proofs, and the cheapest relabeling found to break it.

    Works downwards from the largest open budget: a proof there closes a rival at once, and a
    witness lowers the budget for all rivals.
    """
    clock = clock_until(piece.deadline, piece.seconds)
    search = PairSearch(piece.problem, piece.hulls, clock)
    proofs: list[Harmless] = []
    budget, witness = piece.budget, None
    for rival, proven in piece.rivals:
        while budget > proven and not clock.expired:
            found = search.decide(piece.t, piece.predicted, rival, budget, clock)
            if found.status == PROVEN:
                proofs.append((rival, budget, Searched(found.nodes, found.bound)))
                break
            if found.status != BROKEN or found.changes is None:
                break
            witness = found.changes
            budget = min(piece.problem.space.cost_of(witness), budget) - 1
    return proofs, witness
