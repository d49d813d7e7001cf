"""Compiled: the most extreme flip sets of one class's SVM, by test point and cell.

A walk over all flip sets of a class visits each once for all test points; a bounded max-heap a
cell keeps those with the smallest oriented logits.
"""

from __future__ import annotations

import numpy as np

from labelcert._jit import compiled, inner
from labelcert.engines.knowledge.recording import row_of
from labelcert.engines.machines.retraining import (
    affordable,
    copy_level,
    copy_vector,
    flip_at,
    measure,
    solve_leaf,
    solve_level,
)


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
def _keep(margin, mask, cells, gap, lists, values, masks, offered, largest_gap):
    """Offer the flip set looked at last to the heap of each test point.

    cells (kinds,): its cell for each kind of test point; lists (m,): that kind, or −1 if the test
    point needs no list.
    """
    largest_gap[0] = max(largest_gap[0], gap)
    size = values.shape[2]
    for t in range(margin.shape[0]):
        if lists[t] < 0:
            continue
        cell = cells[lists[t]]
        if np.isfinite(margin[t]):
            offered[t, cell] += 1
        heap = values[t, cell]
        if margin[t] < heap[0]:
            heap[0] = margin[t]
            copy_vector(mask, masks[t, cell, 0])
            _push_down(heap, masks[t, cell], np.int64(0), size)


@inner
def _locate(core, stack, level, member, cells, cell_of, levels, joined):
    """The cell of a level's flip set for each kind of test point.

    member (n,): clean class of each point, counted from the class itself as 0. A cell is numbered
    by the levels of what the flip set costs, what of that members who leave pay, and what joiners
    of the class in question pay (kind 0 does not ask for the last), or by the first alone.
    """
    left = np.int64(0)
    for kind in range(joined.shape[0]):
        joined[kind] = 0
    n = member.shape[0]
    for i in range(n):
        word, bit = i // 64, np.uint64(1) << np.uint64(i % 64)
        if (stack.mask[level, word] & bit) != np.uint64(0):
            if member[i] == 0:
                left += core.cost[i]
            else:
                joined[member[i]] += core.cost[i]
    spent = row_of(levels, stack.spent[level])
    fine = cell_of.shape[1] > 1
    leaving = row_of(levels, left) if fine else np.int64(0)
    for kind in range(cells.shape[0]):
        inside = row_of(levels, joined[kind]) if fine and kind > 0 else np.int64(0)
        cells[kind] = cell_of[spent, leaving, inside]


@compiled
def walk_class(
    core, stack, candidates, base, first, budget, member, cell_of, levels, lists, values, masks,
    offered, largest_gap, kinds,
):  # fmt: skip
    """Visit the flip set `base` and all its extensions by candidates number `first` and up.

    core: of one class, each column of its cross-kernel oriented so that small is extreme. stack:
    level 0 holds the clean fit. values (m, cells, size) and masks (m, cells, size, words): heaps,
    filled with +inf at first; offered (m, cells): how many flip sets they have seen.
    """
    count = candidates.shape[0]
    clean, level = np.int64(0), np.int64(1)
    cheapest = core.cost[candidates].min() if count > 0 else np.int64(1)
    cells = np.zeros(kinds, dtype=np.int64)
    joined = np.zeros(kinds, dtype=np.int64)
    copy_level(stack, clean, level)
    for i in base:
        flip_at(core, stack, level, i)
    gap = solve_level(core, stack, level)
    measure(core, stack)
    _locate(core, stack, level, member, cells, cell_of, levels, joined)
    _keep(stack.margin, stack.mask[level], cells, gap, lists, values, masks, offered,
          largest_gap)  # fmt: skip
    stack.following[level] = first
    while level >= 1 and core.stop[0] == 0:
        c = stack.following[level]
        if c >= count:
            level -= 1
            continue
        stack.following[level] = c + 1
        i = candidates[c]
        if not affordable(core, stack, level, i, budget):
            continue
        last = c + 1 >= count or stack.spent[level] + core.cost[i] + cheapest > budget
        if last:
            gap = solve_leaf(core, stack, level, i)
        else:
            copy_level(stack, level, level + 1)
            flip_at(core, stack, level + 1, i)
            gap = solve_level(core, stack, level + 1)
        measure(core, stack)
        _locate(core, stack, level + 1, member, cells, cell_of, levels, joined)
        _keep(stack.margin, stack.mask[level + 1], cells, gap, lists, values, masks, offered,
              largest_gap)  # fmt: skip
        if not last:
            level += 1
            stack.following[level] = c + 1
