"""Branch and bound for all open test points: shared hulls, batches, several processes.

Every batch starts from what is known by then; inside a batch the points are searched independently
and merged in order, so the result does not depend on timing (short of a time limit).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from labelcert.engines.branch_and_bound import NAME, Search
from labelcert.engines.knowledge.evidence import Proof
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.knowledge.recording import Record
from labelcert.engines.knowledge.settle import add_witnesses, settle
from labelcert.engines.machines.judge import ExactJudge
from labelcert.engines.machines.machine import Problem
from labelcert.engines.one_point import decide_one
from labelcert.engines.relaxation.shared import SharedHulls
from labelcert.engines.work.clock import Clock, clock_until
from labelcert.engines.work.workers import run_pieces

BATCH = 16
"""Test points searched before what they found is shared, whatever the number of processes."""

HULL_SHARE = 0.4
"""Share of the time left that the bound tightening of one budget may take."""


@dataclass(frozen=True, eq=False)
class Piece:
    """The search of one test point: what is known of it, and the time it may take.

    deadline: of all (`Clock.deadline`); seconds: for this point.
    """

    problem: Problem
    sign: np.ndarray
    hulls: SharedHulls
    t: int
    robust: int
    broken: int
    deadline: float
    seconds: float


def search_points(
    problem: Problem,
    sign: np.ndarray,
    ledger: Ledger,
    hulls: SharedHulls,
    clock: Clock,
    jobs: int = 1,
    seconds_a_point: float = float("inf"),
    enough: float = 0.0,
) -> None:
    """Close the radius intervals of all open test points as far as the clock allows.

    Points whose smallest known witness is smallest come first: their budgets are the easiest. Ends
    after a batch of which less than the share `enough` was decided.
    """
    total = max(int(ledger.open.sum()), 1)
    tried: set[int] = set()
    while not clock.expired:
        waiting = [int(t) for t in np.flatnonzero(ledger.open) if int(t) not in tried]
        if not waiting:
            return
        waiting.sort(key=lambda t: (int(ledger.broken[t]), t))
        batch = waiting[:BATCH]
        tried.update(batch)
        for budget in sorted({_budget(ledger, t) for t in batch}, reverse=True):
            hulls.hull(budget, clock.within(HULL_SHARE * clock.remaining))
        _run_batch(problem, sign, hulls, ledger, batch, clock, jobs, seconds_a_point)
        if sum(not ledger.open[t] for t in batch) < enough * len(batch):
            return
        clock.report(NAME, 1 - sum(t not in tried for t in np.flatnonzero(ledger.open)) / total)


def _budget(ledger: Ledger, t: int) -> int:
    """The level that the search of t starts at."""
    return ledger.ladder.at_most(min(int(ledger.broken[t]) - 1, ledger.max_budget))


def _run_batch(
    problem: Problem,
    sign: np.ndarray,
    hulls: SharedHulls,
    ledger: Ledger,
    batch: list[int],
    clock: Clock,
    jobs: int,
    seconds_a_point: float,
) -> None:
    deadline = clock.deadline
    alone = replace(hulls, jobs=1)
    pieces = [
        (
            Piece(
                problem,
                sign,
                alone,
                t,
                int(ledger.robust[t]),
                int(ledger.broken[t]),
                deadline,
                seconds_a_point,
            ),
        )
        for t in batch
    ]
    results = dict(run_pieces(search_one, pieces, clock, jobs))
    judge = ExactJudge(problem)
    for number in sorted(results):
        robust, proof, record = results[number]
        add_witnesses(ledger, [record], NAME)
        settle(problem, sign, ledger, [record], NAME, judge, clock)
        if proof is not None:
            ledger.prove(batch[number], robust, NAME, proof)


def search_one(piece: Piece) -> tuple[int, Proof | None, Record]:
    """Search one test point; its proven budget, the proof if there is a new one, what was seen."""
    clock = clock_until(piece.deadline, piece.seconds)
    known = Ledger(piece.problem.m, piece.problem.ladder)
    known.robust[piece.t] = piece.robust
    known.broken[piece.t] = piece.broken
    search = Search(piece.problem, piece.sign, piece.hulls, clock)
    decide_one(search, piece.t, known, ExactJudge(piece.problem))
    return int(known.robust[piece.t]), known.proof[piece.t], search.record
