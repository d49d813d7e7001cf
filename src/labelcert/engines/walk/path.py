"""Where a walk over the tree of relabelings stands: the changes made, and what they cost."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from labelcert._jit import inner
from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.knowledge.record import copy_mask


class Moves(NamedTuple):
    """The possible changes (c,) in order of their points, as arrays of int64."""

    point: np.ndarray
    source: np.ndarray  # the machine of the class that the point leaves
    target: np.ndarray  # that of the class it joins; the same where one machine has both
    bit: np.ndarray  # in a bit mask, see `RelabelSpace.mask_of`
    following: np.ndarray  # where the changes of the next point begin
    cost: np.ndarray
    group: np.ndarray

    @classmethod
    def of(cls, space: RelabelSpace, points: np.ndarray, targets: np.ndarray) -> Moves:
        """Changes of points (c,), ascending, to labels (c,)."""
        two = space.classes == 2
        nothing = np.zeros(len(points), dtype=np.int64)
        return cls(
            point=points,
            source=nothing if two else space.labels[points].astype(np.int64),
            target=nothing if two else targets,
            bit=points if two else points * space.classes + targets,
            following=np.searchsorted(points, points, side="right").astype(np.int64),
            cost=space.cost[points].astype(np.int64),
            group=space.group[points].astype(np.int64),
        )


class Path(NamedTuple):
    """A walk's work space; its level is the number of changes made."""

    mask: np.ndarray  # (levels, words) uint64: the relabeling at each level
    chosen: np.ndarray  # (levels,) int64: the change made on top of a level
    next: np.ndarray  # (levels,) int64: the change to try next on top of a level
    spent: np.ndarray  # (levels,) int64
    left: np.ndarray  # (groups,) int64: the purses at the current level


def new_path(space: RelabelSpace, size: int) -> Path:
    """A path of up to `size` changes, with none made."""
    return Path(
        mask=np.zeros((size + 2, space.words), dtype=np.uint64),
        chosen=np.zeros(size + 2, dtype=np.int64),
        next=np.zeros(size + 2, dtype=np.int64),
        spent=np.zeros(size + 2, dtype=np.int64),
        left=space.group_budget.astype(np.int64),
    )


@inner
def affordable(path, moves, level, c, budget):
    """Whether change c may be made on top of a level."""
    cost = moves.cost[c]
    return path.spent[level] + cost <= budget and path.left[moves.group[c]] >= cost


@inner
def look_ahead(path, moves, level, c):
    """Write the relabeling and its cost, with change c on top of a level, one level up."""
    copy_mask(path.mask[level], path.mask[level + 1])
    bit = moves.bit[c]
    path.mask[level + 1, bit // 64] |= np.uint64(1) << np.uint64(bit % 64)
    path.spent[level + 1] = path.spent[level] + moves.cost[c]


@inner
def step_in(path, moves, level, c):
    """Make change c, that was looked at, on top of a level."""
    path.chosen[level] = c
    path.left[moves.group[c]] -= moves.cost[c]
    path.next[level + 1] = moves.following[c]


@inner
def step_out(path, moves, level):
    """Take back the change on top of a level; returns it."""
    c = path.chosen[level]
    path.left[moves.group[c]] += moves.cost[c]
    return c
