"""Sharpen a hull: bound ±f_i under the label of i kept and flipped, for all i, until it stalls.

Each bound is the proven one of a functional, so the hull stays valid whatever the solver does. Shared
by all test points of a budget (``math.md`` 4.4).
Cost: 4n small linear programs a round.
"""

from __future__ import annotations

import numpy as np

from labelcert.engines.clock import Clock
from labelcert.engines.flips import FlipSpace
from labelcert.engines.relaxation.hull import FLIPPED, KEPT, Hull
from labelcert.engines.relaxation.program import Relaxation

STALL = 0.97
"""Another round is worth it while the ranges shrink below this share of what they were."""


def tighten(
    gram: np.ndarray,
    hull: Hull,
    space: FlipSpace,
    budget: int,
    clock: Clock,
    points: list[np.ndarray],
    rounds: int = 4,
) -> tuple[Hull, list[np.ndarray]]:
    """Return a narrower hull valid for the same budget, and the points of useful cuts.

    points: β̂ (n,) of known solutions, to cut at from the start. Ends early when the clock expires.
    """
    for number in range(rounds):
        before = _width(hull)
        hull, points, done = _one_round(gram, hull, space, budget, clock, points, number, rounds)
        if not done or _width(hull) > STALL * before:
            break
    return hull, points


def _width(hull: Hull) -> float:
    ranges = np.maximum(hull.high - hull.low, 0.0)
    return float(ranges[:, KEPT].sum() + ranges[hull.may_flip, FLIPPED].sum())


def _one_round(
    gram: np.ndarray,
    hull: Hull,
    space: FlipSpace,
    budget: int,
    clock: Clock,
    points: list[np.ndarray],
    number: int,
    rounds: int,
) -> tuple[Hull, list[np.ndarray], bool]:
    relaxation = Relaxation(gram, hull, space, budget)
    for point in points:
        relaxation.add_cut(point)
    low, high = hull.low.copy(), hull.high.copy()
    n = len(gram)
    for i in range(n):
        for state in (KEPT, FLIPPED):
            if state == FLIPPED and not relaxation.corners.may_flip[i]:
                continue
            if clock.expired:
                return hull.narrowed(low, high), relaxation.cut_points, False
            states = np.zeros(n, dtype=np.int8)
            states[i] = 1 if state == KEPT else -1
            relaxation.fix(states)
            low[i, state] = max(low[i, state], relaxation.bound(gram[i], 6, 0.02)[0])
            high[i, state] = min(high[i, state], -relaxation.bound(-gram[i], 6, 0.02)[0])
        clock.report("bound tightening", (number + (i + 1) / n) / rounds)
    return hull.narrowed(low, high), relaxation.cut_points, True
