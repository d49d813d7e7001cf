"""Write down what a retrained relabeling does to every test point of a multi-class problem.

The counterpart of `labelcert.engines.recording`: a prediction is surely broken where some class
beats the predicted one beyond both error bars, surely robust where none comes within them, and a
relabeling that leaves anything in between is kept for exact arithmetic. Relabelings are arrays of
changes, filled up with −1; of equally good ones the first in order is kept, so that records do not
depend on how the work was shared.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from labelcert._jit import inner
from labelcert.engines.recording import NEVER


class Record(NamedTuple):
    """What has been seen; budgets are rows, relabelings have `size` entries."""

    worst: np.ndarray  # (budgets, m) smallest lead over the best rival at exactly this cost
    broken_at: np.ndarray  # (m,) int64 smallest cost of a relabeling that surely breaks t
    broken_changes: np.ndarray  # (m, size) int64
    most: np.ndarray  # (budgets,) int64 most predictions surely broken at exactly this cost
    most_changes: np.ndarray  # (budgets, size) int64
    unclear: np.ndarray  # (capacity, size) int64
    unclear_cost: np.ndarray  # (capacity,) int64
    used: np.ndarray  # (1,) int64
    lost_at: np.ndarray  # (m,) int64 smallest cost of an unclear lead that found no room
    lost_count: np.ndarray  # (budgets,) int64 most broken-or-unclear of those


def new_record(budgets: int, m: int, size: int, capacity: int = 20_000) -> Record:
    """Allocate an empty `Record` for costs 0 to budgets − 1 and up to `size` changes."""
    size = max(size, 1)
    return Record(
        worst=np.full((budgets, m), np.inf),
        broken_at=np.full(m, NEVER, dtype=np.int64),
        broken_changes=np.full((m, size), -1, dtype=np.int64),
        most=np.full(budgets, -1, dtype=np.int64),
        most_changes=np.full((budgets, size), -1, dtype=np.int64),
        unclear=np.full((capacity, size), -1, dtype=np.int64),
        unclear_cost=np.zeros(capacity, dtype=np.int64),
        used=np.zeros(1, dtype=np.int64),
        lost_at=np.full(m, NEVER, dtype=np.int64),
        lost_count=np.zeros(budgets, dtype=np.int64),
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

    predicted (m,) int64; verdict (m,) int8 is work space.
    """
    classes, m = logits.shape
    broken = 0
    unclear = 0
    for t in range(m):
        a = predicted[t]
        own, own_bar = logits[a, t], bars[a, t]
        lead = np.inf
        state = 0
        for k in range(classes):
            if k == a:
                continue
            value = own - logits[k, t]
            bar = own_bar + bars[k, t] + 4.5e-16 * (abs(own) + abs(logits[k, t]))
            lead = min(lead, value)
            if value <= -bar:
                state = 2
            elif value <= bar and state == 0:
                state = 1
        verdict[t] = state
        record.worst[cost, t] = min(record.worst[cost, t], lead)
        if state == 2:
            broken += 1
            earlier = cost < record.broken_at[t]
            same = cost == record.broken_at[t]
            if earlier or (same and comes_before(changes, record.broken_changes[t])):
                record.broken_at[t] = cost
                copy_changes(changes, record.broken_changes[t])
        unclear += state == 1
    so_far = record.most[cost]
    if broken > so_far or (broken == so_far and comes_before(changes, record.most_changes[cost])):
        record.most[cost] = broken
        copy_changes(changes, record.most_changes[cost])
    if unclear > 0:
        _keep_unclear(record, changes, cost, verdict, broken + unclear)


@inner
def _keep_unclear(record, changes, cost, verdict, not_robust):
    matters = not_robust > record.most[cost]
    for t in range(verdict.shape[0]):
        if verdict[t] == 1 and cost < record.broken_at[t]:
            matters = True
    if not matters:
        return
    used = record.used[0]
    if used < record.unclear_cost.shape[0]:
        copy_changes(changes, record.unclear[used])
        record.unclear_cost[used] = cost
        record.used[0] = used + 1
        return
    record.lost_count[cost] = max(record.lost_count[cost], not_robust)
    for t in range(verdict.shape[0]):
        if verdict[t] == 1:
            record.lost_at[t] = min(record.lost_at[t], cost)
