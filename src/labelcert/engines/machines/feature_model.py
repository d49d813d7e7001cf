"""Machines that are linear in the labels and given by features: weights of a block of test points.

Like a `LinearModel`, whose weights of all test points lie in memory at once, but for any number of
labels and test points. Ridge regression always is one; the SVM as far as it stays saturated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from labelcert.engines.work.clock import Clock
from labelcert.learners.feature_exact import ExactFeatures
from labelcert.learners.gram_system import ExactGram

ENTRIES = 2**25
"""Weights that lie in memory at once, a quarter of a gigabyte."""


class FeatureLearner(Protocol):
    """What turns test features (m, d) into weights of n labels."""

    def coefficients(self, tests: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """What `weights` needs, a row a test point, and bounds (m,) on ‖weights − truth‖₂."""
        ...

    def weights(self, coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
        """(m, n) weights of the labels."""
        ...

    def weights_of(
        self, coefficients: NDArray[np.float64], points: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """(m, k) the same of some of the labels (k,), no further off than the rows of all."""
        ...


class Block(NamedTuple):
    """Test points first … first + len(weights) − 1: weights (k, n), error (k,) of their lengths."""

    first: int
    weights: NDArray[np.float64]
    error: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FeatureModel:
    """f_t(ỹ) = Σ_i s_ti ỹ_i for tests (m, d); exact: where floats do not tell."""

    learner: FeatureLearner
    exact: ExactFeatures | ExactGram | ExactProducts
    tests: NDArray[Any]
    n: int

    @property
    def m(self) -> int:
        """Number of test points."""
        return len(self.tests)

    def blocks(self) -> Iterator[Block]:
        """All test points, as many at a time as fit into memory well."""
        step = max(1, ENTRIES // max(self.n, 1))
        for at in range(0, self.m, step):
            yield self.block(at, min(at + step, self.m))

    def block(self, first: int, end: int) -> Block:
        """Some test points."""
        coefficients, error = self.learner.coefficients(self.tests[first:end])
        return Block(first, self.learner.weights(coefficients), error)

    def exact_weights(self, t: int, clock: Clock) -> list[Fraction] | None:
        """(n,) weights of a test point, None where they are out of reach or time is over."""
        return self.exact.weights(self.tests[t], lambda: clock.expired)


@dataclass(frozen=True, eq=False)
class ExactProducts:
    """Exact weights C · FᵢG_t of saturated machines."""

    features: NDArray[Any]
    C: float

    def weights(self, row: NDArray[Any], expired: Any = None) -> list[Fraction] | None:
        """(n,) weights of a test point (d,); None where there are too many products."""
        if self.features.size > 10**6:
            return None
        test = [Fraction(float(value)) * Fraction(self.C) for value in row]
        return [
            sum(
                (Fraction(float(a)) * b for a, b in zip(own, test, strict=True) if a != 0),
                Fraction(0),
            )
            for own in self.features
        ]
