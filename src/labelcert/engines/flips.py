"""Which flip sets an attacker may use, for the engines: who, at what cost, from which purse."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labelcert.engines.ladder import Ladder, count_by_level, ladder_of

UNLIMITED = 2**62
"""The purse of a group without a budget of its own."""


@dataclass(frozen=True, eq=False)
class FlipSpace:
    """All sets F of flippable points with Σ_F cost ≤ budget and, a group, Σ cost ≤ its budget.

    allowed (n,) bool; cost (n,) int64 ≥ 1; group (n,) int64 numbers into group_budget (groups,).
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

    @property
    def candidates(self) -> np.ndarray:
        """Indices of the points that may be flipped at all, (c,) int64."""
        return np.flatnonzero(self.allowed & (self.cost <= self.group_budget[self.group]))

    @property
    def unit_cost(self) -> bool:
        """Whether every flippable label costs 1."""
        return bool((self.cost[self.allowed] == 1).all())

    @property
    def is_unrestricted(self) -> bool:
        """Whether every label may be flipped at cost 1 and no group binds."""
        return bool(self.allowed.all()) and self.unit_cost and not self.groups_bind

    @property
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

    def largest_cost(self) -> int:
        """The cost of the dearest flip set."""
        return int(np.minimum(self.spent_by_group, self.group_budget).sum())

    def cost_of(self, flips: np.ndarray) -> int:
        """Cost of a flip set given by indices."""
        return int(self.cost[flips].sum())

    def purses_after(self, flips: np.ndarray) -> np.ndarray:
        """(groups,) int64 what each group may still spend after a flip set."""
        left = self.group_budget.copy()
        np.subtract.at(left, self.group[flips], self.cost[flips])
        return left

    def contains(self, flips: np.ndarray, budget: int) -> bool:
        """Whether a flip set is allowed at a budget."""
        within = bool(self.allowed[flips].all()) and bool((self.purses_after(flips) >= 0).all())
        return within and self.cost_of(flips) <= budget
