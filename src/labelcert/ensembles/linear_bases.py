"""Bases that are linear in the labels: ridge regression on features, and on a kernel."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelcert._errors import InputError
from labelcert.engines.partition.base_votes import LinearPart, pair_costs, part_votes
from labelcert.engines.partition.flipping import Flips, flips_to
from labelcert.engines.work.clock import Clock
from labelcert.ensembles.base import Answer, IntArray, Known, Part
from labelcert.features.feature_map import FloatMatrix, RowFeatures
from labelcert.kernels.checked_block import block_of
from labelcert.kernels.kernel import Kernel
from labelcert.learners.feature_exact import ExactFeatures
from labelcert.learners.feature_system import FeatureSystem
from labelcert.learners.gram import CheckedGram, check_gram
from labelcert.learners.ridge_weights import exact_ridge_weights, ridge_weights

LARGEST = 1e70
"""Features and λ lie between this and 1 over it, so that no product leaves the floats."""


class _LinearBase(ABC):
    """What both have in common: everything but how the weights of the labels come about."""

    def __init__(self, ridge: float):
        self._ridge = ridge

    def learner(self) -> Mapping[str, float]:
        """The ridge."""
        return {"ridge": self._ridge}

    def answer(self, part: Part, points: Any, costs: bool, clock: Clock) -> Answer:
        """Votes and, where asked for, their prices (see `labelcert.engines.partition`)."""
        linear = self._linear(part, points)
        votes, free = part_votes(linear)
        found = pair_costs(linear, votes, free, clock) if costs else None
        return Answer(votes, free, found)

    def flips(
        self, part: Part, points: Any, wanted: Sequence[IntArray], known: Known, clock: Clock
    ) -> list[Flips]:
        """By the retrained sums of the part, see `labelcert.engines.partition.flipping`."""
        linear = self._linear(part, points)
        return [flips_to(linear, one) for one in wanted]

    @abstractmethod
    def _linear(self, part: Part, points: Any) -> LinearPart: ...


class FeatureRidge(_LinearBase):
    """Ridge regression on features (n, e) of all rows in canonical order, no intercept."""

    def __init__(self, features: FloatMatrix, fitted: RowFeatures, ridge: float):
        super().__init__(ridge)
        refuse_extremes(features, "X")
        self.features, self._fitted = features, fitted

    def prepare(self, rows: NDArray[Any]) -> FloatMatrix:
        """Features (m, e)."""
        found = self._fitted(rows)
        refuse_extremes(found, "X")
        return found

    def _linear(self, part: Part, points: Any) -> LinearPart:
        own = self.features[part.members]
        learner = FeatureSystem.of(own).ridge(self._ridge)
        found, error = learner.coefficients(points)
        weights, exactly = learner.weights(found), ExactFeatures(own, self._ridge)

        def exact(t: int) -> list[Fraction] | None:
            if not ((own != 0) & (points[t] != 0)).any():
                return [Fraction(0)] * len(own)  # nothing in common with any row
            return exactly.weights(points[t])

        # Equal rows need not have equal features to the last bit, and only these are a proof.
        equal = np.concatenate([[0], np.cumsum((own[1:] != own[:-1]).any(axis=1))])
        return LinearPart(weights, error, part.labels, equal, part.classes, exact)


class KernelRidge(_LinearBase):
    """Kernel ridge regression on a kernel of rows (n, d) in canonical order."""

    def __init__(self, rows: NDArray[Any], kernel: Kernel, ridge: float):
        super().__init__(ridge)
        self._rows, self._kernel = rows, kernel

    def prepare(self, rows: NDArray[Any]) -> NDArray[Any]:
        """The rows themselves."""
        return rows

    def _linear(self, part: Part, points: Any) -> LinearPart:
        gram, cross = kernel_blocks(self._kernel, self._rows[part.members], points)
        checked: CheckedGram = check_gram(gram, "the kernel of a part")
        weights, error = ridge_weights(checked, cross, self._ridge)

        def exact(t: int) -> list[Fraction] | None:
            return exact_ridge_weights(checked, cross[t], self._ridge)

        none_equal = np.arange(len(part.labels))
        return LinearPart(weights, error, part.labels, none_equal, part.classes, exact)


def kernel_blocks(
    kernel: Kernel, own: NDArray[Any], points: NDArray[Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Kernel of a part's rows (n, n), and of test points with them (m, n)."""
    both = np.vstack([own, points]).astype(np.float64)
    first = np.arange(len(own))
    second = np.arange(len(own), len(both))
    return block_of(kernel, both, first), block_of(kernel, both, second, first)


def refuse_extremes(features: FloatMatrix, argument: str) -> None:
    """Raise InputError for features so large or small that products would leave the floats."""
    for first in range(0, len(features), 4096):
        size = np.abs(features[first : first + 4096])
        largest = float(size.max(initial=0.0))
        smallest = float(size.min(initial=np.inf, where=size > 0))
        if not largest <= LARGEST or smallest < 1 / LARGEST:
            raise InputError(
                f"{argument} has features of size {largest:.1e} and {smallest:.1e}: rescale them "
                "towards 1."
            )
