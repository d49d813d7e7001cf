"""The lead of one class over another after training on any labels: value, error bar, exact sign.

Whoever can say what its machines' values are, and which of two classes leads exactly, is a trainer:
kernel SVMs (`svm_trainer`) and machines that are linear in the labels (`linear_model`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from labelcert.engines.knowledge.lead import Leads, leads_of


class ExactTrainer(ABC):
    """Trains on any labels, and compares what comes out, exactly where floats cannot."""

    @abstractmethod
    def values(self, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Values (m, machines) after training on labels (n,), and their error bars."""

    @abstractmethod
    def sign(self, labels: np.ndarray, t: int, a: int, b: int) -> int | None:
        """The sign −1, 0 or +1 of the lead of a over b at test point t after training on labels.

        None where exact arithmetic would be needed and is out of reach.
        """

    def leads(self, labels: np.ndarray, predicted: np.ndarray) -> Leads:
        """Leads of predicted classes (m,) after training on labels (n,)."""
        return leads_of(*self.values(labels), predicted)

    def signs(
        self, labels: np.ndarray, points: np.ndarray, a: np.ndarray, b: np.ndarray
    ) -> list[int | None]:
        """Signs of the lead of class a over b (both (c,)) at test points (c,), see `sign`."""
        pairs = zip(points.tolist(), a.tolist(), b.tolist(), strict=True)
        return [self.sign(labels, t, own, rival) for t, own, rival in pairs]
