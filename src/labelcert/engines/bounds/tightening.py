"""Sharpen a hull with the conic relaxation: one end of one range at a time, each used at once.

Each end is the proven value of a functional, so the hull stays valid whatever the solver does; all
test points and rivals of a budget share it (``math.md`` 4.4). The first round looks only at ends
that the hull depends on most: how far a label's margin ỹ_i f_i may rise while β_i can still be at
C, and how far it may fall where 1 lies inside the range.
Cost: up to 4n small convex programs a round, about 7 ms each at n = 70. Later rounds gain less; of
many labels only some ends are worth their program (`tighten_ends`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from labelcert.engines.attacker import FlipSpace
from labelcert.engines.bounds.conic import Aim, ConicRelaxation
from labelcert.engines.bounds.functional import Functional, Multipliers, best_over, corners_of
from labelcert.engines.bounds.hull import FLIPPED, KEPT, Hull
from labelcert.engines.bounds.working_set import CAREFUL, ROUGH
from labelcert.engines.work.clock import Clock

TOLERANCE, ROUGHLY = 5e-3, 0.1
"""How far from the best bound on f_i a program may stop; labels are worth 1. Rough bounds lose 0.03
in the mean, of ranges that are 1 and wider, and take a third of the time."""

STALL = 0.97
"""Another round is worth it while the ranges shrink below this share of what they were."""


class End(NamedTuple):
    """One end of the range of ỹf at point i, for its label kept or flipped: rising, or falling."""

    i: int
    state: int
    rising: bool


class Look(NamedTuple):
    """A program for an end: the points it begins with, and whether it may be a rough one."""

    end: End
    begin: np.ndarray
    rough: bool = False


class Looked(NamedTuple):
    """What came of it: the points that it needed, and its multipliers, None for useless ones."""

    needed: np.ndarray
    multipliers: Multipliers | None


def tighten_ends(
    gram: np.ndarray, hull: Hull, space: FlipSpace, budget: int, nominal: np.ndarray,
    looks: Iterable[Look], clock: Clock,
) -> tuple[Hull, list[Looked]]:  # fmt: skip
    """A hull narrowed at some ends, one after the other, and what came of each.

    nominal (n,): see `ConicRelaxation`. Once the clock expires the other ends are left out.
    """
    work, found = _Tightening(gram, hull, space, budget, nominal[None]), []
    for look in looks:
        if clock.expired:
            break
        found.append(work.look(look))
    return work.hull, found


def narrow_again(
    hull: Hull,
    space: FlipSpace,
    budget: int,
    known: Iterable[tuple[End, Multipliers]],
    clock: Clock,
) -> Hull:
    """A hull narrowed by what multipliers, found over wider hulls, prove of it now.

    By as much as a new program would narrow it, nearly: good multipliers stay good ones.
    """
    corners = corners_of(hull)
    low, high = hull.low.copy(), hull.high.copy()
    for end, multipliers in known:
        if clock.expired:
            break
        if end.state == KEPT or hull.may_flip[end.i]:
            found, _ = multipliers.over(corners)
            _put(low, high, hull, end, _worst(found, space, budget, end))
    return hull.narrowed(low, high)


def tighten(
    gram: np.ndarray, hull: Hull, space: FlipSpace, budget: int, clock: Clock, rounds: int
) -> Hull:
    """A narrower hull valid for the same budget; gram (n, n) scaled.

    Ends early when the clock expires, with what is bounded by then.
    """
    work = _Tightening(gram, hull, space, budget)
    for number in range(rounds):
        before = work.width
        for i in range(len(gram)):
            if clock.expired:
                return work.hull
            work.narrow(i, all_ends=number > 0)
        if number > 0 and work.width > STALL * before:
            break
    return work.hull


class _Tightening:
    """The hull so far, and the relaxation over it."""

    def __init__(
        self, gram: np.ndarray, hull: Hull, space: FlipSpace, budget: int,
        nominal: np.ndarray | None = None,
    ):  # fmt: skip
        n = len(gram)
        self.gram, self.space, self.budget = gram, space, budget
        self.hull = hull
        side = np.repeat(np.array([[[KEPT], [FLIPPED]]]), n, axis=0)
        cost = np.stack([np.zeros(n), space.cost], axis=1)
        self._relaxation = ConicRelaxation(gram, [hull], side, cost, budget, nominal)

    @property
    def width(self) -> float:
        """Sum of the ranges' widths."""
        ranges = np.maximum(self.hull.high - self.hull.low, 0.0)
        return float(ranges[:, KEPT].sum() + ranges[self.hull.may_flip, FLIPPED].sum())

    def narrow(self, i: int, all_ends: bool) -> None:
        """Bound f_i under its label kept and flipped, from all sides or those that matter most."""
        for state in (KEPT, FLIPPED):
            label = self.hull.y[i] * (1 - 2 * state)
            for rising in (True, False):
                if state == FLIPPED and not self._relaxation.corners[0].may_flip[i]:
                    break
                fall, rise = self._margins(i, state, label)
                if not all_ends and (fall >= 1.0 or (not rising and rise <= 1.0)):
                    break
                self.bound(End(i, state, rising))

    def _margins(self, i: int, state: int, label: float) -> tuple[float, float]:
        """The range of the label's margin ỹ_i f_i."""
        ends = (label * self.hull.low[i, state], label * self.hull.high[i, state])
        return min(ends), max(ends)

    def look(self, look: Look) -> Looked:
        """Tighten one end, from the points of another bound."""
        self._relaxation.needed = look.begin
        self.bound(look.end, look.rough)
        return Looked(self._relaxation.needed, self._relaxation.multipliers[0])

    def bound(self, end: End, rough: bool = False) -> None:
        """Tighten one end."""
        i, state, _ = end
        n = len(self.gram)
        allowed = np.stack([np.ones(n, dtype=bool), self._relaxation.corners[0].may_flip], axis=1)
        allowed[i] = (state == KEPT, state == FLIPPED)
        objective = sign_of(self.hull, end) * self.gram[i]

        def bound(found: list[Functional]) -> float:
            return _worst(found[0], self.space, self.budget, end)

        found = self._relaxation.functionals(
            objective[None], allowed, ROUGHLY if rough else TOLERANCE, Aim(bound),
            ROUGH if rough else CAREFUL,
        )  # fmt: skip
        low, high = self.hull.low.copy(), self.hull.high.copy()
        _put(low, high, self.hull, end, bound(found))
        self.hull = self.hull.narrowed(low, high)
        self._relaxation.replace_hull(0, self.hull)


def sign_of(hull: Hull, end: End) -> float:
    """sign · f_i is what is bounded from below at an end."""
    label = hull.y[end.i] * (1 - 2 * end.state)
    return float(-label if end.rising else label)


def _worst(found: Functional, space: FlipSpace, budget: int, end: End) -> float:
    """The least value over flip sets that hold the point of an end, or do not, as it says."""
    fixed = np.zeros(len(space.cost), dtype=bool)
    fixed[end.i] = True
    flipped = np.array([end.i] if end.state == FLIPPED else [], dtype=np.int64)
    return best_over(found, budget, space.cost, flipped, fixed)


def _put(low: np.ndarray, high: np.ndarray, hull: Hull, end: End, value: float) -> None:
    """Note in low, high (n, 2) what is proven of an end."""
    i, state = end.i, end.state
    if sign_of(hull, end) > 0:
        low[i, state] = max(low[i, state], value)
    else:
        high[i, state] = min(high[i, state], -value)
