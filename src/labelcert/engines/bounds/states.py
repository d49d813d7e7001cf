"""What the labeled points can be to two classes a and b: members of a, of b, or of neither.

In the lead of a over b only the machines of its parts count, and they see of a relabeling only
which state each point is in (``math.md`` 6). Where there are no other classes there are two states.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.machines.machines import Machines, Part

IN_A, IN_B, ELSEWHERE = 0, 1, 2


@dataclass(frozen=True, eq=False)
class States:
    """S states of n points, as an attacker can reach them.

    parts: of the lead. home (n,): the clean state. target (n, S): the label that a state stands
    for, of several the first. side (n, S, parts) int64: whether a state flips the ±1 label of a
    point in the machine of a part. cost (n, S): 0 at home. allowed (n, S) bool, home among them.
    """

    space: RelabelSpace
    parts: tuple[Part, ...]
    home: np.ndarray
    target: np.ndarray
    side: np.ndarray
    cost: np.ndarray
    allowed: np.ndarray

    @classmethod
    def of(cls, machines: Machines, a: int, b: int) -> States:
        """The states of the points for the lead of class a over b."""
        space, parts = machines.space, machines.lead(a, b)
        n, labels = space.n, space.labels
        elsewhere = space.alternatives.copy()
        elsewhere[:, [a, b]] = False
        count = 2 if space.classes == 2 else 3
        allowed = np.stack(
            [space.alternatives[:, a], space.alternatives[:, b], elsewhere.any(axis=1)], axis=1
        )[:, :count]
        home = np.where(labels == a, IN_A, np.where(labels == b, IN_B, ELSEWHERE))
        allowed[np.arange(n), home] = True
        target = np.stack([np.full(n, a), np.full(n, b), elsewhere.argmax(axis=1)], axis=1)
        target = target[:, :count]
        target[np.arange(n), home] = labels
        own = np.array([machines.class_of(part.machine) for part in parts])
        side = (target[:, :, None] == own) != (labels[:, None, None] == own)
        cost = np.repeat(space.cost[:, None], count, axis=1).astype(np.int64)
        cost[np.arange(n), home] = 0
        return cls(space, parts, home, target, side.astype(np.int64), cost, allowed)

    @property
    def count(self) -> int:
        """S."""
        return self.allowed.shape[1]

    @cached_property
    def at_home(self) -> np.ndarray:
        """(n, S) bool: the clean states."""
        return np.arange(self.count) == self.home[:, None]

    def reachable(self, budget: int) -> np.ndarray:
        """(n, S) bool: allowed states that a budget can pay for."""
        within = self.space.points.within_reach(budget)
        return self.allowed & (within[:, None] | self.at_home)

    def flips(self, chosen: np.ndarray, c: int) -> np.ndarray:
        """Points whose label the states (n,) flip in the machine of part c."""
        return np.flatnonzero(self.side[np.arange(len(chosen)), chosen, c] == 1)

    def changes(self, chosen: np.ndarray) -> np.ndarray:
        """The changes that bring the points into states (n,)."""
        moved = np.flatnonzero(chosen != self.home)
        return moved * self.space.classes + self.target[moved, chosen[moved]]
