"""What is proven of each prediction against each rival class.

A prediction is robust at a budget if no rival can catch up with it, so its radius is the smallest
over the rivals, and a rival that is proven harmless up to the largest budget needs no more work.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from labelcert.engines.flips import UNLIMITED
from labelcert.engines.knowledge.evidence import CleanFit, Proof
from labelcert.engines.knowledge.ledger import Ledger


@dataclass(eq=False)
class Rivals:
    """Proofs by (test point, rival class), beside a ledger of the test points.

    predicted (m,) clean classes, without ties. proven (m, K): no relabeling of this budget lets the
    rival catch up; `UNLIMITED` for the predicted class itself. proofs: what each of them rests on;
    the ledger has that of the rival that came last.
    """

    ledger: Ledger
    predicted: np.ndarray
    classes: int
    proven: np.ndarray = field(init=False)
    proofs: dict[tuple[int, int], Proof] = field(init=False)

    def __post_init__(self) -> None:
        m = len(self.predicted)
        self.proofs = {}
        self.proven = np.zeros((m, self.classes), dtype=np.int64)
        self.proven[np.arange(m), self.predicted] = UNLIMITED
        for t in range(m):
            self.ledger.prove(t, 0, "training", CleanFit())

    def prove(self, t: int, rival: int, budget: int, engine: str, evidence: Proof) -> None:
        """Note that no relabeling of `budget` lets the rival reach the predicted class of t."""
        if budget < 0:
            return
        ladder = self.ledger.ladder
        budget = ladder.last_of(ladder.row(budget))
        if budget > self.proven[t, rival]:
            self.proven[t, rival] = budget
            self.proofs[t, rival] = evidence
            least = int(min(self.proven[t].min(), self.ledger.max_budget))
            if least > self.ledger.robust[t]:
                self.ledger.prove(t, least, engine, evidence)

    def needed(self, t: int) -> int:
        """The largest budget at which t may still be robust."""
        return int(min(self.ledger.broken[t] - 1, self.ledger.max_budget))

    def open_rivals(self, t: int) -> np.ndarray:
        """Rivals of t that still need a proof or a witness."""
        return np.flatnonzero(self.proven[t] < self.needed(t))
