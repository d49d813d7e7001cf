"""scikit-learn estimators over precomputed kernels, with an error bar for each decision value.

They follow ``kernel="precomputed"``: `fit` takes the Gram matrix (n, n), `predict` the cross-kernel
rows (m, n). Two classes; the later one in sorted order is positive.
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
        gram, self.names_ = square_frame(gram, "gram")
        y, _ = in_order_of(y, "y", self.names_)
        self.gram_ = check_gram(gram)
        labels = as_labels(y, "y", count=len(self.gram_.matrix), each="training point")
        self.classes_ = np.unique(labels)
        if len(self.classes_) != 2:
            raise InputError(f"y has {len(self.classes_)} class(es): pass labels of two classes.")
        self.n_features_in_ = len(labels)
        return np.where(labels == self.classes_[1], 1.0, -1.0)

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
        """Decision values (m,) and error bars (m,): the true value lies within ± its bar."""

    def decision_function(self, cross: Any) -> np.ndarray:
        """Decision values (m,), positive for classes_[1]."""
        return self.decision_bounds(cross)[0]

    def predict(self, cross: Any) -> np.ndarray:
        """Predicted labels (m,)."""
        positive = self.decision_function(cross) > 0
        return self.classes_[positive.astype(int)]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.pairwise = True
        tags.classifier_tags.multi_class = False
        return tags


class KernelSVM(_Precomputed):
    """Bias-free soft-margin SVM on a precomputed kernel: the wide network's limit.

    Parameters: C > 0 (hinge-loss weight); warm_start: reuse the last solution where the Gram matrix
    and C are unchanged, so that refitting after a few label changes is cheap.
    Attributes: classes_ (2,), dual_coef_ (n,) β_i = y_i α_i, gap_ bound on the duality gap.
    Source: Chen et al., NeurIPS 2021 (equivalence); error bars: our own note, section 2.
    """

    def __init__(self, C: float = 1.0, warm_start: bool = False):
        self.C = C
        self.warm_start = warm_start

    def fit(self, gram: Any, y: Any) -> KernelSVM:
        """Fit on a Gram matrix (n, n) and labels (n,); raises InputError on bad input."""
        weight = positive(self.C, "C")
        warm_start = flag(self.warm_start, "warm_start")
        before = getattr(self, "solution_", None) if warm_start else None
        known = self.gram_.matrix if before is not None else None
        signs = self._check(gram, y)
        usable = known is not None and np.array_equal(known, self.gram_.matrix)
        warm = before.state if before is not None and usable else None
        self.solution_ = fit_dual(self.gram_, signs, weight, warm)
        self.dual_coef_ = self.solution_.beta / self.solution_.scale
        self.gap_ = self.solution_.gap
        return self

    def decision_bounds(self, cross: Any) -> tuple[np.ndarray, np.ndarray]:
        """Decision values (m,) and error bars (m,): the true value lies within ± its bar."""
        rows = self._rows(cross)
        return decision_values(self.gram_, rows, self.solution_, float(self.C))


class KernelRidge(_Precomputed):
    """Kernel ridge regression on ±1 labels, used as a classifier, on a precomputed kernel.

    Parameters: ridge λ > 0, added to the diagonal.
    Attributes: classes_ (2,), targets_ (n,) ±1.
    Source: arXiv 2604.11416; error bars from the residual of the linear system.
    """

    def __init__(self, ridge: float = 1.0):
        self.ridge = ridge

    def fit(self, gram: Any, y: Any) -> KernelRidge:
        """Fit on a Gram matrix (n, n) and labels (n,); raises InputError on bad input."""
        positive(self.ridge, "ridge")
        self.targets_ = self._check(gram, y)
        return self

    def decision_bounds(self, cross: Any) -> tuple[np.ndarray, np.ndarray]:
        """Decision values (m,) and error bars (m,): the true value lies within ± its bar."""
        rows = self._rows(cross)
        weights, error = ridge_weights(self.gram_, rows, float(self.ridge))
        n = self.n_features_in_
        rounding = (n + 2) * np.finfo(float).eps * np.abs(weights).sum(axis=1)
        return weights @ self.targets_, np.sqrt(n) * error + rounding
