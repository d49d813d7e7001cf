"""From what the hot loops have seen to knowledge: witnesses, unclear margins, proofs.

Witnesses hold whoever found them. A proof of robustness needs that every flip set of a budget was
retrained on, and that each margin inside its error bar was settled in exact arithmetic.
"""

from __future__ import annotations

import numpy as np

from labelcert.engines.clock import Clock
from labelcert.engines.judge import ExactJudge
from labelcert.engines.ledger import Ledger
from labelcert.engines.problem import Problem
from labelcert.engines.retraining import NEVER, Record, mask_to_indices


def add_witnesses(ledger: Ledger, record: Record, engine: str) -> None:
    """Write all surely broken predictions and counts of a record into the ledger."""
    for t in np.flatnonzero(record.broken_at < ledger.broken):
        flips = mask_to_indices(record.broken_mask[t])
        ledger.break_(int(t), int(record.broken_at[t]), flips, engine)
    for r in np.flatnonzero(record.broken_count > 0):
        if record.broken_count[r] > ledger.broken_lower[r]:
            flips = mask_to_indices(record.broken_count_mask[r])
            ledger.count_broken(int(r), int(record.broken_count[r]), flips)


def settle(
    problem: Problem,
    sign: np.ndarray,
    ledger: Ledger,
    records: list[Record],
    budget: int,
    complete: bool,
    engine: str,
    judge: ExactJudge,
    clock: Clock,
) -> None:
    """Settle unclear margins exactly; if the enumeration was complete, write the proofs."""
    unsettled = np.full(ledger.m, NEVER, dtype=np.int64)
    undecided_count = np.zeros(budget + 1, dtype=np.int64)
    for record in records:
        unsettled = np.minimum(unsettled, record.lost_at)
        undecided_count = np.maximum(undecided_count, record.lost_count)
    for cost, flips in _unclear(records):
        _settle_one(problem, sign, ledger, cost, flips, engine, judge, clock,
                    unsettled, undecided_count)  # fmt: skip
    if not complete:
        return
    for t in range(ledger.m):
        proven = int(min(ledger.broken[t], unsettled[t], budget + 1)) - 1
        if proven > ledger.robust[t]:
            ledger.prove(t, proven, engine)
    upper = np.maximum.accumulate(np.maximum(undecided_count, ledger.broken_lower[: budget + 1]))
    for r in range(budget + 1):
        ledger.bound_count(r, int(upper[r]))
    worst = np.minimum.reduce([record.worst for record in records])
    ledger.worst_margin[:, : budget + 1] = np.minimum.accumulate(worst, axis=0).T


def _unclear(records: list[Record]) -> list[tuple[int, np.ndarray]]:
    """Unclear label vectors of all records, cheapest first, as (cost, flips)."""
    entries = []
    for record in records:
        for k in range(int(record.unclear_used[0])):
            entries.append((int(record.unclear_cost[k]), mask_to_indices(record.unclear_mask[k])))
    entries.sort(key=lambda entry: (entry[0], entry[1].tolist()))
    return entries


def _settle_one(
    problem: Problem,
    sign: np.ndarray,
    ledger: Ledger,
    cost: int,
    flips: np.ndarray,
    engine: str,
    judge: ExactJudge,
    clock: Clock,
    unsettled: np.ndarray,
    undecided_count: np.ndarray,
) -> None:
    margin, bar = judge.margins(flips, sign)
    broken = margin <= -bar
    unclear = np.flatnonzero(~broken & (margin <= bar))
    possible = int(broken.sum()) + len(unclear)
    if possible <= ledger.broken_lower[cost] and not (cost < ledger.broken[unclear]).any():
        return
    exact = None if clock.expired else judge.signs(flips, unclear)
    if exact is None:
        undecided_count[cost] = max(undecided_count[cost], possible)
        unsettled[unclear] = np.minimum(unsettled[unclear], cost)
    else:
        broken[unclear] = exact * sign[unclear] <= 0
    for t in np.flatnonzero(broken & (cost < ledger.broken)):
        ledger.break_(int(t), cost, flips, engine)
    ledger.count_broken(cost, int(broken.sum()), flips)
