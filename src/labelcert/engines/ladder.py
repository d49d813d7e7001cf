"""What changes can cost: the totals that an attacker can reach, and how many changes reach each.

Engines keep a row for each total that some allowed set of changes costs (a *level*), not for each
whole number up to the budget: with prices in cents there are few levels and large budgets. With
unit costs the levels are 0, 1, 2, …, and a row is a budget. The counts are what a proof by
exhaustion is held against (`labelcert.engines.knowledge.account`): they follow from costs, groups
and alternatives alone, so that nothing an enumeration does or forgets can change them.
Source: our own note; a subset-sum count, one group after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from labelcert._errors import InputError

MOST_LEVELS = 200_000
"""Different totals that one attacker may reach; more of them are refused."""

MOST_BITS = 2**34
"""Levels are found by shifting so many bits at the most, about a second; beyond it by sorting."""

UNCOUNTABLE = 10**15
"""Counts end here: nobody retrains on as many, so an account that expects them stays open."""

MOST_SUMS, MOST_STEPS = 2**31, 2 * 10**7
"""Counting takes so many sums of arrays, or steps of Python, at the most: seconds."""

FEW, FEW_STEPS = 12, 2 * 10**5
"""So many points, or steps, are quick whatever numbers they lead to."""

WIDEST = 2**24
"""Tables have an entry for each number only up to so many numbers."""

MOST_WAYS = 9000
"""`UNCOUNTABLE` times this many ways, and once more, is an int64."""


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


def _fits(times: int, numbers: int, most: int) -> bool:
    """Whether a table of all numbers up to some may be gone through so many times."""
    return numbers <= WIDEST and times * (numbers + 1) <= most


def _levels_of_one(cost: np.ndarray, purse: int) -> np.ndarray:
    """Totals ≤ purse of sets of points of one group."""
    levels = np.zeros(1, dtype=np.int64)
    prices, counts = np.unique(cost[cost <= purse], return_counts=True)
    purse = min(purse, int((prices * counts).sum()))
    if sum(counts.tolist()) > FEW and _fits(len(prices), purse, MOST_BITS):
        return _levels_by_bits(prices.tolist(), counts.tolist(), purse)
    for price, count in zip(prices.tolist(), counts.tolist(), strict=True):
        most = min(count, purse // price)
        levels = _sums(levels, price * np.arange(most + 1, dtype=np.int64), purse)
    return levels


def _levels_by_bits(prices: Sequence[int], counts: Sequence[int], purse: int) -> np.ndarray:
    """The same, a bit for each number up to the purse: a shift a price instead of a sort."""
    bits, inside = 1, (1 << (purse + 1)) - 1
    for price, count in zip(prices, counts, strict=True):
        left, many = min(count, purse // price), 1
        while left > 0:  # 1, 2, 4, … and the rest of them make up every number of points
            taken = min(many, left)
            bits |= (bits << (taken * price)) & inside
            left, many = left - taken, 2 * many
    return _levels_of_bits(bits)


def _bits_of(levels: np.ndarray) -> int:
    """A number with the bits of some levels set."""
    member = np.zeros(int(levels[-1]) + 1, dtype=np.uint8)
    member[levels] = 1
    return int.from_bytes(np.packbits(member, bitorder="little").tobytes(), "little")


def _levels_of_bits(bits: int) -> np.ndarray:
    """The positions of a number's bits, ascending; raises InputError if they are too many."""
    _check_number(bits.bit_count())
    member = np.frombuffer(bits.to_bytes((bits.bit_length() + 7) // 8, "little"), dtype=np.uint8)
    return np.flatnonzero(np.unpackbits(member, bitorder="little")).astype(np.int64)


def _check_number(levels: int) -> None:
    if levels > MOST_LEVELS:
        raise InputError(
            f"costs reach more than {MOST_LEVELS} different totals within the budget: pass "
            "them in coarser units, or a smaller budget."
        )


def _sums(first: np.ndarray, second: np.ndarray, most: int) -> np.ndarray:
    """Different sums ≤ most of one of each, ascending; both hold 0 and no more than `most`."""
    if len(second) > len(first):
        first, second = second, first
    if len(second) > FEW and _fits(len(second), int(first[-1]) + int(second[-1]), MOST_BITS):
        bits, total = _bits_of(first), 0
        for level in second.tolist():
            total |= bits << level
        return _levels_of_bits(total & ((1 << (most + 1)) - 1))
    found = first
    # Pieces, so that a product of two long lists never lies in memory at once.
    step = max(1, 4_000_000 // max(len(first), 1))
    for at in range(0, len(second), step):
        part = (first[:, None] + second[None, at : at + step]).ravel()
        found = np.union1d(found, part[part <= most])
        _check_number(len(found))
    return found


def count_by_level(
    cost: np.ndarray,
    group: np.ndarray,
    purses: np.ndarray,
    choices: np.ndarray,
    ladder: Ladder,
) -> list[int]:
    """How many sets of changes cost exactly each level, in rows of the ladder.

    choices (n,) int64: in how many ways each point may be changed (0: not at all). Counts end at
    `UNCOUNTABLE`; all of them are that where counting would take long.
    """
    budget = ladder.budget
    total: dict[int, int] = {0: 1}
    for g in np.unique(group[choices > 0]).tolist():
        purse = min(int(purses[g]), budget)
        inside = np.flatnonzero((choices > 0) & (group == g) & (cost <= purse))
        costs, ways = cost[inside].tolist(), choices[inside].tolist()
        steps = len(inside) * ladder.rows
        if steps > FEW_STEPS and _fits(len(inside), purse, MOST_SUMS) and max(ways) < MOST_WAYS:
            one = _counts_by_table(costs, ways, purse)
        elif steps <= MOST_STEPS:
            one = _counts_of_one(costs, ways, purse)
        else:
            return [UNCOUNTABLE] * ladder.rows
        steps = len(total) * len(one)
        if steps > FEW_STEPS and _fits(min(len(total), len(one)), budget, MOST_SUMS):
            total = _product_by_table(total, one, budget)
        elif steps <= MOST_STEPS:
            total = _product(total, one, budget)
        else:
            return [UNCOUNTABLE] * ladder.rows
    return [min(total.get(level, 0), UNCOUNTABLE) for level in ladder.levels.tolist()]


def _as_counts(table: np.ndarray) -> dict[int, int]:
    levels = np.flatnonzero(table)
    return dict(zip(levels.tolist(), table[levels].tolist(), strict=True))


def _counts_by_table(costs: Sequence[int], choices: Sequence[int], purse: int) -> dict[int, int]:
    table = np.zeros(purse + 1, dtype=np.int64)
    table[0] = 1
    for price, ways in zip(costs, choices, strict=True):
        table[price:] += table[: purse + 1 - price] * ways
        np.minimum(table, UNCOUNTABLE, out=table)
    return _as_counts(table)


def _counts_of_one(costs: Sequence[int], choices: Sequence[int], purse: int) -> dict[int, int]:
    counts: dict[int, int] = {0: 1}
    for price, ways in zip(costs, choices, strict=True):
        grown = dict(counts)
        for spent, number in counts.items():
            if spent + price <= purse:
                grown[spent + price] = grown.get(spent + price, 0) + number * ways
        counts = grown
    return counts


def _product_by_table(first: dict[int, int], second: dict[int, int], most: int) -> dict[int, int]:
    if len(first) > len(second):
        first, second = second, first
    table = np.zeros(most + 1, dtype=np.int64)
    table[list(second)] = [min(number, UNCOUNTABLE) for number in second.values()]
    found = np.zeros(most + 1, dtype=np.int64)
    for spent, number in first.items():
        part = table[: most + 1 - spent]
        # No product overflows: what would be more is as many as there can be.
        found[spent:] += np.where(part <= UNCOUNTABLE // number, part * number, UNCOUNTABLE)
        np.minimum(found, UNCOUNTABLE, out=found)
    return _as_counts(found)


def _product(first: dict[int, int], second: dict[int, int], most: int) -> dict[int, int]:
    found: dict[int, int] = {}
    for spent, number in first.items():
        for more, ways in second.items():
            if spent + more <= most:
                found[spent + more] = found.get(spent + more, 0) + number * ways
    return found
