"""Keep the most extreme label vectors of one machine, by test point and cell, on a walk.

A bounded max-heap a cell holds those with the smallest values. What a cell is, see
`labelcert.engines.joining.cells`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from labelcert._jit import inner
from labelcert.engines.knowledge.record import copy_mask, row_of


class Heaps(NamedTuple):
    """What one thread keeps; without test points, nothing."""

    values: np.ndarray  # (m, cells, size), +inf where there is nothing yet
    masks: np.ndarray  # (m, cells, size, words)
    offered: np.ndarray  # (m, cells) label vectors seen
    gap: np.ndarray  # (1,) the largest duality gap
    kind: np.ndarray  # (m,) int64 which joiners a test point's cells tell apart; −1: no list
    member: np.ndarray  # (n,) int64 clean class of each point, counted from the machine's own as 0
    number: np.ndarray  # cell numbers, see `Cells`
    levels: np.ndarray  # (rows,) int64
    cells: np.ndarray  # (kinds,) int64 work space
    joined: np.ndarray  # (kinds,) int64 work space


def new_heaps(
    kind: np.ndarray,
    member: np.ndarray,
    kinds: int,
    number: np.ndarray,
    levels: np.ndarray,
    shape: tuple[int, int, int],
) -> Heaps:
    """Empty heaps; shape: cells, entries a cell, and words of a mask."""
    m = len(kind)
    return Heaps(
        values=np.full((m, *shape[:2]), np.inf),
        masks=np.zeros((m, *shape), dtype=np.uint64),
        offered=np.zeros((m, shape[0]), dtype=np.int64),
        gap=np.zeros(1),
        kind=kind.astype(np.int64),
        member=member.astype(np.int64),
        number=number,
        levels=levels,
        cells=np.zeros(kinds, dtype=np.int64),
        joined=np.zeros(kinds, dtype=np.int64),
    )


def no_heaps() -> Heaps:
    """Heaps of a walk that keeps none."""
    nothing = np.zeros(0, dtype=np.int64)
    number = np.zeros((1, 1, 1), dtype=np.int64)
    return new_heaps(nothing, nothing, 0, number, nothing, (1, 1, 1))


@inner
def _push_down(value, mask, at, size):
    """Restore the heap order below entry `at` of value (size,) and mask (size, words)."""
    while True:
        child = 2 * at + 1
        if child >= size:
            return
        if child + 1 < size and value[child + 1] > value[child]:
            child += 1
        if value[child] <= value[at]:
            return
        value[at], value[child] = value[child], value[at]
        for w in range(mask.shape[1]):
            mask[at, w], mask[child, w] = mask[child, w], mask[at, w]
        at = child


@inner
def _locate(heaps, mask, spent, cost):
    """Write the cell of a label vector for each kind of test point.

    A cell is numbered by the levels of what the flip set costs, what of that members who leave pay,
    and what joiners of the class in question pay (kind 0 does not ask for the last), or by the
    first alone.
    """
    left = np.int64(0)
    for kind in range(heaps.joined.shape[0]):
        heaps.joined[kind] = 0
    for i in range(cost.shape[0]):
        if (mask[i // 64] & (np.uint64(1) << np.uint64(i % 64))) != np.uint64(0):
            if heaps.member[i] == 0:
                left += cost[i]
            else:
                heaps.joined[heaps.member[i]] += cost[i]
    row = row_of(heaps.levels, spent)
    fine = heaps.number.shape[1] > 1
    leaving = row_of(heaps.levels, left) if fine else np.int64(0)
    for kind in range(heaps.cells.shape[0]):
        inside = row_of(heaps.levels, heaps.joined[kind]) if fine and kind > 0 else np.int64(0)
        heaps.cells[kind] = heaps.number[row, leaving, inside]


@inner
def offer(heaps, margin, gap, mask, spent, cost):
    """Offer a label vector with values (m,) to the heap of each test point; cost (n,)."""
    _locate(heaps, mask, spent, cost)
    heaps.gap[0] = max(heaps.gap[0], gap)
    size = heaps.values.shape[2]
    for t in range(margin.shape[0]):
        if heaps.kind[t] < 0:
            continue
        cell = heaps.cells[heaps.kind[t]]
        if np.isfinite(margin[t]):
            heaps.offered[t, cell] += 1
        heap = heaps.values[t, cell]
        if margin[t] < heap[0]:
            heap[0] = margin[t]
            copy_mask(mask, heaps.masks[t, cell, 0])
            _push_down(heap, heaps.masks[t, cell], np.int64(0), size)
