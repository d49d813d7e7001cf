"""What is known of each prediction, whoever found it out: the only thing engines write to.

A prediction is robust at a budget if no rival class can catch up with it there, which takes a proof
against each; it is broken from the budget of a witness on, and open in between. Engines can only
add knowledge, so their order never changes what is true, and stopping at any moment leaves a valid
interval. With two classes there is one rival.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from labelcert.engines.attacker import UNLIMITED
from labelcert.engines.knowledge.evidence import CleanFit, Proof, Refutation
from labelcert.engines.ladder import Ladder

NEVER = 2**62
"""A budget no attacker has."""


@dataclass(eq=False)
class Ledger:
    """Knowledge of m predictions at the levels of cost of a ladder, and of the collective attack.

    predicted (m,): the clean classes, without ties; classes: K. clean_proves: whether budget 0
    pays for no change at all, so that the clean fit proves it. proven (m, K): no relabeling of
    this budget lets the rival catch up, `UNLIMITED` for the predicted class itself; proofs: what
    each of them rests on. robust (m,): proven robust up to this budget. broken (m,): smallest
    budget with a witness, `NEVER` if none; a witness is a sorted array of changes
    (`labelcert.engines.attacker`). worst_margin (m, rows): smallest lead known at a level, NaN
    where not looked for; margin_bound of the same shape: proven, no lead lies below it.
    broken_lower and broken_upper (rows,): most simultaneously broken predictions, as an interval.
    proof and refutation (m,): what the largest robust and the smallest broken budget rest on.
    relaxed (m,): radius by independent worst cases of the classes, −1 where nobody looked.
    """

    ladder: Ladder
    predicted: np.ndarray
    classes: int
    clean_proves: bool = True
    proven: np.ndarray = field(init=False)
    proofs: dict[tuple[int, int], Proof] = field(init=False)
    robust: np.ndarray = field(init=False)
    broken: np.ndarray = field(init=False)
    witness: list[np.ndarray | None] = field(init=False)
    worst_margin: np.ndarray = field(init=False)
    margin_bound: np.ndarray = field(init=False)
    proven_by: list[str] = field(init=False)
    broken_by: list[str] = field(init=False)
    proof: list[Proof] = field(init=False)
    refutation: list[Refutation | None] = field(init=False)
    broken_lower: np.ndarray = field(init=False)
    broken_upper: np.ndarray = field(init=False)
    count_witness: list[np.ndarray] = field(init=False)
    relaxed: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        m, rows = self.m, self.ladder.rows
        self.predicted = np.asarray(self.predicted, dtype=np.int64)
        # The fit on the clean labels proves what nobody has changed: the first level is 0.
        clean, least = CleanFit(), self.ladder.last_of(0) if self.clean_proves else -1
        self.robust = np.full(m, least, dtype=np.int64)
        self.proven = np.full((m, self.classes), least, dtype=np.int64)
        self.proven[np.arange(m), self.predicted] = UNLIMITED
        self.proofs = {}
        self.proven_by = ["training" if self.clean_proves else ""] * m
        self.proof = [clean] * m
        self.broken = np.full(m, NEVER, dtype=np.int64)
        self.witness, self.broken_by, self.refutation = [None] * m, [""] * m, [None] * m
        self.worst_margin = np.full((m, rows), np.nan)
        self.margin_bound = np.full((m, rows), -np.inf)
        self.broken_lower = np.zeros(rows, dtype=np.int64)
        self.broken_upper = np.full(rows, m, dtype=np.int64)
        self.count_witness = [np.zeros(0, dtype=np.int64) for _ in range(rows)]
        self.relaxed = np.full(m, -1, dtype=np.int64)

    @property
    def m(self) -> int:
        """Number of predictions."""
        return len(self.predicted)

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

    @property
    def open_margin(self) -> int:
        """The largest level at which nobody has bounded some worst margin; −1 if none."""
        rows = np.flatnonzero(~np.isfinite(self.margin_bound).all(axis=0))
        return int(self.ladder.levels[rows[-1]]) if len(rows) and self.m else -1

    @property
    def steps_proven(self) -> int:
        """Levels above the first at which predictions are proven robust, added up over them."""
        rows = np.searchsorted(self.ladder.levels, self.robust, side="right") - 1
        return int(rows.sum())

    @property
    def steps_open(self) -> int:
        """Levels that are neither proven nor broken, added up over predictions."""
        last = np.minimum(self.broken - 1, self.max_budget)
        rows = [np.searchsorted(self.ladder.levels, x, side="right") for x in (last, self.robust)]
        return int(np.maximum(rows[0] - rows[1], 0).sum())

    def needed(self, t: int) -> int:
        """The largest budget at which t may still be robust."""
        return int(min(self.broken[t] - 1, self.max_budget))

    def rivals(self, t: int) -> list[int]:
        """All classes but the predicted one."""
        return [b for b in range(self.classes) if b != self.predicted[t]]

    def open_rivals(self, t: int) -> list[int]:
        """Rivals of t that still need a proof or a witness."""
        return np.flatnonzero(self.proven[t] < self.needed(t)).tolist()

    def prove(self, t: int, rival: int, budget: int, engine: str, evidence: Proof) -> None:
        """Note that no relabeling of `budget`, and so up to the next level, lets the rival reach
        the predicted class of t."""
        if budget < 0:
            return
        reach = self.ladder.last_of(self.ladder.row(budget))
        if reach <= self.proven[t, rival]:
            return
        self.proven[t, rival] = reach
        self.proofs[t, rival] = evidence
        least = int(min(self.proven[t].min(), self.max_budget))
        if least <= self.robust[t]:
            return
        if least >= self.broken[t]:
            raise AssertionError(f"{engine} proves prediction {t} robust where a witness breaks it")
        self.robust[t], self.proven_by[t], self.proof[t] = least, engine, evidence

    def prove_all(self, t: int, budget: int, engine: str, evidence: Proof) -> None:
        """Note that no rival reaches the predicted class of t at `budget`."""
        for rival in self.rivals(t):
            self.prove(t, rival, budget, engine, evidence)

    def break_(
        self, t: int, budget: int, changes: np.ndarray, engine: str, evidence: Refutation
    ) -> None:
        """Note that changes of cost `budget` break prediction t."""
        if budget <= self.robust[t]:
            raise AssertionError(f"{engine} breaks prediction {t} where it is proven robust")
        if budget < self.broken[t]:
            self.broken[t] = budget
            self.witness[t] = np.sort(np.asarray(changes, dtype=np.int64))
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

    def count_broken(self, budget: int, count: int, changes: np.ndarray) -> None:
        """Note that changes of cost `budget` break `count` predictions at once."""
        if budget > self.max_budget:
            return
        row = self.ladder.row(budget)
        if count > self.broken_upper[row]:
            raise AssertionError(f"{count} predictions broken where a proof allows fewer")
        for r in range(row, self.ladder.rows):
            if count <= self.broken_lower[r]:
                return
            self.broken_lower[r] = count
            self.count_witness[r] = np.sort(np.asarray(changes, dtype=np.int64))

    def bound_count(self, budget: int, count: int) -> None:
        """Note that no relabeling of cost ≤ `budget` breaks more than `count` predictions."""
        row = self.ladder.row(budget)
        if count < self.broken_lower[row]:
            raise AssertionError(f"at most {count} predictions broken where a witness breaks more")
        self.broken_upper[: row + 1] = np.minimum(self.broken_upper[: row + 1], count)

    def relax(self, t: int, budget: int) -> None:
        """Note that independent worst cases of the classes prove t up to a budget."""
        if budget >= self.broken[t]:
            raise AssertionError(f"worst cases reach a budget at which a witness breaks {t}")
        if budget >= 0:
            reach = self.ladder.last_of(self.ladder.row(budget))
            self.relaxed[t] = max(int(self.relaxed[t]), reach)

    def combine(self) -> None:
        """Carry sample-wise knowledge over to the collective interval."""
        ascending = np.sort(self.robust)
        open_at = np.searchsorted(ascending, self.ladder.levels)  # robust below each level
        if (open_at < self.broken_lower).any():
            raise AssertionError("fewer predictions are open than a witness breaks")
        # More budget leaves no fewer of them open.
        np.minimum(self.broken_upper, open_at, out=self.broken_upper)
        for t in np.flatnonzero(self.broken <= self.max_budget):
            changes = self.witness[t]
            if changes is not None:
                self.count_broken(int(self.broken[t]), 1, changes)
