"""Write down what a retrained relabeling does to every test point of a multi-class problem.

The counterpart of `labelcert.engines.knowledge.recording`: a prediction is surely broken where some class
beats the predicted one beyond both error bars, surely robust where none comes within them, and a
relabeling that leaves anything in between is kept for exact arithmetic. Relabelings are arrays of
changes, filled up with −1; of equally good ones the first in order is kept, so that records do not
depend on how the work was shared.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from labelcert._jit import inner
from labelcert.engines.knowledge.lead import lead_bar_at
from labelcert.engines.knowledge.recording import NEVER, row_of


class Record(NamedTuple):
    """What has been seen; rows are levels of cost, relabelings have `size` entries."""

    levels: np.ndarray  # (rows,) int64 ascending: what the relabelings of a row cost
    worst: np.ndarray  # (rows, m) smallest lead over the best rival at exactly this cost
    broken_at: np.ndarray  # (m,) int64 smallest cost of a relabeling that surely breaks t
    broken_changes: np.ndarray  # (m, size) int64
    most: np.ndarray  # (rows,) int64 most predictions surely broken at exactly this cost
    most_changes: np.ndarray  # (rows, size) int64
    robust: np.ndarray  # (rows, m) int64 relabelings under which t is surely robust
    seen: np.ndarray  # (rows,) int64 relabelings that `over` holds for
    over: np.ndarray  # (rows,) int64 most predictions not surely robust under one of those
    visited: np.ndarray  # (rows,) int64 relabelings, kept ones among them
    unclear: np.ndarray  # (capacity, size) int64 kept: relabelings with a lead inside its bar
    unclear_cost: np.ndarray  # (capacity,) int64
    used: np.ndarray  # (1,) int64


def new_record(levels: np.ndarray, m: int, size: int, capacity: int = 20_000) -> Record:
    """Allocate an empty `Record`: a row for each of levels (rows,), up to `size` changes."""
    size, rows = max(size, 1), len(levels)
    return Record(
        levels=levels.astype(np.int64),
        worst=np.full((rows, m), np.inf),
        broken_at=np.full(m, NEVER, dtype=np.int64),
        broken_changes=np.full((m, size), -1, dtype=np.int64),
        most=np.full(rows, -1, dtype=np.int64),
        most_changes=np.full((rows, size), -1, dtype=np.int64),
        robust=np.zeros((rows, m), dtype=np.int64),
        seen=np.zeros(rows, dtype=np.int64),
        over=np.zeros(rows, dtype=np.int64),
        visited=np.zeros(rows, dtype=np.int64),
        unclear=np.full((capacity, size), -1, dtype=np.int64),
        unclear_cost=np.zeros(capacity, dtype=np.int64),
        used=np.zeros(1, dtype=np.int64),
    )


def changes_of(row: np.ndarray) -> np.ndarray:
    """The changes in a row of a record."""
    return row[row >= 0]


@inner
def comes_before(first, second):
    """Whether a row of changes comes first in order; −1 is the end."""
    for j in range(first.shape[0]):
        if first[j] != second[j]:
            return first[j] < second[j]
    return False


@inner
def copy_changes(changes, row):
    """Copy the changes made; shorter rows are filled up with −1."""
    for j in range(row.shape[0]):
        row[j] = changes[j]


@inner
def write_down(logits, bars, predicted, record, changes, cost, verdict):
    """Record logits (K, m) with error bars (K, m) under the changes (size,) of some cost.

    predicted (m,) int64; verdict (m,) int8 is work space. What costs no level is not the
    attacker's, and is not noted.
    """
    classes, m = logits.shape
    row = row_of(record.levels, cost)
    if record.levels[row] != cost:
        return
    broken = 0
    robust = 0
    for t in range(m):
        a = predicted[t]
        own, own_bar = logits[a, t], bars[a, t]
        lead = np.inf
        state = 0
        for k in range(classes):
            if k == a:
                continue
            value = own - logits[k, t]
            bar = lead_bar_at(own_bar, bars[k, t], own, logits[k, t])
            lead = min(lead, value)
            if value <= -bar:
                state = 2
            elif not value > bar and state == 0:
                state = 1
        verdict[t] = state
        record.worst[row, t] = min(record.worst[row, t], lead)
        if state == 2:
            broken += 1
            earlier = cost < record.broken_at[t]
            same = cost == record.broken_at[t]
            if earlier or (same and comes_before(changes, record.broken_changes[t])):
                record.broken_at[t] = cost
                copy_changes(changes, record.broken_changes[t])
        elif state == 0:
            robust += 1
            record.robust[row, t] += 1
    so_far = record.most[row]
    if broken > so_far or (broken == so_far and comes_before(changes, record.most_changes[row])):
        record.most[row] = broken
        copy_changes(changes, record.most_changes[row])
    record.visited[row] += 1
    if broken + robust < m and _keep_unclear(record, changes, cost, row, verdict, m - robust):
        return
    record.seen[row] += 1
    record.over[row] = max(record.over[row], m - robust)


@inner
def _keep_unclear(record, changes, cost, row, verdict, not_robust):
    """Keep a relabeling with a lead inside its bar, if that could matter and there is room.

    Returns whether it was kept; then what was noted of it is taken back, to be noted when settled.
    """
    matters = not_robust > record.most[row]
    for t in range(verdict.shape[0]):
        if verdict[t] == 1 and cost < record.broken_at[t]:
            matters = True
    used = record.used[0]
    if not matters or used >= record.unclear_cost.shape[0]:
        return False
    copy_changes(changes, record.unclear[used])
    record.unclear_cost[used] = cost
    record.used[0] = used + 1
    for t in range(verdict.shape[0]):
        if verdict[t] == 0:
            record.robust[row, t] -= 1
    return True
