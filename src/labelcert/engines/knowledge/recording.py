"""Write down what a retrained label vector does to every test point.

Every label vector that is ever retrained on is tried on every test point and counted for the
collective certificate (``math.md`` 4.1). A margin counts as broken or as robust only beyond its
error bar (``math.md`` 2); a label vector with a margin in between is kept for the exact arithmetic
of `labelcert.learners.exact`. Of equally good flip sets the one with the smaller bit mask is kept,
so that records do not depend on the order of the walk.

What a proof by exhaustion needs is counted, not inferred (`labelcert.engines.knowledge.account`): how often
each prediction was surely robust, and of how many label vectors the broken ones were counted. A
label vector that is kept counts for neither before it is settled.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from labelcert._jit import inner
from labelcert.engines.knowledge.lead import bar_at
from labelcert.engines.machines.retraining import copy_vector, measure, solve_leaf, solve_level


class Record(NamedTuple):
    """What has been seen; rows are levels of cost (`labelcert.engines.ladder`)."""

    levels: np.ndarray  # (rows,) int64 ascending: what the label vectors of a row cost
    worst: np.ndarray  # (rows, m) smallest margin at exactly this cost
    worst_mask: np.ndarray  # (rows, m, words)
    worst_sure: np.ndarray  # (rows, m) bool: that margin lies beyond its error bar
    broken_at: np.ndarray  # (m,) int64 smallest cost of a flip set that surely breaks t
    broken_mask: np.ndarray  # (m, words)
    broken_count: np.ndarray  # (rows,) int64 most predictions surely broken at exactly this cost
    broken_count_mask: np.ndarray  # (rows, words)
    robust: np.ndarray  # (rows, m) int64 label vectors under which t is surely robust
    seen: np.ndarray  # (rows,) int64 label vectors that `over` holds for
    over: np.ndarray  # (rows,) int64 most predictions not surely robust under one of those
    visited: np.ndarray  # (rows,) int64 label vectors, kept ones among them
    unclear_mask: np.ndarray  # (capacity, words) kept: label vectors with a margin inside its bar
    unclear_cost: np.ndarray  # (capacity,) int64
    unclear_used: np.ndarray  # (1,) int64
    largest_gap: np.ndarray  # (1,) largest duality gap of all label vectors seen


NEVER = 2**62
"""A budget no attacker has."""


def new_record(levels: np.ndarray, n: int, m: int, capacity: int = 20_000) -> Record:
    """Allocate an empty `Record` with a row for each of levels (rows,)."""
    words = (n + 63) // 64
    rows = len(levels)
    return Record(
        levels=levels.astype(np.int64),
        worst=np.full((rows, m), np.inf),
        worst_mask=np.zeros((rows, m, words), dtype=np.uint64),
        worst_sure=np.zeros((rows, m), dtype=np.bool_),
        broken_at=np.full(m, NEVER, dtype=np.int64),
        broken_mask=np.zeros((m, words), dtype=np.uint64),
        broken_count=np.full(rows, -1, dtype=np.int64),
        broken_count_mask=np.zeros((rows, words), dtype=np.uint64),
        robust=np.zeros((rows, m), dtype=np.int64),
        seen=np.zeros(rows, dtype=np.int64),
        over=np.zeros(rows, dtype=np.int64),
        visited=np.zeros(rows, dtype=np.int64),
        unclear_mask=np.zeros((capacity, words), dtype=np.uint64),
        unclear_cost=np.zeros(capacity, dtype=np.int64),
        unclear_used=np.zeros(1, dtype=np.int64),
        largest_gap=np.zeros(1),
    )


def mask_to_indices(mask: np.ndarray) -> np.ndarray:
    """Indices of the set bits of a (words,) uint64 mask, ascending."""
    bits = np.unpackbits(mask.astype("<u8").view(np.uint8), bitorder="little")
    return np.flatnonzero(bits)


@inner
def precedes(first, second):
    """Whether a bit mask is the smaller number; settles ties between equally good flip sets."""
    for w in range(first.shape[0] - 1, -1, -1):
        if first[w] != second[w]:
            return first[w] < second[w]
    return False


@inner
def row_of(levels, cost):
    """The row of a level; with unit costs they are the same number."""
    last = levels.shape[0] - 1
    if cost <= last and levels[cost] == cost:
        return cost
    low = np.int64(0)
    high = np.int64(last)
    while low < high:
        middle = (low + high) // 2
        if levels[middle] < cost:
            low = middle + 1
        else:
            high = middle
    return low


@inner
def write_down(core, margin, record, mask, cost, sign, gap):
    """Record the margins (times sign) under the flip set `mask` of the given cost.

    Returns how many predictions it surely breaks. What costs no level is not the attacker's, and is
    not noted.
    """
    width = np.sqrt(2.0 * gap)
    m = margin.shape[0]
    row = row_of(record.levels, cost)
    if record.levels[row] != cost:
        return 0
    worst = record.worst[row]
    noted = record.robust[row]
    broken = 0
    robust = 0
    news = 0
    for t in range(m):
        value = sign * margin[t]
        bar = bar_at(core, width, t)
        is_broken = value <= -bar
        is_robust = value > bar
        broken += is_broken
        robust += is_robust
        noted[t] += is_robust
        news += (value <= worst[t]) | (is_broken & (cost < record.broken_at[t]))
    record.largest_gap[0] = max(record.largest_gap[0], gap)
    if news > 0:
        for t in range(m):
            value = sign * margin[t]
            bar = bar_at(core, width, t)
            kept = record.worst_mask[row, t]
            if value < worst[t] or (value == worst[t] and precedes(mask, kept)):
                worst[t] = value
                copy_vector(mask, kept)
                record.worst_sure[row, t] = value <= -bar
            if value <= -bar and cost < record.broken_at[t]:
                record.broken_at[t] = cost
                copy_vector(mask, record.broken_mask[t])
    most = record.broken_count[row]
    if broken > most or (broken == most and precedes(mask, record.broken_count_mask[row])):
        record.broken_count[row] = broken
        copy_vector(mask, record.broken_count_mask[row])
    record.visited[row] += 1
    if broken + robust < m and _keep_unclear(core, margin, record, mask, cost, row, sign, width,
                                             m - robust):  # fmt: skip
        return broken
    record.seen[row] += 1
    record.over[row] = max(record.over[row], m - robust)
    return broken


@inner
def _keep_unclear(core, margin, record, mask, cost, row, sign, width, not_robust):
    """Keep a label vector with a margin inside its bar, if that could matter and there is room.

    Returns whether it was kept; then what was noted of it is taken back, to be noted when settled.
    """
    matters = not_robust > record.broken_count[row]
    for t in range(margin.shape[0]):
        bar = bar_at(core, width, t)
        value = sign * margin[t]
        if not (value <= -bar or value > bar) and cost < record.broken_at[t]:
            matters = True
    used = record.unclear_used[0]
    if not matters or used >= record.unclear_cost.shape[0]:
        return False
    copy_vector(mask, record.unclear_mask[used])
    record.unclear_cost[used] = cost
    record.unclear_used[0] = used + 1
    for t in range(margin.shape[0]):
        bar = bar_at(core, width, t)
        if sign * margin[t] > bar:
            record.robust[row, t] -= 1
    return True


@inner
def visit_leaf(core, stack, record, level, i):
    """Look at the flip of point i on top of a level; measure and record it."""
    gap = solve_leaf(core, stack, level, i)
    measure(core, stack)
    leaf = level + 1
    return write_down(core, stack.margin, record, stack.mask[leaf], stack.spent[leaf], 1.0, gap)


@inner
def visit(core, stack, record, level):
    """Solve a level's label vector, measure and record it; return the surely broken count."""
    gap = solve_level(core, stack, level)
    measure(core, stack)
    return write_down(core, stack.margin, record, stack.mask[level], stack.spent[level], 1.0, gap)
