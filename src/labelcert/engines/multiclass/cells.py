"""Cells: flip sets of one class's SVM by what they cost, and by whose points they hold.

A relabeling against a rival costs what the union of its two flip sets costs, one for the predicted
class a and one for the rival b. A point can be in both only if it moves between a and b, so how
much two sets can share follows from how much of each lies on members of a and b.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FINE = 8
"""Up to this budget cells also tell whose points a flip set holds."""


@dataclass(frozen=True, eq=False)
class Cells:
    """Cell numbers of flip sets of cost ≤ budget.

    number (budget + 1,)³: by cost, cost of members that leave, cost of joiners of one class.
    cost, leaving, joining (cells,): the same, read backwards; coming: cost of all joiners. In
    coarse cells the last three are the most that can be.
    """

    number: np.ndarray
    cost: np.ndarray
    leaving: np.ndarray
    joining: np.ndarray
    coming: np.ndarray

    @classmethod
    def up_to(cls, budget: int) -> Cells:
        """Fine cells for small budgets, one a cost for large ones."""
        size = budget + 1
        number = np.zeros((size, size, size), dtype=np.int64)
        if budget > FINE:
            number[:] = np.arange(size)[:, None, None]
            each = np.arange(size)
            return cls(number, each, each, each, each)
        found = []
        for cost in range(size):
            for left in range(cost + 1):
                for joined in range(cost - left + 1):
                    number[cost, left, joined] = len(found)
                    found.append((cost, left, joined))
        spent, leaving, joining = np.array(found, dtype=np.int64).T
        return cls(number, spent, leaving, joining, spent - leaving)

    @property
    def count(self) -> int:
        """Number of cells."""
        return len(self.cost)

    def smallest_union(self) -> np.ndarray:
        """(cells, cells): the least that a set of the predicted class and one of a rival cost.

        Sets of the predicted class (rows) do not tell whom their joiners belong to.
        """
        to_rival = np.minimum(self.leaving[:, None], self.joining[None, :])
        from_rival = np.minimum(self.coming[:, None], self.leaving[None, :])
        both = np.minimum(self.cost[:, None], self.cost[None, :])
        shared = np.minimum(to_rival + from_rival, both)
        return self.cost[:, None] + self.cost[None, :] - shared
