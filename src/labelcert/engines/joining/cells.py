"""Cells: flip sets of one class's SVM by what they cost, and by whose points they hold.

A relabeling against a rival costs what the union of its two flip sets costs, one for the predicted
class a and one for the rival b. A point can be in both only if it moves between a and b, so how
much two sets can share follows from how much of each lies on members of a and b.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labelcert.engines.ladder import Ladder

FINE = 9
"""Up to so many levels of cost, cells also tell whose points a flip set holds."""

MOST = 512
"""Cells at the most; with more levels of cost, several neighbours share one."""


@dataclass(frozen=True, eq=False)
class Cells:
    """Cell numbers of flip sets, by levels of cost (`labelcert.engines.ladder`).

    budget, levels (rows,): those of the ladder. number: by the rows of what a flip set costs, of
    what members of it that leave cost, and of what joiners of one class cost; (rows,)³, or
    (rows, 1, 1) where cells are coarse.
    cost (cells,): the least that a flip set of the cell costs; leaving, joining, coming (cells,):
    the most that members that leave, joiners of that class, and all joiners may cost.
    """

    budget: int
    levels: np.ndarray
    number: np.ndarray
    cost: np.ndarray
    leaving: np.ndarray
    joining: np.ndarray
    coming: np.ndarray

    @classmethod
    def of(cls, ladder: Ladder) -> Cells:
        """Fine cells for few levels, else one a level, or one for some of them."""
        levels, rows = ladder.levels, ladder.rows
        if rows > FINE:
            width = -(-rows // MOST)
            cell = np.arange(rows) // width
            first = levels[::width]
            last = levels[np.minimum(np.arange(len(first)) * width + width - 1, rows - 1)]
            return cls(ladder.budget, levels, cell[:, None, None], first, last, last, last)
        number = np.zeros((rows, rows, rows), dtype=np.int64)
        found = []
        for cost, total in enumerate(levels.tolist()):
            for left, leaving in enumerate(levels.tolist()):
                for joined, joining in enumerate(levels.tolist()):
                    if leaving + joining <= total:
                        number[cost, left, joined] = len(found)
                        found.append((total, leaving, joining))
        spent, leaving, joining = np.array(found, dtype=np.int64).T
        return cls(ladder.budget, levels, number, spent, leaving, joining, spent - leaving)

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
        dearer = np.maximum(self.cost[:, None], self.cost[None, :])
        apart = self.cost[:, None] + self.cost[None, :] - (to_rival + from_rival)
        return np.maximum(apart, dearer)
