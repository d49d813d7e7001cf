"""Write down what a retrained label vector does to every test point.

Every label vector that is ever retrained on is tried on every test point and counted for the
collective certificate (``math.md`` 4.1). A lead counts as broken or as robust only beyond its
error bar (``math.md`` 2); a label vector with a lead in between is kept for the exact arithmetic
of `labelcert.learners.exact`. Label vectors are bit masks (`RelabelSpace.mask_of`); of equally good
ones the smaller mask is kept, so that records do not depend on the order of the walk.

What a proof by exhaustion needs is counted, not inferred (`labelcert.engines.knowledge.account`):
how often each prediction was surely robust, and of how many label vectors the broken ones were
counted. A label vector that is kept counts for neither before it is settled.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from labelcert._jit import inner
from labelcert.engines.knowledge.ledger import NEVER


class Record(NamedTuple):
    """What has been seen; rows are levels of cost (`labelcert.engines.ladder`)."""

    levels: np.ndarray  # (rows,) int64 ascending: what the label vectors of a row cost
    worst: np.ndarray  # (rows, m) smallest lead at exactly this cost
    worst_low: np.ndarray  # (rows, m) smallest lead less its error bar
    worst_mask: np.ndarray  # (rows, m, words)
    worst_sure: np.ndarray  # (rows, m) bool: the smallest lead lies beyond its error bar
    broken_at: np.ndarray  # (m,) int64 smallest cost of a label vector that surely breaks t
    broken_mask: np.ndarray  # (m, words)
    most: np.ndarray  # (rows,) int64 most predictions surely broken at exactly this cost
    most_mask: np.ndarray  # (rows, words)
    robust: np.ndarray  # (rows, m) int64 label vectors under which t is surely robust
    seen: np.ndarray  # (rows,) int64 label vectors that `over` holds for
    over: np.ndarray  # (rows,) int64 most predictions not surely robust under one of those
    visited: np.ndarray  # (rows,) int64 label vectors, kept ones among them
    unclear_mask: np.ndarray  # (capacity, words) kept: label vectors with a lead inside its bar
    unclear_cost: np.ndarray  # (capacity,) int64
    unclear_used: np.ndarray  # (1,) int64
    lead: np.ndarray  # (m,) work space: leads of the label vector looked at
    low: np.ndarray  # (m,) those less their bars: surely robust above 0
    high: np.ndarray  # (m,) those and their bars: surely broken up to 0


def new_record(levels: np.ndarray, words: int, m: int, capacity: int = 20_000) -> Record:
    """Allocate an empty `Record` with a row for each of levels (rows,)."""
    rows = len(levels)
    return Record(
        levels=levels.astype(np.int64),
        worst=np.full((rows, m), np.inf),
        worst_low=np.full((rows, m), np.inf),
        worst_mask=np.zeros((rows, m, words), dtype=np.uint64),
        worst_sure=np.zeros((rows, m), dtype=np.bool_),
        broken_at=np.full(m, NEVER, dtype=np.int64),
        broken_mask=np.zeros((m, words), dtype=np.uint64),
        most=np.full(rows, -1, dtype=np.int64),
        most_mask=np.zeros((rows, words), dtype=np.uint64),
        robust=np.zeros((rows, m), dtype=np.int64),
        seen=np.zeros(rows, dtype=np.int64),
        over=np.zeros(rows, dtype=np.int64),
        visited=np.zeros(rows, dtype=np.int64),
        unclear_mask=np.zeros((capacity, words), dtype=np.uint64),
        unclear_cost=np.zeros(capacity, dtype=np.int64),
        unclear_used=np.zeros(1, dtype=np.int64),
        lead=np.zeros(m),
        low=np.zeros(m),
        high=np.zeros(m),
    )


@inner
def precedes(first, second):
    """Whether a bit mask is the smaller number; settles ties between equally good ones."""
    for w in range(first.shape[0] - 1, -1, -1):
        if first[w] != second[w]:
            return first[w] < second[w]
    return False


@inner
def copy_mask(source, target):
    """Copy a bit mask. (A loop: slice assignment takes the compiler seconds.)"""
    for w in range(source.shape[0]):
        target[w] = source[w]


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
def write_down(record, mask, cost):
    """Note the leads in the record's work space, of the label vector `mask` of the given cost.

    Returns how many predictions it surely breaks. What costs no level is not the attacker's, and is
    not noted.
    """
    lead, low, high = record.lead, record.low, record.high
    m = lead.shape[0]
    row = row_of(record.levels, cost)
    if record.levels[row] != cost:
        return 0
    worst, lowest, noted = record.worst[row], record.worst_low[row], record.robust[row]
    broken = 0
    robust = 0
    news = 0
    broken_at = record.broken_at
    for t in range(m):
        is_broken = high[t] <= 0.0
        is_robust = low[t] > 0.0
        broken += is_broken
        robust += is_robust
        noted[t] += is_robust
        news += (lead[t] <= worst[t]) | (is_broken & (cost < broken_at[t]))
        lowest[t] = min(lowest[t], low[t])
    if news > 0:
        for t in range(m):
            kept = record.worst_mask[row, t]
            if lead[t] < worst[t] or (lead[t] == worst[t] and precedes(mask, kept)):
                worst[t] = lead[t]
                copy_mask(mask, kept)
                record.worst_sure[row, t] = high[t] <= 0.0
            if high[t] <= 0.0 and cost < record.broken_at[t]:
                record.broken_at[t] = cost
                copy_mask(mask, record.broken_mask[t])
    most = record.most[row]
    if broken > most or (broken == most and precedes(mask, record.most_mask[row])):
        record.most[row] = broken
        copy_mask(mask, record.most_mask[row])
    record.visited[row] += 1
    if broken + robust < m:
        for t in range(m):
            if low[t] != low[t]:  # what is no number bounds nothing
                lowest[t] = -np.inf
        if _keep_unclear(record, mask, cost, row, m - robust):
            return broken
    record.seen[row] += 1
    record.over[row] = max(record.over[row], m - robust)
    return broken


@inner
def _keep_unclear(record, mask, cost, row, not_robust):
    """Keep a label vector with a lead inside its bar, if that could matter and there is room.

    Returns whether it was kept; then what was noted of it is taken back, to be noted when settled.
    """
    low, high = record.low, record.high
    matters = not_robust > record.most[row]
    for t in range(low.shape[0]):
        if not (high[t] <= 0.0 or low[t] > 0.0) and cost < record.broken_at[t]:
            matters = True
    used = record.unclear_used[0]
    if not matters or used >= record.unclear_cost.shape[0]:
        return False
    copy_mask(mask, record.unclear_mask[used])
    record.unclear_cost[used] = cost
    record.unclear_used[0] = used + 1
    for t in range(low.shape[0]):
        if low[t] > 0.0:
            record.robust[row, t] -= 1
    return True
