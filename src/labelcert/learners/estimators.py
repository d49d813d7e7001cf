"""scikit-learn estimators over precomputed kernels, with an error bar for each decision value.

They follow ``kernel="precomputed"``: `fit` takes the Gram matrix (n, n), `predict` the cross-kernel
rows (m, n). Of two classes the later one in sorted order is positive; with more, each class has its
own machine against all others, and the class of the largest value is predicted.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from labelcert._errors import InputError
from labelcert.intake.arrays import dense_matrix
from labelcert.intake.frames import in_order_of, square_frame
from labelcert.intake.labels import as_labels
from labelcert.intake.numbers import flag, positive
from labelcert.learners.gram import check_gram
from labelcert.learners.ridge_weights import ridge_weights
from labelcert.learners.svm import decision_values, fit_dual


class _Precomputed(ClassifierMixin, BaseEstimator, ABC):
    """What both estimators share: checks, labels, prediction by sign."""

    def _check(self, gram: Any, y: Any) -> np.ndarray:
        """(n, machines) ±1.0: what each machine sees of the labels."""
        gram, self.names_ = square_frame(gram, "gram")
        y, _ = in_order_of(y, "y", self.names_)
        self.gram_ = check_gram(gram)
        labels = as_labels(y, "y", count=len(self.gram_), each="training point")
        self.classes_ = np.unique(labels)
        if len(self.classes_) < 2:
            raise InputError("y has 1 class: pass labels of at least two classes.")
        self.n_features_in_ = len(labels)
        members = self.classes_[1:] if len(self.classes_) == 2 else self.classes_
        return np.where(labels[:, None] == members, 1.0, -1.0)

    def _shaped(self, values: np.ndarray) -> np.ndarray:
        """Values of machines (…, machines) as results: (…,) with two classes."""
        return values[..., 0] if len(self.classes_) == 2 else values

    def _rows(self, cross: Any) -> np.ndarray:
        check_is_fitted(self)
        named, _ = in_order_of(cross, "cross's columns", self.names_, axis=1)
        rows = dense_matrix(named, "cross")
        if rows.shape[1] != self.n_features_in_:
            raise InputError(
                f"cross has {rows.shape[1]} columns: pass one for each of "
                f"{self.n_features_in_} training points."
            )
        return rows

    @abstractmethod
    def decision_bounds(self, cross: Any) -> tuple[np.ndarray, np.ndarray]:
        """Decision values and error bars: the true value lies within ± its bar.

        Both (m,) with two classes, (m, K) with K > 2.
        """

    def decision_function(self, cross: Any) -> np.ndarray:
        """Decision values (m,), positive for classes_[1]; (m, K), the largest wins, with K > 2."""
        return self.decision_bounds(cross)[0]

    def predict(self, cross: Any) -> np.ndarray:
        """Predicted labels (m,)."""
        values = self.decision_function(cross)
        return self.classes_[
            values.argmax(axis=1) if values.ndim == 2 else (values > 0).astype(int)
        ]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.pairwise = True
        return tags


class KernelSVM(_Precomputed):
    """Bias-free soft-margin SVM on a precomputed kernel: the wide network's limit.

    Parameters: C > 0 (hinge-loss weight); warm_start: reuse the last solution where the Gram matrix
    and C are unchanged, so that refitting after a few label changes is cheap.
    Attributes: classes_ (K,); dual_coef_ β_i = y_i α_i, (n,) with two classes and (n, K) with more;
    gap_: bound on the duality gap, the largest of the machines'.
    Source: Chen et al., NeurIPS 2021 (equivalence); error bars: our own note, section 2.
    """

    def __init__(self, C: float = 1.0, warm_start: bool = False):
        self.C = C
        self.warm_start = warm_start

    def fit(self, gram: Any, y: Any) -> KernelSVM:
        """Fit on a Gram matrix (n, n) and labels (n,); raises InputError on bad input."""
        weight = positive(self.C, "C")
        warm_start = flag(self.warm_start, "warm_start")
        before = getattr(self, "solutions_", None) if warm_start else None
        known = self.gram_.matrix if before is not None else None
        signs = self._check(gram, y)
        usable = known is not None and np.array_equal(known, self.gram_.matrix)
        machines = signs.shape[1]
        states: list[Any] = [None] * machines
        if before is not None and usable and len(before) == machines:
            states = [solution.state for solution in before]
        self.solutions_ = [
            fit_dual(self.gram_, signs[:, k], weight, states[k]) for k in range(machines)
        ]
        beta = np.stack([found.beta / found.scale for found in self.solutions_], axis=1)
        self.dual_coef_ = self._shaped(beta)
        self.gap_ = max(found.gap for found in self.solutions_)
        return self

    def decision_bounds(self, cross: Any) -> tuple[np.ndarray, np.ndarray]:
        """Decision values and error bars, each (m,), or (m, K) with K > 2 classes."""
        rows = self._rows(cross)
        found = [
            decision_values(self.gram_, rows, solution, float(self.C))
            for solution in self.solutions_
        ]
        values, bars = (np.stack(part, axis=1) for part in zip(*found, strict=True))
        return self._shaped(values), self._shaped(bars)


class KernelRidge(_Precomputed):
    """Kernel ridge regression on ±1 labels, used as a classifier, on a precomputed kernel.

    Parameters: ridge λ > 0, added to the diagonal.
    Attributes: classes_ (K,); targets_ ±1, (n,) with two classes and (n, K) with more.
    Source: arXiv 2604.11416; error bars from the residual of the linear system.
    """

    def __init__(self, ridge: float = 1.0):
        self.ridge = ridge

    def fit(self, gram: Any, y: Any) -> KernelRidge:
        """Fit on a Gram matrix (n, n) and labels (n,); raises InputError on bad input."""
        positive(self.ridge, "ridge")
        self.targets_ = self._shaped(self._check(gram, y))
        return self

    def decision_bounds(self, cross: Any) -> tuple[np.ndarray, np.ndarray]:
        """Decision values and error bars, each (m,), or (m, K) with K > 2 classes."""
        rows = self._rows(cross)
        weights, error = ridge_weights(self.gram_, rows, float(self.ridge))
        n = self.n_features_in_
        rounding = (n + 2) * np.finfo(float).eps * np.abs(weights).sum(axis=1)
        bars, values = np.sqrt(n) * error + rounding, weights @ self.targets_
        return values, bars if values.ndim == 1 else np.repeat(bars[:, None], values.shape[1], 1)
