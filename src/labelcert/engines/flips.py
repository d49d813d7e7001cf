"""Which flip sets an attacker may use, for the engines: who, at what cost, from which purse."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


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
            group_budget=np.full(1, 2**40, dtype=np.int64),
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
        total = np.bincount(
            self.group[self.allowed],
            weights=self.cost[self.allowed],
            minlength=len(self.group_budget),
        )
        return bool((total > self.group_budget).any())

    def largest_cost(self) -> int:
        """The cost of the dearest flip set."""
        total = np.bincount(
            self.group[self.allowed],
            weights=self.cost[self.allowed],
            minlength=len(self.group_budget),
        )
        return int(np.minimum(total, self.group_budget).sum())

    def cost_of(self, flips: np.ndarray) -> int:
        """Cost of a flip set given by indices."""
        return int(self.cost[flips].sum())

    def contains(self, flips: np.ndarray, budget: int) -> bool:
        """Whether a flip set is allowed at a budget."""
        spent = np.bincount(
            self.group[flips], weights=self.cost[flips], minlength=len(self.group_budget)
        )
        within = bool(self.allowed[flips].all()) and bool((spent <= self.group_budget).all())
        return within and self.cost_of(flips) <= budget
