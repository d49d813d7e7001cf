"""Kernel SVMs as bases: votes and radii from `labelcert.certify` on each part.

The certificate of a part tells for how many flips the base's vote surely stays; so many and one
more is the price of every other class, a lower end (radii do not tell rivals apart). A clean tie of
two classes goes to the first; with more classes, and where a margin is not decided, every class
within reach of the largest costs nothing: the attacker picks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelcert.certificates.certifying import certify
from labelcert.certificates.results.certificate import Certificate
from labelcert.engines.partition.flipping import Flips
from labelcert.engines.partition.votes import FOREVER
from labelcert.engines.work.clock import Clock
from labelcert.ensembles.base import Answer, IntArray, Part
from labelcert.ensembles.linear_bases import kernel_blocks
from labelcert.features.feature_map import FloatMatrix, RowFeatures
from labelcert.kernels.kernel import Kernel


class SvmBase:
    """Bias-free soft-margin SVMs, on a kernel of rows or on the inner products of features."""

    looks_inside = True

    def __init__(
        self,
        rows: NDArray[Any] | FloatMatrix,
        maps: Kernel | RowFeatures,
        C: float,
        seconds_a_part: float,
    ):
        self._rows, self._maps, self._C = rows, maps, C
        self._seconds = seconds_a_part

    def learner(self) -> Mapping[str, float]:
        """C."""
        return {"C": self._C}

    def prepare(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Rows for a kernel, their features otherwise."""
        return rows if isinstance(self._maps, Kernel) else self._maps(rows)

    def answer(self, part: Part, points: Any, costs: bool, clock: Clock) -> Answer:
        """From a certificate of the part; of budget 0 where no costs are asked for."""
        own = self._rows[part.members]
        if isinstance(self._maps, Kernel):
            gram, cross = kernel_blocks(self._maps, own, points)
        else:
            own, new = own.astype(np.float64), points.astype(np.float64)
            gram, cross = own @ own.T, new @ own.T
        n = len(part.labels)
        certificate = certify(
            gram, cross, part.labels, C=self._C, classes=list(range(part.classes)), n_jobs=1,
            max_flips=n if costs else 0, time_limit=min(self._seconds, max(clock.remaining, 0.0)),
        )  # fmt: skip
        votes, free = _votes(certificate, part.classes)
        if not costs:
            return Answer(votes, free, None)
        radius = np.maximum(certificate.radius, 0)
        price = np.where(radius >= n, FOREVER, radius + 1)[:, None]
        return Answer(votes, free, np.where(free, 0, price).astype(np.int32))

    def flips(self, part: Part, points: Any, wanted: Sequence[IntArray]) -> list[Flips] | None:
        """Not looked for."""
        return None


def _votes(certificate: Certificate, classes: int) -> tuple[IntArray, NDArray[np.bool_]]:
    """Votes, and the classes that may win: one where the clean prediction is proven."""
    votes = np.searchsorted(np.arange(classes), certificate.prediction).astype(np.int64)
    free = np.zeros((len(votes), classes), dtype=np.bool_)
    values, bars = certificate.decision, certificate.error_bar
    for t, status in enumerate(certificate.status):
        if status == "tie" and classes == 2:
            votes[t] = 0
        elif status != "robust":
            if classes == 2:
                free[t] = True
            else:
                sure = (values[t] - bars[t]).max()
                free[t] = ~(values[t] + bars[t] < sure - 1e-12 * (np.abs(values[t]) + abs(sure)))
        free[t, votes[t]] = True
    return votes, free
