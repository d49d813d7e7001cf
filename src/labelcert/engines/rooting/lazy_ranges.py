"""Ranges of one machine, budget by budget, narrowed where bounds on leads depend on them.

They begin with what the clean fit tells (`labelcert.engines.motion.ranges`); an end of a range is
then tightened by a program of its own where the programs of leads ask for it, the labels that they
would flip first. All predictions share them, and those of a budget hold for every smaller one.
Source: ``math.md`` 10.3.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from labelcert.engines.bounds.demand import Demand, margins
from labelcert.engines.bounds.functional import Multipliers
from labelcert.engines.bounds.hull import FLIPPED, KEPT, Hull
from labelcert.engines.bounds.tightening import End, Look, Looked, narrow_again
from labelcert.engines.machines.machine import Machine
from labelcert.engines.motion.ranges import Ranges
from labelcert.engines.work.clock import Clock

PATIENCE = 200
"""An end may gain again what it gained last, once so many others were looked at."""

AGAIN = 0.2
"""Of what a program gained, the next one for the same end may gain this share: what it would gain
from narrower ranges elsewhere is known without it."""

ENOUGH, PASSES = 1e-4, 8
"""Multipliers are looked at again while ranges shrink by more than this share, so many times."""

KEEP_BYTES = 2**28
"""Multipliers that take more than this are forgotten, the oldest first."""

FRESH = 0.1
"""Ranges are fresh while more than this share of the labels was never looked at."""

LEAST = 0.02
"""What an end may gain is never put lower than this share of what is left at first sight."""

TEMPT = 1e-3
"""What kept labels may gain counts a little even where no bound asks for it."""


class _History(NamedTuple):
    """Of a budget: what each end (n, 2, 2) gained last, NaN at first, and when; looks (1,)."""

    gained: np.ndarray
    at: np.ndarray
    looks: np.ndarray


class LazyRanges:
    """The hulls of one machine whose clean fit came to its end."""

    def __init__(self, machine: Machine):
        self.machine, self._ranges = machine, Ranges(machine)
        self._hulls: dict[int, Hull] = {}
        self._history: dict[int, _History] = {}
        self._needed: dict[End, np.ndarray] = {}
        self._known: dict[End, Multipliers] = {}
        self._last = np.zeros(0, dtype=np.int64)

    @property
    def solution(self) -> np.ndarray:
        """(n,) β of the clean fit, of the scaled kernel."""
        return self._ranges.solution

    def hull(self, level: int, clock: Clock) -> Hull:
        """What is known of a budget."""
        if level not in self._hulls:
            self._hulls[level] = self._ranges.hull(level, clock)
            self._look_again(level, clock)
        hull = self._hulls[level]
        for larger in self._history:
            if larger > level:
                known = self._hulls[larger]
                hull = hull.narrowed(known.low, known.high)
        return hull

    def fresh(self, level: int) -> bool:
        """Whether many labels that may be flipped were never looked at for a budget."""
        if level not in self._hulls:
            return False  # nobody has asked for it
        may = self._hulls[level].may_flip
        never = np.isnan(self._history_of(level).gained[may, FLIPPED, 1])
        return bool(never.mean() > FRESH) if may.any() else False

    def ends(self, level: int, demands: Iterable[tuple[float, Demand]], number: int, kept: bool,
             clock: Clock) -> list[End]:  # fmt: skip
        """The ends that are worth most to weighted demands: of labels flipped, or kept."""
        hull = self.hull(level, clock)
        hope = self._hope(level, hull)
        flipped, sides = np.zeros(len(hull.y)), np.zeros((len(hull.y), 2))
        for weight, demand in demands:
            flipped[demand.points] += weight * demand.flipped
            sides[demand.points] += weight * demand.kept
        score = np.zeros(hope.shape)
        if kept:
            below, above = margins(hull)
            inside = (below[:, KEPT] < 1.0) & (above[:, KEPT] > 1.0)
            score[:, KEPT] = np.where(inside[:, None], hope[:, KEPT] * (sides + TEMPT), 0.0)
        else:
            score[:, FLIPPED, 1] = np.where(hull.may_flip, hope[:, FLIPPED, 1] * flipped, 0.0)
        flat = score.ravel()
        best = np.argsort(-flat, kind="stable")[:number]
        found = np.stack(np.unravel_index(best[flat[best] > 0], score.shape), axis=1)
        return [End(int(i), int(state), bool(side)) for i, state, side in found]

    def look(self, level: int, end: End) -> Look:
        """The program for an end: with points to begin with, at first sight a rough one."""
        rough = bool(np.isnan(self._history_of(level).gained[end.i, end.state, int(end.rising)]))
        return Look(end, self._needed.get(end, self._last), rough)

    def take(
        self,
        level: int,
        ends: Sequence[End],
        found: Iterable[tuple[Hull, Mapping[End, Looked]]],
        clock: Clock,
    ) -> None:
        """Note the hulls that looking at some ends has given, and what it took."""
        before = self.hull(level, clock)
        hull = before
        for one, looks in found:
            hull = hull.narrowed(one.low, one.high)
            for end, looked in looks.items():
                self._needed[end] = self._last = looked.needed
                self._remember(end, looked.multipliers)
        self._hulls[level] = hull
        history = self._history_of(level)
        gain = AGAIN * (_widths(before) - _widths(hull))
        for i, state, rising in ends:
            history.gained[i, state, int(rising)] = gain[i, state]
            history.at[i, state, int(rising)] = history.looks[0]
        history.looks[0] += len(ends)
        self._look_again(level, clock)

    def _remember(self, end: End, multipliers: Multipliers | None) -> None:
        if multipliers is None:
            return
        self._known.pop(end, None)
        self._known[end] = multipliers
        while len(self._known) * 16 * len(self.machine.y) > KEEP_BYTES:
            del self._known[next(iter(self._known))]

    def _look_again(self, level: int, clock: Clock) -> None:
        """Narrow the ranges of a budget by all multipliers there are, of whichever budget."""
        hull, space = self._hulls[level], self.machine.space
        for _ in range(PASSES if self._known else 0):
            narrower = narrow_again(hull, space, level, self._known.items(), clock)
            before, after = _widths(hull).sum(), _widths(narrower).sum()
            hull = narrower
            if clock.expired or not after < (1 - ENOUGH) * before:
                break
        self._hulls[level] = hull

    def _hope(self, level: int, hull: Hull) -> np.ndarray:
        """(n, 2, 2) about how far each end may come nearer."""
        y = self.machine.y
        margin = y * (self.machine.gram.scaled @ self.solution)
        clean = np.stack([margin, -margin], axis=1)
        below, above = margins(hull)
        left = 0.5 * np.maximum(np.stack([clean - below, above - clean], axis=2), 0.0)
        left[~np.isfinite(left)] = 0.0
        history = self._history_of(level)
        rest = np.minimum((history.looks[0] - history.at) / PATIENCE, 1.0)
        again = np.minimum(np.maximum(history.gained, LEAST * left) * rest, left)
        return np.where(np.isnan(history.gained), left, again)

    def _history_of(self, level: int) -> _History:
        if level not in self._history:
            shape = (len(self.machine.y), 2, 2)
            self._history[level] = _History(
                np.full(shape, np.nan), np.zeros(shape), np.zeros(1, dtype=np.int64)
            )
        return self._history[level]


def _widths(hull: Hull) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        width = hull.high - hull.low
    return np.where(np.isfinite(width), width, 0.0)
