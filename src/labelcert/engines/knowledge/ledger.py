"""What is known of each prediction, whoever found it out: the only thing engines write to.

A prediction is robust up to a budget by a proof, broken from a budget on by a witness, and open in
between. Engines can only add knowledge, so their order never changes what is true, and stopping
at any moment leaves a valid interval.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from labelcert.engines.knowledge.evidence import Proof, Refutation
from labelcert.engines.knowledge.recording import NEVER
from labelcert.engines.ladder import Ladder


@dataclass(eq=False)
class Ledger:
    """Knowledge of m predictions at the levels of cost of a ladder, and of the collective attack.

    robust (m,): proven robust up to this budget, −1 none. broken (m,): smallest budget with a
    witness, `NEVER` if none. worst_margin (m, rows): smallest margin known at a level, NaN where
    not looked for; margin_bound of the same shape: proven, no margin lies below it. broken_lower
    and broken_upper (rows,): most simultaneously broken predictions, as an interval. proof and
    refutation (m,): what the largest robust and the smallest broken budget rest on, None if none.
    """

    m: int
    ladder: Ladder
    robust: np.ndarray = field(init=False)
    broken: np.ndarray = field(init=False)
    witness: list[np.ndarray | None] = field(init=False)
    worst_margin: np.ndarray = field(init=False)
    margin_bound: np.ndarray = field(init=False)
    proven_by: list[str] = field(init=False)
    broken_by: list[str] = field(init=False)
    proof: list[Proof | None] = field(init=False)
    refutation: list[Refutation | None] = field(init=False)
    broken_lower: np.ndarray = field(init=False)
    broken_upper: np.ndarray = field(init=False)
    count_witness: list[np.ndarray] = field(init=False)

    def __post_init__(self) -> None:
        rows = self.ladder.rows
        self.robust = np.full(self.m, -1, dtype=np.int64)
        self.broken = np.full(self.m, NEVER, dtype=np.int64)
        self.witness = [None] * self.m
        self.worst_margin = np.full((self.m, rows), np.nan)
        self.margin_bound = np.full((self.m, rows), -np.inf)
        self.proven_by = [""] * self.m
        self.broken_by = [""] * self.m
        self.proof = [None] * self.m
        self.refutation = [None] * self.m
        self.broken_lower = np.zeros(rows, dtype=np.int64)
        self.broken_upper = np.full(rows, self.m, dtype=np.int64)
        self.count_witness = [np.zeros(0, dtype=np.int64) for _ in range(rows)]

    @property
    def max_budget(self) -> int:
        """The largest budget asked for."""
        return self.ladder.budget

    @property
    def open(self) -> np.ndarray:
        """(m,) bool: predictions whose radius is not known yet."""
        return np.minimum(self.broken - 1, self.max_budget) > self.robust

    @property
    def needed_budget(self) -> int:
        """The largest budget at which some open prediction may still be robust; −1 if none."""
        if not self.open.any():
            return -1
        return int(np.minimum(self.broken[self.open] - 1, self.max_budget).max())

    @property
    def open_count(self) -> int:
        """The largest level at which the collective count is open; −1 if none."""
        rows = np.flatnonzero(self.broken_lower < self.broken_upper)
        return int(self.ladder.levels[rows[-1]]) if len(rows) else -1

    def prove(self, t: int, budget: int, engine: str, evidence: Proof) -> None:
        """Note that prediction t is robust at `budget`, and so up to the next level."""
        if budget >= self.broken[t]:
            raise AssertionError(f"{engine} proves prediction {t} robust where a witness breaks it")
        reach = self.ladder.last_of(self.ladder.row(budget)) if budget >= 0 else -1
        if reach > self.robust[t]:
            self.robust[t] = reach
            self.proven_by[t] = engine
            self.proof[t] = evidence

    def break_(
        self, t: int, budget: int, flips: np.ndarray, engine: str, evidence: Refutation
    ) -> None:
        """Note that a flip set of cost `budget` breaks prediction t."""
        if budget <= self.robust[t]:
            raise AssertionError(f"{engine} breaks prediction {t} where it is proven robust")
        if budget < self.broken[t]:
            self.broken[t] = budget
            self.witness[t] = np.sort(np.asarray(flips, dtype=np.int64))
            self.broken_by[t] = engine
            self.refutation[t] = evidence

    def bound_margin(self, t: int, low: np.ndarray, high: np.ndarray) -> None:
        """Note bounds (rows,) on the worst margins of t at levels 0, 1, …; ∓inf if none."""
        rows = len(low)
        bound, seen = self.margin_bound[t, :rows], self.worst_margin[t, :rows]
        # A bound at a budget holds at all smaller ones, a margin at all larger ones.
        np.maximum(bound, np.maximum.accumulate(low[::-1])[::-1], out=bound)
        best = np.fmin(seen, np.minimum.accumulate(high))
        seen[:] = np.where(np.isfinite(best), best, np.nan)

    def count_broken(self, budget: int, count: int, flips: np.ndarray) -> None:
        """Note that one flip set of cost `budget` breaks `count` predictions."""
        if budget > self.max_budget:
            return
        row = self.ladder.row(budget)
        if count > self.broken_upper[row]:
            raise AssertionError(f"{count} predictions broken where a proof allows fewer")
        for r in range(row, self.ladder.rows):
            if count <= self.broken_lower[r]:
                return
            self.broken_lower[r] = count
            self.count_witness[r] = np.sort(np.asarray(flips, dtype=np.int64))

    def bound_count(self, budget: int, count: int) -> None:
        """Note that no flip set of cost ≤ `budget` breaks more than `count` predictions."""
        row = self.ladder.row(budget)
        if count < self.broken_lower[row]:
            raise AssertionError(f"at most {count} predictions broken where a witness breaks more")
        self.broken_upper[: row + 1] = np.minimum(self.broken_upper[: row + 1], count)

    def combine(self) -> None:
        """Carry sample-wise knowledge over to the collective interval."""
        ascending = np.sort(self.robust)
        open_at = np.searchsorted(ascending, self.ladder.levels)  # robust below each level
        if (open_at < self.broken_lower).any():
            raise AssertionError("fewer predictions are open than a witness breaks")
        # More budget leaves no fewer of them open.
        np.minimum(self.broken_upper, open_at, out=self.broken_upper)
        for t in np.flatnonzero(self.broken <= self.max_budget):
            flips = self.witness[t]
            if flips is not None:
                self.count_broken(int(self.broken[t]), 1, flips)
