"""What a run of the engines has found out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labelcert.certificates.array_types import BoolArray, FloatArray, IntArray
from labelcert.certificates.results.alternative import Alternative
from labelcert.certificates.run.checked_input import CheckedInput
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.work.clock import Clock

INTERRUPTED = "interrupted"
"""What a certificate says of a search that somebody ended."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a run knows: the clean fit of all m test points, and a ledger of those without a tie.

    decision and error_bar as in `Certificate`; predicted (m,) class numbers. tied (m,) bool: the
    clean prediction is surely a tie; doubtful (m,) bool: it may be one, and nothing is claimed.
    decided: the other test points, in ascending order the ledger's rows. relaxed_radius: of all
    test points, or None. alternatives: what would close what is open.
    """

    given: CheckedInput
    decision: FloatArray
    error_bar: FloatArray
    predicted: IntArray
    tied: BoolArray
    doubtful: BoolArray
    ledger: Ledger
    seconds: float
    stopped: str
    exactness: str = "exact"
    relaxed_radius: IntArray | None = None
    alternatives: tuple[Alternative, ...] = ()

    @property
    def decided(self) -> IntArray:
        """Indices of the test points with a definite clean prediction."""
        return np.flatnonzero(~self.tied & ~self.doubtful)


def reason_of(clock: Clock) -> str:
    """Why the search stopped early, "" if it did not."""
    if clock.interrupted:
        return INTERRUPTED
    return "time limit" if clock.expired else ""
