"""Exact worst margins at every budget, where a radius alone is not enough.

What it decides: for every test point and budget the smallest margin that any flip set reaches, as
an interval that closes to the error bar of retraining. The engines of the cascade know it already
where they tried every flip set of a budget; this one closes what they left, by branch and bound
towards the smallest margin seen instead of towards 0.
Cost: as branch and bound, and more of it: the sign of a margin is decided long before its value.
When to prefer it: on request, for studies of how far predictions can be pushed.
Source: our own note, ``math.md`` 4.3, 4.4 and 8.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from labelcert.engines.branch_and_bound import Search
from labelcert.engines.knowledge.evidence import Bounded
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.knowledge.recording import Record, mask_to_indices
from labelcert.engines.knowledge.settle import add_witnesses, settle
from labelcert.engines.machines.judge import ExactJudge
from labelcert.engines.machines.machine import Problem
from labelcert.engines.relaxation.shared import SharedHulls
from labelcert.engines.work.clock import Clock, clock_until
from labelcert.engines.work.workers import run_pieces

NAME = "worst margins"


@dataclass(frozen=True, eq=False)
class Piece:
    """The worst margins of one test point: which budgets are open, and the time they may take.

    deadline: of all (`Clock.deadline`); seconds: for this point.
    """

    problem: Problem
    sign: np.ndarray
    hulls: SharedHulls
    t: int
    rows: tuple[int, ...]
    deadline: float
    seconds: float


def open_margins(ledger: Ledger) -> np.ndarray:
    """(m, rows) bool: worst margins that nobody has bounded from below yet."""
    return ~np.isfinite(ledger.margin_bound)


def close_margins(
    problem: Problem,
    sign: np.ndarray,
    ledger: Ledger,
    hulls: SharedHulls,
    clock: Clock,
    jobs: int = 1,
    seconds_a_point: float = float("inf"),
) -> None:
    """Bound every open worst margin from both sides, as far as the clock allows.

    All that is retrained on the way also serves as witnesses for the radii.
    """
    waiting = [int(t) for t in np.flatnonzero(open_margins(ledger).any(axis=1))]
    for row in np.flatnonzero(open_margins(ledger).any(axis=0))[::-1]:
        hulls.hull(int(ledger.ladder.levels[row]), clock.within(0.4 * clock.remaining))
    deadline = clock.deadline
    alone = replace(hulls, jobs=1)
    pieces = []
    for t in waiting:
        rows = tuple(np.flatnonzero(open_margins(ledger)[t]).tolist())
        pieces.append((Piece(problem, sign, alone, t, rows, deadline, seconds_a_point),))
    results = {}
    for number, result in run_pieces(margins_of_one, pieces, clock, jobs):
        results[number] = result
        clock.report(NAME, len(results) / len(pieces))
    judge = ExactJudge(problem)
    for number in sorted(results):
        low, high, record = results[number]
        t = waiting[number]
        add_witnesses(ledger, [record], NAME)
        settle(problem, sign, ledger, [record], NAME, judge, clock)
        ledger.bound_margin(t, low, high)
        proven = np.flatnonzero(ledger.margin_bound[t] > 0)
        if len(proven):
            bound = float(ledger.margin_bound[t, proven[-1]])
            ledger.prove(t, int(ledger.ladder.levels[proven[-1]]), NAME, Bounded(bound))


def margins_of_one(piece: Piece) -> tuple[np.ndarray, np.ndarray, Record]:
    """Bounds (rows,) on one test point's worst margins from below and above, and the record."""
    clock = clock_until(piece.deadline, piece.seconds)
    search = Search(piece.problem, piece.sign, piece.hulls, clock)
    levels = piece.problem.ladder.levels
    low, high = np.full(len(levels), -np.inf), np.full(len(levels), np.inf)
    for row in reversed(piece.rows):
        if clock.expired:
            break
        if np.isfinite(low[row]):
            continue
        low[row], high[row] = search.worst_margin(piece.t, int(levels[row]))
        first = _cheapest(search.record, piece.t, row, high[row])
        # The flip set that is worst at a budget is worst at all budgets that can pay for it.
        low[first:row], high[first:row] = low[row], high[row]
    return low, high, search.record


def _cheapest(record: Record, t: int, row: int, margin: float) -> int:
    """The row of the cheapest flip set seen with a margin as small as the worst one."""
    reached = np.flatnonzero(record.worst[: row + 1, t] <= margin)
    if len(reached) == 0:
        return row  # a margin that is no number was reached by nothing
    mask = record.worst_mask[reached[0], t]
    return int(reached[0]) if len(mask_to_indices(mask)) else 0
