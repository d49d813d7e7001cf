"""From what an enumeration of relabelings has seen to knowledge: witnesses, ties, proofs."""

from __future__ import annotations

import numpy as np

from labelcert.engines.clock import Clock
from labelcert.engines.multiclass.one_vs_all import Comparison
from labelcert.engines.multiclass.recording import Record, changes_of
from labelcert.engines.multiclass.relabels import RelabelSpace
from labelcert.engines.multiclass.rivals import Rivals
from labelcert.engines.recording import NEVER


def settle(
    space: RelabelSpace,
    exact: Comparison,
    rivals: Rivals,
    records: list[Record],
    budget: int,
    complete: bool,
    engine: str,
    clock: Clock,
) -> None:
    """Write the witnesses of the records into the ledger and settle unclear leads exactly.

    If the enumeration was complete, also the proofs: robust at every budget below the first
    witness and below the first lead that stayed unsettled.
    """
    ledger = rivals.ledger
    _add_witnesses(rivals, records, engine)
    unsettled = np.min([record.lost_at for record in records], axis=0)
    possible = np.max([record.lost_count for record in records], axis=0)
    for cost, changes in _unclear(records):
        broken, open_points = _verdicts(space, rivals.predicted, exact, changes, clock)
        for t in np.flatnonzero(broken & (cost < ledger.broken)):
            ledger.break_(int(t), cost, changes, engine)
        ledger.count_broken(cost, int(broken.sum()), changes)
        unsettled[open_points] = np.minimum(unsettled[open_points], cost)
        possible[cost] = max(possible[cost], int(broken.sum()) + len(open_points))
    if not complete:
        return
    for t in range(ledger.m):
        proven = int(min(ledger.broken[t], unsettled[t], budget + 1)) - 1
        for rival in range(space.classes):
            rivals.prove(t, rival, proven, engine)
    upper = np.maximum.accumulate(np.maximum(possible, ledger.broken_lower[: budget + 1]))
    for r in range(budget + 1):
        ledger.bound_count(r, int(upper[r]))
    worst = np.minimum.reduce([record.worst for record in records])
    for t in range(ledger.m):
        ledger.bound_margin(t, np.full(budget + 1, -np.inf), worst[:, t])


def _add_witnesses(rivals: Rivals, records: list[Record], engine: str) -> None:
    ledger = rivals.ledger
    for t in range(ledger.m):
        found = [
            (int(record.broken_at[t]), changes_of(record.broken_changes[t]).tolist())
            for record in records
            if record.broken_at[t] < NEVER
        ]
        if found and min(found)[0] < ledger.broken[t]:
            cost, changes = min(found)
            ledger.break_(t, cost, np.array(changes, dtype=np.int64), engine)
    for cost in range(len(records[0].most)):
        best = max(int(record.most[cost]) for record in records)
        if best > 0 and best > ledger.broken_lower[cost]:
            sets = [
                changes_of(record.most_changes[cost]).tolist()
                for record in records
                if record.most[cost] == best
            ]
            ledger.count_broken(cost, best, np.array(min(sets), dtype=np.int64))


def _unclear(records: list[Record]) -> list[tuple[int, np.ndarray]]:
    entries = []
    for record in records:
        for row in range(int(record.used[0])):
            entries.append((int(record.unclear_cost[row]), changes_of(record.unclear[row])))
    entries.sort(key=lambda entry: (entry[0], entry[1].tolist()))
    return entries


def _verdicts(
    space: RelabelSpace,
    predicted: np.ndarray,
    exact: Comparison,
    changes: np.ndarray,
    clock: Clock,
) -> tuple[np.ndarray, np.ndarray]:
    """Surely broken (m,) bool after some changes, and test points that stay unsettled."""
    labels = space.apply(changes)
    broken = np.zeros(len(predicted), dtype=bool)
    unsettled = []
    logits, bars = exact.logits(labels, space.classes)
    for t, a in enumerate(predicted):
        lead = logits[t, a] - logits[t]
        reach = bars[t, a] + bars[t] + 1e-15 * (abs(logits[t, a]) + np.abs(logits[t]))
        near = [int(k) for k in np.flatnonzero(lead <= reach) if k != a]
        signs = [None if clock.expired else exact.sign(labels, t, int(a), k) for k in near]
        broken[t] = any(s is not None and s <= 0 for s in signs)
        if not broken[t] and None in signs:
            unsettled.append(t)
    return broken, np.array(unsettled, dtype=np.int64)
