"""From what an enumeration of relabelings has seen to knowledge: witnesses, ties, proofs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from labelcert.engines.knowledge.account import Account
from labelcert.engines.knowledge.evidence import Retrained
from labelcert.engines.knowledge.lead import lead_bar
from labelcert.engines.knowledge.recording import NEVER
from labelcert.engines.knowledge.settle import REFIT_SIZE
from labelcert.engines.machines.comparison import Comparison
from labelcert.engines.multiclass.recording import Record, changes_of
from labelcert.engines.multiclass.relabels import RelabelSpace
from labelcert.engines.multiclass.rivals import Rivals
from labelcert.engines.work.clock import Clock


def settle(
    space: RelabelSpace,
    exact: Comparison,
    rivals: Rivals,
    records: list[Record],
    expected: Sequence[int],
    engine: str,
    clock: Clock,
) -> None:
    """Write the witnesses of the records into the ledger, settle unclear leads, prove the rest.

    expected (rows,): how many relabelings cost exactly each level of the records; an enumeration
    meets none twice. A prediction is robust at a budget if it was noted robust under all of them.
    """
    ledger = rivals.ledger
    _add_witnesses(rivals, records, engine)
    account = Account.of(expected, records)
    for cost, changes in _unclear(records):
        broken, robust = _verdicts(space, rivals.predicted, exact, changes, clock)
        for t in np.flatnonzero(broken & (cost < ledger.broken)):
            ledger.break_(int(t), cost, changes, engine, Retrained(exactly=True))
        ledger.count_broken(cost, int(broken.sum()), changes)
        account.note(int(np.searchsorted(records[0].levels, cost)), robust)
    for t in range(ledger.m):
        row = account.robust_row(t)
        if row >= 0:
            levels = ledger.ladder.levels
            found = account.evidence(t, row, levels)
            for rival in range(space.classes):
                rivals.prove(t, rival, int(levels[row]), engine, found)
    upper = np.maximum.accumulate(account.over)
    for row in range(account.seen_row + 1):
        ledger.bound_count(int(ledger.ladder.levels[row]), int(upper[row]))
    rows = account.visited_row + 1
    worst = np.minimum.reduce([record.worst[:rows] for record in records])
    for t in range(ledger.m):
        ledger.bound_margin(t, np.full(rows, -np.inf), worst[:, t])


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
            found_at = np.array(changes, dtype=np.int64)
            ledger.break_(t, cost, found_at, engine, Retrained(exactly=False))
    for row, cost in enumerate(records[0].levels.tolist()):
        best = max(int(record.most[row]) for record in records)
        if best > 0 and best > ledger.broken_lower[row]:
            sets = [
                changes_of(record.most_changes[row]).tolist()
                for record in records
                if record.most[row] == best
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
    """Surely broken (m,) bool and surely robust (m,) bool after some changes."""
    labels = space.apply(changes)
    if clock.expired or len(labels) > REFIT_SIZE:
        nothing = np.zeros(len(predicted), dtype=bool)
        return nothing, nothing
    broken = np.zeros(len(predicted), dtype=bool)
    robust = np.zeros(len(predicted), dtype=bool)
    logits, bars = exact.logits(labels, space.classes)
    for t, a in enumerate(predicted):
        lead = logits[t, a] - logits[t]
        reach = lead_bar(bars[t, a], bars[t], logits[t, a], logits[t])
        near = [int(k) for k in np.flatnonzero(~(lead > reach)) if k != a]
        signs = [None if clock.expired else exact.sign(labels, t, int(a), k) for k in near]
        broken[t] = any(s is not None and s <= 0 for s in signs)
        robust[t] = all(s is not None and s > 0 for s in signs)
    return broken, robust
