"""Write down what a retrained label vector does to every test point.

Every label vector that is ever retrained on is tried on every test point and counted for the
collective certificate (``math.md`` 4.1). A margin counts as broken or as robust only beyond its
error bar (``math.md`` 2); a label vector with a margin in between is kept for the exact arithmetic
of `labelcert.learners.exact`. Of equally good flip sets the one with the smaller bit mask is kept,
so that records do not depend on the order of the walk.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from labelcert._jit import inner
from labelcert.engines.retraining import copy_vector, measure, solve_leaf, solve_level


class Record(NamedTuple):
    """What has been seen; budgets are rows."""

    worst: np.ndarray  # (budgets, m) smallest margin at exactly this cost
    worst_mask: np.ndarray  # (budgets, m, words)
    worst_sure: np.ndarray  # (budgets, m) bool: that margin lies beyond its error bar
    broken_at: np.ndarray  # (m,) int64 smallest cost of a flip set that surely breaks t
    broken_mask: np.ndarray  # (m, words)
    broken_count: np.ndarray  # (budgets,) int64 most predictions surely broken at exactly this cost
    broken_count_mask: np.ndarray  # (budgets, words)
    unclear_mask: np.ndarray  # (capacity, words) label vectors with a margin inside its error bar
    unclear_cost: np.ndarray  # (capacity,) int64
    unclear_used: np.ndarray  # (1,) int64
    lost_at: np.ndarray  # (m,) int64 smallest cost of an unclear margin that found no room
    lost_count: np.ndarray  # (budgets,) int64 most broken-or-unclear of those
    largest_gap: np.ndarray  # (1,) largest duality gap of all label vectors seen
    visited: np.ndarray  # (1,) int64


NEVER = 2**40
"""A budget no attacker has."""


def new_record(budgets: int, n: int, m: int, capacity: int = 20_000) -> Record:
    """Allocate an empty `Record` for costs 0 to budgets − 1."""
    words = (n + 63) // 64
    return Record(
        worst=np.full((budgets, m), np.inf),
        worst_mask=np.zeros((budgets, m, words), dtype=np.uint64),
        worst_sure=np.zeros((budgets, m), dtype=np.bool_),
        broken_at=np.full(m, NEVER, dtype=np.int64),
        broken_mask=np.zeros((m, words), dtype=np.uint64),
        broken_count=np.full(budgets, -1, dtype=np.int64),
        broken_count_mask=np.zeros((budgets, words), dtype=np.uint64),
        unclear_mask=np.zeros((capacity, words), dtype=np.uint64),
        unclear_cost=np.zeros(capacity, dtype=np.int64),
        unclear_used=np.zeros(1, dtype=np.int64),
        lost_at=np.full(m, NEVER, dtype=np.int64),
        lost_count=np.zeros(budgets, dtype=np.int64),
        largest_gap=np.zeros(1),
        visited=np.zeros(1, dtype=np.int64),
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
def write_down(core, margin, record, mask, cost, sign, gap):
    """Record the margins (times sign) under the flip set `mask` of the given cost.

    Returns how many predictions it surely breaks.
    """
    width = np.sqrt(2.0 * gap)
    m = margin.shape[0]
    worst = record.worst[cost]
    broken = 0
    robust = 0
    news = 0
    for t in range(m):
        value = sign * margin[t]
        bar = width * core.bar_slope[t] + core.bar_floor[t]
        is_broken = value <= -bar
        broken += is_broken
        robust += value > bar
        news += (value <= worst[t]) | (is_broken & (cost < record.broken_at[t]))
    record.visited[0] += 1
    record.largest_gap[0] = max(record.largest_gap[0], gap)
    if news > 0:
        for t in range(m):
            value = sign * margin[t]
            bar = width * core.bar_slope[t] + core.bar_floor[t]
            kept = record.worst_mask[cost, t]
            if value < worst[t] or (value == worst[t] and precedes(mask, kept)):
                worst[t] = value
                copy_vector(mask, kept)
                record.worst_sure[cost, t] = value <= -bar
            if value <= -bar and cost < record.broken_at[t]:
                record.broken_at[t] = cost
                copy_vector(mask, record.broken_mask[t])
    most = record.broken_count[cost]
    if broken > most or (broken == most and precedes(mask, record.broken_count_mask[cost])):
        record.broken_count[cost] = broken
        copy_vector(mask, record.broken_count_mask[cost])
    if broken + robust < m:
        _keep_unclear(core, margin, record, mask, cost, sign, width, m - robust)
    return broken


@inner
def _keep_unclear(core, margin, record, mask, cost, sign, width, not_robust):
    """Keep a label vector with a margin inside its bar, if that margin could matter."""
    matters = not_robust > record.broken_count[cost]
    for t in range(margin.shape[0]):
        bar = width * core.bar_slope[t] + core.bar_floor[t]
        value = sign * margin[t]
        if -bar < value <= bar and cost < record.broken_at[t]:
            matters = True
    if not matters:
        return
    used = record.unclear_used[0]
    if used < record.unclear_cost.shape[0]:
        copy_vector(mask, record.unclear_mask[used])
        record.unclear_cost[used] = cost
        record.unclear_used[0] = used + 1
        return
    record.lost_count[cost] = max(record.lost_count[cost], not_robust)
    for t in range(margin.shape[0]):
        bar = width * core.bar_slope[t] + core.bar_floor[t]
        value = sign * margin[t]
        if -bar < value <= bar:
            record.lost_at[t] = min(record.lost_at[t], cost)


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
