"""Sharpen a hull: bound ±f_i under the label of i kept and flipped, for all i, until it stalls.

Each bound is the proven one of a functional, so the hull stays valid whatever the solver does.
Shared by all test points of a budget (``math.md`` 4.4).
Cost: 4n small linear programs a round, spread over processes.
"""

from __future__ import annotations

import numpy as np

from labelcert.engines.bounds.hull import FLIPPED, KEPT, Hull
from labelcert.engines.flips import FlipSpace
from labelcert.engines.relaxation.program import Relaxation
from labelcert.engines.work.clock import Clock, clock_until
from labelcert.engines.work.workers import run_pieces

STALL = 0.97
"""Another round is worth it while the ranges shrink below this share of what they were."""

PIECES = 8
"""Each round is cut into this many pieces of work, whatever the number of processes."""

CUTS = 24
"""Cut points handed on from a round to the next."""


def tighten(
    gram: np.ndarray,
    hull: Hull,
    space: FlipSpace,
    budget: int,
    clock: Clock,
    points: list[np.ndarray],
    rounds: int = 4,
    jobs: int = 1,
) -> tuple[Hull, list[np.ndarray]]:
    """Return a narrower hull valid for the same budget, and the points of useful cuts.

    points: β̂ (n,) of known solutions, to cut at from the start. Ends early when the clock expires;
    what was bounded by then is used.
    """
    n = len(gram)
    for number in range(rounds):
        before = _width(hull)
        deadline = clock.deadline
        pieces = [
            (gram, hull, space, budget, part, points, deadline)
            for part in np.array_split(np.arange(n), min(PIECES, n))
        ]
        low, high = hull.low.copy(), hull.high.copy()
        found: dict[int, list[np.ndarray]] = {}
        for piece, (part, rows_low, rows_high, cuts) in run_pieces(_bound, pieces, clock, jobs):
            low[part], high[part] = rows_low, rows_high
            found[piece] = cuts
            clock.report("bound tightening", (number + len(found) / len(pieces)) / rounds)
        share = max(CUTS // len(pieces), 1)
        points = [cut for piece in sorted(found) for cut in found[piece][-share:]] or points
        hull = hull.narrowed(low, high)
        if clock.expired or _width(hull) > STALL * before:
            break
    return hull, points


def _width(hull: Hull) -> float:
    ranges = np.maximum(hull.high - hull.low, 0.0)
    return float(ranges[:, KEPT].sum() + ranges[hull.may_flip, FLIPPED].sum())


def _bound(
    gram: np.ndarray,
    hull: Hull,
    space: FlipSpace,
    budget: int,
    part: np.ndarray,
    points: list[np.ndarray],
    deadline: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[np.ndarray]]:
    """Ranges of the points in `part`: their rows of low and high, and the cuts in use."""
    clock = clock_until(deadline)
    relaxation = Relaxation(gram, hull, space, budget)
    for point in points:
        relaxation.add_cut(point)
    low, high = hull.low[part].copy(), hull.high[part].copy()
    for row, i in enumerate(part):
        for state in (KEPT, FLIPPED):
            if clock.expired or (state == FLIPPED and not relaxation.corners.may_flip[i]):
                continue
            states = np.zeros(len(gram), dtype=np.int8)
            states[i] = 1 if state == KEPT else -1
            relaxation.fix(states)
            for side, sign in ((low, 1.0), (high, -1.0)):
                seconds = max(clock.remaining, 0.05)
                found = relaxation.bound(sign * gram[i], 6, 0.02, time_limit=seconds)[0]
                if found > sign * side[row, state]:
                    side[row, state] = sign * found
    return part, low, high, relaxation.cut_points
