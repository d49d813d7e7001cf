"""From what the hot loops have seen to knowledge: witnesses, unclear leads, proofs.

Witnesses hold whoever found them. A proof of robustness needs that every label vector of a budget
was retrained on and noted as robust, leads inside their error bar after exact arithmetic has
settled them: `labelcert.engines.knowledge.account` counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.knowledge.account import Account
from labelcert.engines.knowledge.evidence import Retrained
from labelcert.engines.knowledge.lead import Leads
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.knowledge.record import Record
from labelcert.engines.work.clock import Clock

REFIT_SIZE = 600
"""Beyond so many labels unclear leads stay so: another fit would take seconds."""


class Trainer(Protocol):
    """Trains on any labels, and compares what comes out, exactly where floats cannot."""

    def leads(self, labels: np.ndarray, predicted: np.ndarray) -> Leads:
        """Leads of predicted classes (m,) after training on labels (n,)."""
        ...

    def signs(
        self, labels: np.ndarray, points: np.ndarray, a: np.ndarray, b: np.ndarray
    ) -> list[int | None]:
        """Signs −1, 0, +1 of the lead of class a over b (both (c,)) at test points (c,)."""
        ...


class Settling:
    """Writes what records of one engine hold into a ledger."""

    def __init__(
        self, space: RelabelSpace, trainer: Trainer, ledger: Ledger, engine: str, clock: Clock
    ):
        self.space, self.trainer, self.ledger = space, trainer, ledger
        self.engine, self.clock = engine, clock

    def settle(self, records: Sequence[Record], expected: Sequence[int] | None = None) -> Account:
        """Write the witnesses, settle unclear leads exactly, and write the proofs there are.

        expected (rows,): how many label vectors cost exactly each level of the records, where these
        come from an enumeration, which meets none twice; None where nothing is to be proven.
        Returns the account, kept label vectors included.
        """
        self._add_witnesses(records)
        levels = records[0].levels
        account = Account.of([0] * len(levels) if expected is None else expected, records)
        for cost, changes in self._unclear(records):
            if self.clock.expired or self.space.n > REFIT_SIZE:
                break  # what is not noted proves nothing
            robust = self._settle_one(cost, changes)
            account.note(int(np.searchsorted(levels, cost)), robust)
        if expected is not None:
            self._prove(account)
            self._bound_margins(records, account)
        return account

    def _add_witnesses(self, records: Sequence[Record]) -> None:
        """Write all surely broken predictions and counts of the records into the ledger.

        The witness of a prediction is the worst label vector of its cost, so that it does not
        depend on how the work was shared among threads.
        """
        ledger = self.ledger
        broken_at = np.min([record.broken_at for record in records], axis=0)
        for t in np.flatnonzero(broken_at < ledger.broken):
            cost = int(broken_at[t])
            changes = self.space.changes_of(_witness_mask(records, int(t), cost))
            ledger.break_(int(t), cost, changes, self.engine, Retrained(exactly=False))
        counts = np.max([record.most for record in records], axis=0)
        for row in np.flatnonzero(counts > 0):
            if counts[row] > ledger.broken_lower[row]:
                masks = [x.most_mask[row] for x in records if x.most[row] == counts[row]]
                changes = self.space.changes_of(min(masks, key=_as_number))
                ledger.count_broken(int(records[0].levels[row]), int(counts[row]), changes)

    def _prove(self, account: Account) -> None:
        """Write what a complete account proves: robust predictions, and bounds on the counts."""
        ledger = self.ledger
        levels = ledger.ladder.levels
        for t in range(ledger.m):
            row = account.robust_row(t)
            if row >= 0:
                found = account.evidence(t, row, levels)
                ledger.prove_all(t, int(levels[row]), self.engine, found)
        upper = np.maximum.accumulate(account.over)
        for row in range(account.seen_row + 1):
            ledger.bound_count(int(levels[row]), int(upper[row]))

    def _bound_margins(self, records: Sequence[Record], account: Account) -> None:
        rows = account.visited_row + 1
        worst = np.minimum.reduce([record.worst[:rows] for record in records])
        low = np.minimum.reduce([record.worst_low[:rows] for record in records])
        low = np.minimum.accumulate(low, axis=0)
        for t in range(self.ledger.m):
            self.ledger.bound_margin(t, low[:, t], worst[:, t])

    def _unclear(self, records: Sequence[Record]) -> list[tuple[int, np.ndarray]]:
        """Unclear label vectors of all records, cheapest first, as (cost, changes)."""
        entries = []
        for record in records:
            for k in range(int(record.unclear_used[0])):
                changes = self.space.changes_of(record.unclear_mask[k])
                entries.append((int(record.unclear_cost[k]), changes))
        entries.sort(key=lambda entry: (entry[0], entry[1].tolist()))
        return entries

    def _settle_one(self, cost: int, changes: np.ndarray) -> np.ndarray:
        """Write what kept changes break into the ledger; returns (m,) bool: surely robust under it.

        Each prediction is robust, broken or unsettled afterwards; those that nobody asks for any
        more may stay unsettled.
        """
        ledger, labels = self.ledger, self.space.apply(changes)
        leads = self.trainer.leads(labels, ledger.predicted)
        broken, robust = leads.broken, leads.robust
        unclear = ~(broken | robust)
        wanted = unclear & (cost < ledger.broken)
        if ledger.m - int(robust.sum()) > ledger.broken_lower[ledger.ladder.row(cost)]:
            wanted = unclear
        # Of an unclear prediction every rival that may have caught up is looked at.
        near = wanted[:, None] & ~(leads.value > leads.bar)
        points, rivals = np.nonzero(near)
        signs = self.trainer.signs(labels, points, ledger.predicted[points], rivals)
        settled = wanted.copy()
        for t, sign in zip(points.tolist(), signs, strict=True):
            if sign is None:
                settled[t] = False
            elif sign <= 0:
                broken[t] = True
        robust |= settled & ~broken
        for t in np.flatnonzero(broken & (cost < ledger.broken)):
            ledger.break_(
                int(t), cost, changes, self.engine, Retrained(exactly=bool(wanted[t]))
            )
        ledger.count_broken(cost, int(broken.sum()), changes)
        return robust


def _witness_mask(records: Sequence[Record], t: int, cost: int) -> np.ndarray:
    row = int(np.searchsorted(records[0].levels, cost))
    worst = min(records, key=lambda x: (x.worst[row, t], _as_number(x.worst_mask[row, t])))
    if worst.worst_sure[row, t]:
        return worst.worst_mask[row, t]
    sure = [x.broken_mask[t] for x in records if x.broken_at[t] == cost]
    return min(sure, key=_as_number)


def _as_number(mask: np.ndarray) -> tuple[int, ...]:
    return tuple(int(word) for word in mask[::-1])
