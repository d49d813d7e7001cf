"""Which relabelings an attacker of many classes may use: who, to which class, at what cost.

A change gives point i the new label k; it is written as the number i·K + k, so that a relabeling is
a sorted array of changes. A point is changed once and pays its cost once, whatever its new label.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from labelcert.engines.flips import UNLIMITED, FlipSpace
from labelcert.engines.ladder import Ladder, count_by_level


@dataclass(frozen=True, eq=False)
class RelabelSpace:
    """All relabelings with Σ cost of changed points ≤ budget and, a group, Σ cost ≤ its budget.

    labels (n,) int64 in 0 … K−1; allowed (n, K) bool: labels each point may hold, its own among
    them; cost (n,) int64 ≥ 1; group (n,) int64 numbers into group_budget (groups,).
    """

    labels: np.ndarray
    allowed: np.ndarray
    cost: np.ndarray
    group: np.ndarray
    group_budget: np.ndarray

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
    def is_unrestricted(self) -> bool:
        """Whether every label may become any other, at cost 1, and no group binds."""
        return bool(self.allowed.all()) and self.points.is_unrestricted

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
        """What the attacker can do to the SVM of class k: whose ±1 label may be flipped."""
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

    def cost_of(self, changes: np.ndarray) -> int:
        """Cost of a relabeling."""
        return int(self.cost[changes // self.classes].sum())

    def contains(self, changes: np.ndarray, budget: int) -> bool:
        """Whether a relabeling is allowed at a budget; each point may occur once."""
        points, labels = changes // self.classes, changes % self.classes
        if len(np.unique(points)) < len(points) or (labels == self.labels[points]).any():
            return False
        if not self.allowed[points, labels].all():
            return False
        return self.points.contains(points, budget)
