"""What changes can cost: the totals that an attacker can reach, and how many changes reach each.

Engines keep a row for each total that some allowed set of changes costs (a *level*), not for each
whole number up to the budget: with prices in cents there are few levels and large budgets. With
unit costs the levels are 0, 1, 2, …, and a row is a budget. The counts are what a proof by
exhaustion is held against (`labelcert.engines.account`): they follow from costs, groups and
alternatives alone, so that nothing an enumeration does or forgets can change them.
Source: our own note; a subset-sum count, one group after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from labelcert._errors import InputError

MOST_LEVELS = 200_000
"""Different totals that one attacker may reach; more of them are refused."""


@dataclass(frozen=True, eq=False)
class Ladder:
    """levels (L,) int64 ascending from 0: all totals ≤ budget that allowed changes can cost."""

    levels: np.ndarray
    budget: int

    @classmethod
    def every(cls, budget: int) -> Ladder:
        """A level for each budget, as with unit costs and enough points."""
        return cls(np.arange(budget + 1, dtype=np.int64), budget)

    @property
    def rows(self) -> int:
        """Number of levels L ≥ 1."""
        return len(self.levels)

    def row(self, budget: int) -> int:
        """Row of the dearest level that a budget ≥ 0 can pay for."""
        return int(np.searchsorted(self.levels, budget, side="right")) - 1

    def last_of(self, row: int) -> int:
        """The largest budget that pays for nothing dearer than the level of a row."""
        return int(self.levels[row + 1]) - 1 if row + 1 < self.rows else self.budget

    def cut(self, budget: int) -> Ladder:
        """The same attacker with a smaller budget."""
        return Ladder(self.levels[: self.row(budget) + 1], min(budget, self.budget))

    def largest(self, fits: Callable[[int], bool], budget: int) -> int:
        """The largest level ≤ budget that fits, −1 if none; what fits a level fits all below."""
        low, high = -1, self.row(budget) if budget >= 0 else -1
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if fits(int(self.levels[middle])) else (low, middle - 1)
        return int(self.levels[low]) if low >= 0 else -1

    def at_most(self, budget: int) -> int:
        """The dearest level that a budget ≥ 0 can pay for."""
        return int(self.levels[self.row(budget)])

    def up_to(self, budget: int) -> list[int]:
        """Levels from 0 to a budget, ascending."""
        return self.levels[: self.row(budget) + 1].tolist()


def ladder_of(
    cost: np.ndarray, group: np.ndarray, purses: np.ndarray, may: np.ndarray, budget: int
) -> Ladder:
    """The levels of sets of points with `may` (n,) bool, each group within its purse.

    cost (n,) int64 ≥ 1; group (n,) int64 numbers into purses (groups,). Raises InputError where
    there are more than `MOST_LEVELS`.
    """
    levels = np.zeros(1, dtype=np.int64)
    for g in np.unique(group[may]):
        purse = min(int(purses[g]), budget)
        levels = _sums(levels, _levels_of_one(cost[may & (group == g)], purse), budget)
    return Ladder(levels, budget)


def _levels_of_one(cost: np.ndarray, purse: int) -> np.ndarray:
    """Totals ≤ purse of sets of points of one group."""
    levels = np.zeros(1, dtype=np.int64)
    prices, counts = np.unique(cost[cost <= purse], return_counts=True)
    for price, count in zip(prices.tolist(), counts.tolist(), strict=True):
        most = min(count, purse // price)
        levels = _sums(levels, price * np.arange(most + 1, dtype=np.int64), purse)
    return levels


def _sums(first: np.ndarray, second: np.ndarray, most: int) -> np.ndarray:
    """Different sums ≤ most of one of each, ascending; both hold 0 and no more than `most`."""
    found = first
    # Pieces, so that a product of two long lists never lies in memory at once.
    step = max(1, 4_000_000 // max(len(first), 1))
    for at in range(0, len(second), step):
        part = (first[:, None] + second[None, at : at + step]).ravel()
        found = np.union1d(found, part[part <= most])
        if len(found) > MOST_LEVELS:
            raise InputError(
                f"costs reach more than {MOST_LEVELS} different totals within the budget: pass "
                "them in coarser units, or a smaller budget."
            )
    return found


def count_by_level(
    cost: np.ndarray,
    group: np.ndarray,
    purses: np.ndarray,
    choices: np.ndarray,
    ladder: Ladder,
) -> list[int]:
    """How many sets of changes cost exactly each level, in rows of the ladder.

    choices (n,) int64: in how many ways each point may be changed (0: not at all).
    """
    total: dict[int, int] = {0: 1}
    for g in np.unique(group[choices > 0]).tolist():
        inside = np.flatnonzero((choices > 0) & (group == g))
        purse = min(int(purses[g]), ladder.budget)
        one = _counts_of_one(cost[inside].tolist(), choices[inside].tolist(), purse)
        total = _product(total, one, ladder.budget)
    return [total.get(level, 0) for level in ladder.levels.tolist()]


def _counts_of_one(costs: Sequence[int], choices: Sequence[int], purse: int) -> dict[int, int]:
    counts: dict[int, int] = {0: 1}
    for price, ways in zip(costs, choices, strict=True):
        if price > purse:
            continue
        grown = dict(counts)
        for spent, number in counts.items():
            if spent + price <= purse:
                grown[spent + price] = grown.get(spent + price, 0) + number * ways
        counts = grown
    return counts


def _product(first: dict[int, int], second: dict[int, int], most: int) -> dict[int, int]:
    if len(first) == 1:
        return second
    found: dict[int, int] = {}
    for spent, number in first.items():
        for more, ways in second.items():
            if spent + more <= most:
                found[spent + more] = found.get(spent + more, 0) + number * ways
    return found
