"""Kernel SVMs as bases: votes, radii and witnesses from `labelcert.certify` on each part.

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
from labelcert.certificates.results.flip_check import Retrained
from labelcert.engines.knowledge.lead import leads_of
from labelcert.engines.partition.flipping import Flips
from labelcert.engines.partition.votes import FOREVER
from labelcert.engines.work.clock import Clock
from labelcert.ensembles.base import Answer, IntArray, Known, Part
from labelcert.ensembles.linear_bases import kernel_blocks
from labelcert.ensembles.retrained_flips import flips_by_retraining
from labelcert.features.feature_map import FloatMatrix, RowFeatures
from labelcert.kernels.kernel import Kernel

Blocks = tuple[NDArray[np.float64], NDArray[np.float64]]
"""The kernel of a part's rows (n, n), and of test points with them (m, n)."""


class SvmBase:
    """Bias-free soft-margin SVMs, on a kernel of rows or on the inner products of features."""

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
        n = len(part.labels)
        certificate = self._certificate(part, self._blocks(part, points), n if costs else 0, clock)
        votes, free = _votes(certificate, part.classes)
        if not costs:
            return Answer(votes, free, None)
        radius = np.maximum(certificate.radius, 0)
        price = np.where(radius >= n, FOREVER, radius + 1)[:, None]
        hints = [None if w is None else (w.indices, w.labels) for w in certificate.witnesses]
        return Answer(votes, free, np.where(free, 0, price).astype(np.int32), hints)

    def flips(
        self, part: Part, points: Any, wanted: Sequence[IntArray], known: Known, clock: Clock
    ) -> list[Flips]:
        """By retraining, from the witnesses of the part's certificate on."""
        blocks = self._blocks(part, points)
        problem = self._certificate(part, blocks, 0, clock).problem
        assert problem is not None
        first = np.full(len(points), 1 if part.classes == 2 else 0)

        def retrain(labels: IntArray) -> IntArray:
            return _votes_after(problem.retrain(labels, first), part.classes)

        return flips_by_retraining(retrain, part, blocks[1], wanted, known, clock)

    def _blocks(self, part: Part, points: Any) -> Blocks:
        own = self._rows[part.members]
        if isinstance(self._maps, Kernel):
            return kernel_blocks(self._maps, own, points)
        own, new = own.astype(np.float64), points.astype(np.float64)
        return own @ own.T, new @ own.T

    def _certificate(self, part: Part, blocks: Blocks, most: int, clock: Clock) -> Certificate:
        return certify(
            *blocks, part.labels, C=self._C, classes=list(range(part.classes)), n_jobs=1,
            max_flips=most, time_limit=min(self._seconds, max(clock.remaining, 0.0)),
        )  # fmt: skip


def _votes_after(found: Retrained, classes: int) -> IntArray:
    """Votes (m,) of the retrained base, −1 where they are not proven.

    With two classes the question was whether the second still leads: where that is lost, or a tie,
    the first has the vote. With more, a class has it that leads beyond its error bars.
    """
    if classes == 2:
        return np.where(found.open, -1, np.where(found.broken, 0, 1))
    votes = found.decision.argmax(axis=1)
    return np.where(leads_of(found.decision, found.error_bar, votes).robust, votes, -1)


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
