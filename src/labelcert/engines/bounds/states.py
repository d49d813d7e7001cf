"""What the labeled points can be to two classes a and b: members of a, of b, or of neither.

Against one rival b of a predicted class a only the SVMs of a and b count, and they see of a
relabeling only which of three states each point is in (``math.md`` 6).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labelcert.engines.multiclass.relabels import RelabelSpace

IN_A, IN_B, ELSEWHERE = 0, 1, 2


@dataclass(frozen=True, eq=False)
class PairStates:
    """States of n points, as an attacker can reach them.

    home (n,): the clean state. side (n, 3, 2) int64: whether a state flips the ±1 label of a point
    in the SVM of a, of b. cost (n, 3): 0 at home. allowed (n, 3) bool, home among them.
    """

    space: RelabelSpace
    a: int
    b: int
    home: np.ndarray
    side: np.ndarray
    cost: np.ndarray
    allowed: np.ndarray

    @classmethod
    def of(cls, space: RelabelSpace, a: int, b: int) -> PairStates:
        """The states of a space's points for classes a and b."""
        n = space.n
        labels = space.labels
        home = np.where(labels == a, IN_A, np.where(labels == b, IN_B, ELSEWHERE))
        states = np.arange(3)
        side = np.stack(
            [(states == s) != (home[:, None] == s) for s in (IN_A, IN_B)], axis=2
        ).astype(np.int64)
        cost = np.repeat(space.cost[:, None], 3, axis=1).astype(np.int64)
        cost[np.arange(n), home] = 0
        elsewhere = space.alternatives.copy()
        elsewhere[:, [a, b]] = False
        allowed = np.stack(
            [space.alternatives[:, a], space.alternatives[:, b], elsewhere.any(axis=1)], axis=1
        )
        allowed[np.arange(n), home] = True
        return cls(space, a, b, home, side, cost, allowed)

    def changes(self, states: np.ndarray) -> np.ndarray:
        """The changes that bring the points into states (n,); elsewhere is the first label there
        is."""
        space = self.space
        elsewhere = space.alternatives.copy()
        elsewhere[:, [self.a, self.b]] = False
        target = np.where(
            states == IN_A, self.a, np.where(states == IN_B, self.b, elsewhere.argmax(axis=1))
        )
        moved = np.flatnonzero(states != self.home)
        return moved * space.classes + target[moved]
