"""Machines whose values are linear in the labels, f_t(ỹ) = Σ_i h_ti ỹ_i, and their leads.

Kernel ridge regression always is (``math.md`` 7), the kernel SVM where every dual variable stays at
its bound (saturation, ``math.md`` 4.2). All machines of a problem have the same weights h.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from labelcert.engines.machines.trainer import ExactTrainer

ExactWeights = Callable[[int], list[Fraction] | None]
"""Exact h_t (n,) of one test point, or None where that is out of reach."""


class LinearModel(NamedTuple):
    """f_t(ỹ) = Σ_i weights[t, i] ỹ_i up to error[t], for budgets up to max_budget."""

    weights: np.ndarray  # (m, n)
    error: np.ndarray  # (m,) bounds |computed − true f_t(ỹ)| for every label vector
    exact_weights: ExactWeights
    max_budget: int
    name: str

    def of_test_points(self, rows: np.ndarray) -> LinearModel:
        """The same model with some of the test points."""

        def exact_weights(t: int) -> list[Fraction] | None:
            return self.exact_weights(int(rows[t]))

        return self._replace(
            weights=self.weights[rows], error=self.error[rows], exact_weights=exact_weights
        )


def signs_of(labels: np.ndarray, classes: int) -> np.ndarray:
    """(n, machines) ±1.0: what each machine sees of labels (n,); one machine for two classes."""
    members = np.array([1]) if classes == 2 else np.arange(classes)
    return np.where(labels[:, None] == members, 1.0, -1.0)


def side_of(labels: np.ndarray, a: int, b: int) -> np.ndarray:
    """+1 for class a, −1 for class b, 0 for any other: what a label adds to the lead of a over b,
    in units of `lead_unit`."""
    return (labels == a).astype(np.int64) - (labels == b).astype(np.int64)


def lead_unit(classes: int) -> int:
    """What a label of weight 1 adds to a lead: once f's own ±1, or a difference of two of them."""
    return 1 if classes == 2 else 2


@dataclass(frozen=True, eq=False)
class LinearTrainer(ExactTrainer):
    """Leads of a linear model for any labels, compared exactly (`knowledge.settle.Trainer`)."""

    model: LinearModel
    classes: int

    def values(self, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Values (m, machines) for labels (n,), and their error bars."""
        values = self.model.weights @ signs_of(labels, self.classes)
        return values, np.broadcast_to(self.model.error[:, None], values.shape)

    def sign(self, labels: np.ndarray, t: int, a: int, b: int) -> int | None:
        """The sign of the lead of a over b, None where exact weights are out of reach."""
        weights = self.model.exact_weights(t)
        if weights is None:
            return None
        side = side_of(labels, a, b)
        value = sum((int(s) * h for s, h in zip(side, weights, strict=True)), Fraction(0))
        return (value > 0) - (value < 0)
