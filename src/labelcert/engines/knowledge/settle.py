"""From what the hot loops have seen to knowledge: witnesses, unclear margins, proofs.

Witnesses hold whoever found them. A proof of robustness needs that every flip set of a budget was
retrained on and noted as robust, margins inside their error bar after exact arithmetic has settled
them: `labelcert.engines.knowledge.account` counts.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from labelcert.engines.knowledge.account import Account
from labelcert.engines.knowledge.evidence import Retrained
from labelcert.engines.knowledge.lead import bars_of
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.knowledge.recording import Record, mask_to_indices
from labelcert.engines.machines.judge import ExactJudge
from labelcert.engines.machines.machine import Problem
from labelcert.engines.work.clock import Clock

REFIT_SIZE = 600
"""Beyond so many labels unclear margins stay so: another fit would take seconds."""


def add_witnesses(ledger: Ledger, records: list[Record], engine: str) -> None:
    """Write all surely broken predictions and counts of the records into the ledger.

    The witness of a prediction is the worst flip set of its cost, so that it does not depend on how
    the work was shared among threads.
    """
    broken_at = np.min([record.broken_at for record in records], axis=0)
    for t in np.flatnonzero(broken_at < ledger.broken):
        cost = int(broken_at[t])
        flips = mask_to_indices(_witness_mask(records, int(t), cost))
        ledger.break_(int(t), cost, flips, engine, Retrained(exactly=False))
    counts = np.max([record.broken_count for record in records], axis=0)
    for row in np.flatnonzero(counts > 0):
        if counts[row] > ledger.broken_lower[row]:
            masks = [
                x.broken_count_mask[row] for x in records if x.broken_count[row] == counts[row]
            ]
            flips = mask_to_indices(min(masks, key=_as_number))
            ledger.count_broken(int(records[0].levels[row]), int(counts[row]), flips)


def _witness_mask(records: list[Record], t: int, cost: int) -> np.ndarray:
    row = int(np.searchsorted(records[0].levels, cost))
    worst = min(records, key=lambda x: (x.worst[row, t], _as_number(x.worst_mask[row, t])))
    if worst.worst_sure[row, t]:
        return worst.worst_mask[row, t]
    sure = [x.broken_mask[t] for x in records if x.broken_at[t] == cost]
    return min(sure, key=_as_number)


def _as_number(mask: np.ndarray) -> tuple[int, ...]:
    return tuple(int(word) for word in mask[::-1])


def settle(
    problem: Problem,
    sign: np.ndarray,
    ledger: Ledger,
    records: list[Record],
    engine: str,
    judge: ExactJudge,
    clock: Clock,
    expected: Sequence[int] | None = None,
) -> Account:
    """Settle unclear margins exactly, and write the proofs that the account allows.

    expected (rows,): how many flip sets cost exactly each level of the records, where these come
    from an enumeration, which meets none twice; None where nothing is to be proven.
    Returns the account, kept label vectors included.
    """
    rows = len(records[0].levels)
    account = Account.of([0] * rows if expected is None else expected, records)
    for cost, flips in _unclear(records):
        if clock.expired or problem.n > REFIT_SIZE:
            break  # what is not noted proves nothing
        row = int(np.searchsorted(records[0].levels, cost))
        robust = _settle_one(sign, ledger, cost, flips, engine, judge, clock)
        account.note(row, robust)
    if expected is not None:
        prove_all(ledger, account, engine)
        _bound_margins(problem, sign, ledger, records, account)
    return account


def prove_all(ledger: Ledger, account: Account, engine: str) -> None:
    """Write what a complete account proves: robust predictions, and bounds on the counts."""
    for t in range(ledger.m):
        row = account.robust_row(t)
        if row >= 0:
            levels = ledger.ladder.levels
            ledger.prove(t, int(levels[row]), engine, account.evidence(t, row, levels))
    upper = np.maximum.accumulate(account.over)
    for row in range(account.seen_row + 1):
        ledger.bound_count(int(ledger.ladder.levels[row]), int(upper[row]))


def _bound_margins(
    problem: Problem, sign: np.ndarray, ledger: Ledger, records: list[Record], account: Account
) -> None:
    rows = account.visited_row + 1
    worst = np.minimum.reduce([record.worst[:rows] for record in records])
    gap = max(float(record.largest_gap[0]) for record in records)
    core = problem.core(sign)
    bar = bars_of(core, gap)
    for t in range(ledger.m):
        ledger.bound_margin(t, np.minimum.accumulate(worst[:, t]) - bar[t], worst[:, t])


def _unclear(records: list[Record]) -> list[tuple[int, np.ndarray]]:
    """Unclear label vectors of all records, cheapest first, as (cost, flips)."""
    entries = []
    for record in records:
        for k in range(int(record.unclear_used[0])):
            entries.append((int(record.unclear_cost[k]), mask_to_indices(record.unclear_mask[k])))
    entries.sort(key=lambda entry: (entry[0], entry[1].tolist()))
    return entries


def _settle_one(
    sign: np.ndarray,
    ledger: Ledger,
    cost: int,
    flips: np.ndarray,
    engine: str,
    judge: ExactJudge,
    clock: Clock,
) -> np.ndarray:
    """Write what a kept flip set breaks into the ledger; returns (m,) bool: surely robust under it.

    Each prediction is robust, broken or unsettled afterwards; those that nobody asks for any more
    may stay unsettled.
    """
    margin, bar = judge.margins(flips, sign)
    broken, robust = margin <= -bar, margin > bar
    unclear = ~(broken | robust)
    wanted = unclear & (cost < ledger.broken)
    if len(sign) - int(robust.sum()) > ledger.broken_lower[ledger.ladder.row(cost)]:
        wanted = unclear
    points = np.flatnonzero(wanted)
    signs = [None] * len(points) if clock.expired else judge.signs(flips, points, clock)
    for t, found in zip(points.tolist(), signs, strict=True):
        if found is not None:
            broken[t] = found * sign[t] <= 0
            robust[t] = not broken[t]
    for t in np.flatnonzero(broken & (cost < ledger.broken)):
        ledger.break_(int(t), cost, flips, engine, Retrained(exactly=bool(wanted[t])))
    ledger.count_broken(cost, int(broken.sum()), flips)
    return robust
