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
from labelcert.engines.recording import NEVER, Record, mask_to_indices


def add_witnesses(ledger: Ledger, records: list[Record], engine: str) -> None:
    """Write all surely broken predictions and counts of the records into the ledger.

    The witness of a prediction is the worst flip set of its cost, so that it does not depend on how
    the work was shared among threads.
    """
    broken_at = np.min([record.broken_at for record in records], axis=0)
    for t in np.flatnonzero(broken_at < ledger.broken):
        cost = int(broken_at[t])
        flips = mask_to_indices(_witness_mask(records, int(t), cost))
        ledger.break_(int(t), cost, flips, engine)
    counts = np.max([record.broken_count for record in records], axis=0)
    for r in np.flatnonzero(counts > 0):
        if counts[r] > ledger.broken_lower[r]:
            masks = [x.broken_count_mask[r] for x in records if x.broken_count[r] == counts[r]]
            flips = mask_to_indices(min(masks, key=_as_number))
            ledger.count_broken(int(r), int(counts[r]), flips)


def _witness_mask(records: list[Record], t: int, cost: int) -> np.ndarray:
    worst = min(records, key=lambda x: (x.worst[cost, t], _as_number(x.worst_mask[cost, t])))
    if worst.worst_sure[cost, t]:
        return worst.worst_mask[cost, t]
    sure = [x.broken_mask[t] for x in records if x.broken_at[t] == cost]
    return min(sure, key=_as_number)


def _as_number(mask: np.ndarray) -> tuple[int, ...]:
    return tuple(int(word) for word in mask[::-1])


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
) -> np.ndarray:
    """Settle unclear margins exactly; if the enumeration was complete, write the proofs.

    Returns (m,) the smallest cost at which a margin of each test point stays unsettled, or `NEVER`.
    """
    unsettled = np.full(ledger.m, NEVER, dtype=np.int64)
    undecided_count = np.zeros(budget + 1, dtype=np.int64)
    for record in records:
        unsettled = np.minimum(unsettled, record.lost_at)
        undecided_count = np.maximum(undecided_count, record.lost_count)
    for cost, flips in _unclear(records):
        _settle_one(problem, sign, ledger, cost, flips, engine, judge, clock,
                    unsettled, undecided_count)  # fmt: skip
    if not complete:
        return unsettled
    for t in range(ledger.m):
        proven = int(min(ledger.broken[t], unsettled[t], budget + 1)) - 1
        if proven > ledger.robust[t]:
            ledger.prove(t, proven, engine)
    upper = np.maximum.accumulate(np.maximum(undecided_count, ledger.broken_lower[: budget + 1]))
    for r in range(budget + 1):
        ledger.bound_count(r, int(upper[r]))
    worst = np.minimum.reduce([record.worst for record in records])
    gap = max(float(record.largest_gap[0]) for record in records)
    core = problem.core(sign)
    bar = np.sqrt(2 * gap) * core.bar_slope + core.bar_floor
    for t in range(ledger.m):
        ledger.bound_margin(t, np.minimum.accumulate(worst[:, t]) - bar[t], worst[:, t])
    return unsettled


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
