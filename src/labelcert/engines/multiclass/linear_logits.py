"""Logits that are linear in the labels, p_k = Σ_i h_ti (±1), for any labels; compared exactly.

Also a trained model that can be changed one label at a time, as the attack on counts wants it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from labelcert.engines.by_sort import LinearModel
from labelcert.engines.multiclass.relabels import RelabelSpace


@dataclass(eq=False)
class LinearLogits:
    """The logits of a linear model; labels (n,) are where it stands, the clean ones at first."""

    model: LinearModel
    space: RelabelSpace
    labels: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.labels = self.space.labels.copy()

    def logits(
        self, labels: np.ndarray | None = None, classes: int | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Logits (m, K) for labels (n,), by default where it stands, and error bars (m, K)."""
        given = self.labels if labels is None else labels
        number = self.space.classes if classes is None else classes
        signs = np.where(given[:, None] == np.arange(number), 1.0, -1.0)
        bars = np.repeat(self.model.error[:, None], number, axis=1)
        return self.model.weights @ signs, bars

    def sign(self, labels: np.ndarray, t: int, a: int, b: int) -> int | None:
        """The sign of p_a − p_b at test point t, None where exact weights are out of reach."""
        weights = self.model.exact_weights(t)
        if weights is None:
            return None
        side = (labels == a).astype(int) - (labels == b).astype(int)
        value = sum((int(s) * h for s, h in zip(side, weights, strict=True)), Fraction(0))
        return (value > 0) - (value < 0)

    def reset(self) -> None:
        """Return to the clean labels."""
        self.labels = self.space.labels.copy()

    @property
    def changes(self) -> np.ndarray:
        """The changes made."""
        return self.space.changes_to(self.labels)

    def relabel(self, i: int, label: int) -> None:
        """Give point i a label."""
        self.labels[i] = label

    def after_flips(self, k: int, points: np.ndarray) -> np.ndarray:
        """Logits (c, m) of class k if one of points (c,) joined or left it."""
        now, _ = self.logits()
        step = np.where(self.labels[points] == k, -2.0, 2.0)
        return now[:, k] + step[:, None] * self.model.weights[:, points].T
