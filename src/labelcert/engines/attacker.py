"""What an attacker may do to the labels, for the engines: who, to which class, at what cost.

A change gives point i the new label k; it is written as the number i·K + k, so that a relabeling is
a sorted array of changes. A point is changed once and pays its cost once, whatever its new label.
A binary machine sees of all that only whose ±1 label turns: a `FlipSpace`. Whatever adds up costs,
purses of groups, or how many changes a budget pays for asks here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from labelcert.engines.ladder import Ladder, count_by_level, ladder_of

UNLIMITED = 2**62
"""The purse of a group without a budget of its own."""


@dataclass(frozen=True, eq=False)
class FlipSpace:
    """All sets F of flippable points with Σ_F cost ≤ budget and, a group, Σ cost ≤ its budget.

    allowed (n,) bool; cost (n,) int64 ≥ 0; group (n,) int64 numbers into group_budget (groups,).
    """

    allowed: np.ndarray
    cost: np.ndarray
    group: np.ndarray
    group_budget: np.ndarray

    @classmethod
    def unrestricted(cls, n: int) -> FlipSpace:
        """Every label may be flipped, each at cost 1."""
        return cls(
            allowed=np.ones(n, dtype=bool),
            cost=np.ones(n, dtype=np.int64),
            group=np.zeros(n, dtype=np.int64),
            group_budget=np.full(1, UNLIMITED, dtype=np.int64),
        )

    @cached_property
    def candidates(self) -> np.ndarray:
        """Indices of the points that may be flipped at all, (c,) int64."""
        return np.flatnonzero(self.allowed & (self.cost <= self.group_budget[self.group]))

    @cached_property
    def unit_cost(self) -> bool:
        """Whether every flippable label costs 1."""
        return bool((self.cost[self.allowed] == 1).all())

    @property
    def is_unrestricted(self) -> bool:
        """Whether every label may be flipped at cost 1 and no group binds."""
        return bool(self.allowed.all()) and self.unit_cost and not self.groups_bind

    @cached_property
    def groups_bind(self) -> bool:
        """Whether some group's budget is below what all its flippable labels cost together."""
        return bool((self.spent_by_group > self.group_budget).any())

    def ladder(self, budget: int) -> Ladder:
        """What allowed flip sets of cost ≤ budget can cost; raises InputError if that is much."""
        return ladder_of(self.cost, self.group, self.group_budget, self.allowed, budget)

    def count_by_level(self, ladder: Ladder) -> list[int]:
        """(rows,) how many flip sets cost exactly each level."""
        once = self.allowed.astype(np.int64)
        return count_by_level(self.cost, self.group, self.group_budget, once, ladder)

    @property
    def spent_by_group(self) -> np.ndarray:
        """(groups,) int64 what flipping all allowed points of each group would cost."""
        total = np.zeros(len(self.group_budget), dtype=np.int64)
        np.add.at(total, self.group[self.allowed], self.cost[self.allowed])
        return total

    def most_flips(self, budget: int) -> int:
        """How many flips a budget can pay for at the most, whatever the groups say."""
        prices = np.cumsum(np.sort(self.cost[self.candidates]))
        return int(np.searchsorted(prices, budget, side="right"))

    def within_reach(self, budget: int) -> np.ndarray:
        """(n,) bool: points that some affordable flip set holds."""
        return self.allowed & (self.cost <= np.minimum(self.group_budget[self.group], budget))

    def cost_of(self, flips: np.ndarray) -> int:
        """Cost of a flip set given by indices."""
        return int(self.cost[flips].sum())

    def purses_after(self, flips: np.ndarray) -> np.ndarray:
        """(groups,) int64 what each group may still spend after a flip set."""
        left = self.group_budget.copy()
        np.subtract.at(left, self.group[flips], self.cost[flips])
        return left

    def affordable_after(self, flips: np.ndarray, budget: int) -> np.ndarray:
        """(n,) bool: points that may be flipped on top of a flip set."""
        left = np.minimum(self.purses_after(flips)[self.group], budget - self.cost_of(flips))
        may = self.allowed & (self.cost <= left)
        may[flips] = False
        return may

    def contains(self, flips: np.ndarray, budget: int) -> bool:
        """Whether a flip set is allowed at a budget."""
        within = bool(self.allowed[flips].all()) and bool((self.purses_after(flips) >= 0).all())
        return within and self.cost_of(flips) <= budget


@dataclass(frozen=True, eq=False)
class RelabelSpace:
    """All relabelings with Σ cost of changed points ≤ budget and, a group, Σ cost ≤ its budget.

    labels (n,) int64 in 0 … K−1; allowed (n, K) bool: labels each point may hold, its own among
    them; cost (n,) int64 ≥ 0; group (n,) int64 numbers into group_budget (groups,).
    free_groups: besides, the attacker picks up to so many groups, whose labels may change at no
    cost and outside their purses: a choice among attackers, not a budget (`engines.crowds`).
    free_changes: where that is no choice of groups, the sets of changes to choose one from, each an
    ascending array.
    """

    labels: np.ndarray
    allowed: np.ndarray
    cost: np.ndarray
    group: np.ndarray
    group_budget: np.ndarray
    free_groups: int = 0
    free_changes: tuple[np.ndarray, ...] | None = None

    @classmethod
    def unrestricted(cls, labels: np.ndarray, classes: int) -> RelabelSpace:
        """Every label may become any other, each at cost 1."""
        n = len(labels)
        return cls(
            labels=np.asarray(labels, dtype=np.int64),
            allowed=np.ones((n, classes), dtype=bool),
            cost=np.ones(n, dtype=np.int64),
            group=np.zeros(n, dtype=np.int64),
            group_budget=np.full(1, UNLIMITED, dtype=np.int64),
        )

    @classmethod
    def of_flips(cls, y: np.ndarray, flips: FlipSpace) -> RelabelSpace:
        """Two classes, of which 1 has the label y (n,) = +1, under flips."""
        labels = (np.asarray(y) > 0).astype(np.int64)
        allowed = np.repeat(flips.allowed[:, None], 2, axis=1)
        allowed[np.arange(len(labels)), labels] = True
        return cls(labels, allowed, flips.cost, flips.group, flips.group_budget)

    @property
    def n(self) -> int:
        """Number of labeled points."""
        return len(self.labels)

    @property
    def classes(self) -> int:
        """Number of classes K."""
        return self.allowed.shape[1]

    @cached_property
    def changeable(self) -> np.ndarray:
        """(n,) bool: points that may be changed at all."""
        more_than_one = self.allowed.sum(axis=1) > 1
        return more_than_one & (self.cost <= self.group_budget[self.group])

    @cached_property
    def points(self) -> FlipSpace:
        """The same attacker if a change had no direction: who may be changed, and at what cost."""
        return FlipSpace(self.changeable, self.cost, self.group, self.group_budget)

    @cached_property
    def patterns(self) -> tuple[np.ndarray, np.ndarray]:
        """(P,) one point for each pair of a label and what it may become, and the pair of each
        point (n,). Found by hashes, which are compared with what they stand for."""
        rng = np.random.default_rng(0)
        while True:
            keys = rng.integers(1, 2**62, size=self.classes + 1)
            hashes = self.alternatives.astype(np.int64) @ keys[:-1] + self.labels * keys[-1]
            _, first, found = np.unique(hashes, return_index=True, return_inverse=True)
            pattern = found.reshape(-1)
            same = (self.alternatives[first[pattern]] == self.alternatives).all()
            if same and (self.labels[first[pattern]] == self.labels).all():
                return first, pattern

    @cached_property
    def alternatives(self) -> np.ndarray:
        """(n, K) bool: labels that each point may be changed to."""
        other = self.allowed & self.changeable[:, None]
        other[np.arange(self.n), self.labels] = False
        return other

    def count_by_level(self, ladder: Ladder) -> list[int]:
        """(rows,) how many relabelings cost exactly each level."""
        choices = self.alternatives.sum(axis=1)
        return count_by_level(self.cost, self.group, self.group_budget, choices, ladder)

    def class_space(self, k: int) -> FlipSpace:
        """What the attacker can do to the machine of class k: whose ±1 label may be flipped."""
        own = self.labels == k
        leaves = own & self.changeable
        joins = ~own & self.alternatives[:, k]
        return FlipSpace(leaves | joins, self.cost, self.group, self.group_budget)

    def apply(self, changes: np.ndarray) -> np.ndarray:
        """(n,) labels after some changes."""
        labels = self.labels.copy()
        labels[changes // self.classes] = changes % self.classes
        return labels

    def changes_to(self, labels: np.ndarray) -> np.ndarray:
        """The changes that lead to labels (n,), ascending."""
        changed = np.flatnonzero(labels != self.labels)
        return changed * self.classes + labels[changed]

    def flips(self, points: np.ndarray) -> np.ndarray:
        """The changes that give points their only other label; two classes."""
        return points * 2 + 1 - self.labels[points]

    def cost_of(self, changes: np.ndarray) -> int:
        """Cost of a relabeling, no group free."""
        return int(self.cost[changes // self.classes].sum())

    def contains(self, changes: np.ndarray, budget: int) -> bool:
        """Whether a relabeling is allowed at a budget; each point may occur once."""
        points, labels = changes // self.classes, changes % self.classes
        if len(np.unique(points)) < len(points) or (labels == self.labels[points]).any():
            return False
        if not self.allowed[points, labels].all():
            return False
        price = self.price(changes)
        return price is not None and price <= budget

    def price(self, changes: np.ndarray) -> int | None:
        """The smallest budget that pays for changes along allowed labels, each point once.

        None where no budget does: more purses than there are free groups hold too little.
        """
        if self.free_changes is None:
            return self._price(changes, self.free_groups)
        paid = (changes[~np.isin(changes, free)] for free in self.free_changes)
        prices = [self._price(rest, 0) for rest in paid]
        return min((price for price in prices if price is not None), default=None)

    def _price(self, changes: np.ndarray, free_groups: int) -> int | None:
        points = changes // self.classes
        spent = np.zeros(len(self.group_budget), dtype=np.int64)
        np.add.at(spent, self.group[points], self.cost[points])
        over = spent > self.group_budget
        if int(over.sum()) > free_groups:
            return None
        dearest = np.sort(spent[~over])[::-1][: free_groups - int(over.sum())]
        return int(spent[~over].sum() - dearest.sum())

    @cached_property
    def words(self) -> int:
        """Words of 64 bits that a relabeling takes as a bit mask, see `mask_of`."""
        bits = self.n if self.classes == 2 else self.n * self.classes
        return (bits + 63) // 64

    def mask_of(self, changes: np.ndarray) -> np.ndarray:
        """A relabeling as a bit mask (words,) uint64: a bit a change, with two classes a point."""
        bits = np.zeros(64 * self.words, dtype=np.uint8)
        bits[changes // 2 if self.classes == 2 else changes] = 1
        return np.packbits(bits, bitorder="little").view("<u8").astype(np.uint64)

    def changes_of(self, mask: np.ndarray) -> np.ndarray:
        """The changes of a bit mask (words,), ascending."""
        bits = indices_of(mask)
        return self.flips(bits) if self.classes == 2 else bits


def indices_of(mask: np.ndarray) -> np.ndarray:
    """Indices of the set bits of a (words,) uint64 mask, ascending."""
    bits = np.unpackbits(mask.astype("<u8").view(np.uint8), bitorder="little")
    return np.flatnonzero(bits)
