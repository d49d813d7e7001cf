"""`LabelCertifier`: a scikit-learn classifier of rows that certifies its own predictions.

The model is that of `labelcert.certify`: a bias-free kernel SVM, or kernel ridge regression, on a
kernel between rows; of more than two classes each has a machine against all others. Fitting keeps
the rows, the labels and the dual coefficients, and no kernel matrix.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.utils.validation import check_is_fitted

from labelcert._errors import InputError
from labelcert.certificates import Certificate, ThreatModel, certify
from labelcert.certificates.run.option_checks import check_learner
from labelcert.certificates.run.settings import shows_options
from labelcert.certificates.run.validation import is_pair
from labelcert.kernels import MLP
from labelcert.learners import KernelRidge, KernelSVM
from labelcert.learners.dual_ridge import dual_ridge
from labelcert.models.blocks import check_kernel, cross_of, gram_of
from labelcert.models.rows import new_rows, training_rows

DEFAULT_C = 1.0
"""The C of the SVM where neither C nor ridge is given."""


class LabelCertifier(ClassifierMixin, BaseEstimator):
    """A kernel machine on rows of features, whose predictions can be certified.

    It predicts like an infinitely wide network, and `certify` proves how many flipped training
    labels each prediction of new rows survives. Features are taken as they are; put a scaler before
    it in a pipeline where columns differ in size. A step before it that looks at labels (feature
    selection, target encoding) is not covered by the certificate; one that does not, is.

    Parameters:
        kernel: a kernel of `labelcert.kernels`, any `labelcert.kernels.Kernel`, or a function of
            two matrices (m, d), (n, d) that returns the (m, n) block between their rows. Its
            parameters are set as ``kernel__depth``.
        C: > 0 of the soft-margin SVM; 1 where neither C nor ridge is given.
        ridge: λ > 0 of kernel ridge regression on ±1 labels, in place of C; one of the two is None,
            so a grid over C of a model that has a ridge names ``ridge=[None]`` too.
        threat: a `ThreatModel` whose positions count the rows of `fit`; None for any flips.

    Attributes: classes_ (K,); X_fit_ (n, d) and y_fit_ (n,) what was fitted; dual_coef_ (n,) with
    two classes and (n, K) with more; gram_shift_: what was added to the kernel's diagonal, 0 of
    ridge regression.

    Raises InputError, when fitted, for a parameter or data that cannot be used.
    Source: Chen et al., NeurIPS 2021 (networks as kernel machines); arXiv 2412.00537 and 2604.11416
    (certificates).
    """

    # Set by scikit-learn's checks of X, which does not declare them, and by `saving`.
    n_features_in_: int
    feature_names_in_: np.ndarray

    def __init__(
        self,
        kernel: Any = MLP(),  # noqa: B008  (`set_params` never changes it, see there)
        C: float | None = None,
        ridge: float | None = None,
        threat: ThreatModel | None = None,
    ):
        self.kernel = kernel
        self.C = C
        self.ridge = ridge
        self.threat = threat

    def set_params(self, **params: Any) -> Self:
        """Set parameters by name, those of the kernel as ``kernel__depth``.

        The kernel is replaced by a changed copy: it may be shared, with the default above all.
        """
        if "kernel" not in params and any(name.startswith("kernel__") for name in params):
            self.kernel = clone(self.kernel, safe=False)
        return super().set_params(**params)

    def fit(self, X: Any, y: Any) -> Self:
        """Fit rows (n, d) and labels (n,) of at least two classes; raises InputError."""
        check_kernel(self.kernel)
        C, ridge = self._learner()
        if self.threat is not None and not isinstance(self.threat, ThreatModel):
            raise InputError(f"threat={self.threat!r} is no threat model: pass ThreatModel(…).")
        rows, labels = training_rows(self, X, y)
        classes = np.unique(labels)
        if len(classes) < 2:
            raise InputError("y has 1 class: pass rows of at least two classes.")
        gram = gram_of(self.kernel, rows)
        if C is None:
            assert ridge is not None
            machine: KernelSVM | KernelRidge = KernelRidge(ridge=ridge).fit(gram, labels)
            self.dual_coef_ = dual_ridge(machine.gram_, machine.targets_, ridge)
        else:
            machine = KernelSVM(C=C).fit(gram, labels)
            self.dual_coef_ = machine.dual_coef_
        self.X_fit_, self.y_fit_, self.classes_ = rows, labels, classes
        self.gram_shift_ = 0.0 if C is None else machine.gram_.shift
        return self

    def decision_function(self, X: Any) -> np.ndarray:
        """Decision values (m,), positive for classes_[1]; (m, K), the largest wins, with K > 2."""
        check_is_fitted(self)
        cross = cross_of(self.kernel, new_rows(self, X), self.X_fit_)
        return np.asarray(cross @ self.dual_coef_)

    def predict(self, X: Any) -> np.ndarray:
        """Predicted labels (m,) of rows (m, d)."""
        values = self.decision_function(X)
        return self.classes_[
            values.argmax(axis=1) if values.ndim == 2 else (values > 0).astype(int)
        ]

    @shows_options(without=("C", "ridge", "threat", "classes"))
    def certify(
        self,
        X: Any,
        max_flips: int | str | None = None,
        *,
        validation: Any = None,
        **options: Any,
    ) -> Certificate:
        """How many flipped labels of `fit` the prediction of each new row provably survives.

        Args:
            X: (m, d) new rows; their labels are not needed.
            max_flips: largest budget, a count or a percentage of the fitted labels such as "10%".
                It takes the place of the threat model's own budget, where there is one.
            validation: labels to measure clean accuracy on, for the price of what
                `Certificate.advice` names: a pair (X, y) of rows (v, d) that were not fitted and
                their labels, or positions of fitted rows (or a mask), which the models that are
                measured do without.
            options: those of `labelcert.certify`, such as time_limit, collective or n_jobs.

        Returns the certificate, `Certificate.prediction` among it: it settles in exact arithmetic
        what `predict` leaves to floating point. Raises InputError.
        """
        check_is_fitted(self)
        taken = {"C", "ridge", "threat", "classes", "labels"} & set(options)
        if taken:
            raise InputError(
                f"{sorted(taken)[0]} belongs to the fitted model: set it as a parameter of "
                "LabelCertifier, or leave it out."
            )
        C, ridge = self._learner()
        rows, threat = new_rows(self, X), self.threat
        if threat is not None and max_flips is not None:
            threat, max_flips = replace(threat, budget=max_flips), None
        return certify(
            gram_of(self.kernel, self.X_fit_),
            cross_of(self.kernel, rows, self.X_fit_),
            self.y_fit_,
            C=C,
            ridge=ridge,
            max_flips=max_flips,
            threat=threat,
            validation=self._validation(validation),
            **options,
        )

    def _validation(self, validation: Any) -> Any:
        """As `labelcert.certify` takes it: of rows their kernel with those of `fit`."""
        if not is_pair(validation):
            return validation
        X, y = validation
        return cross_of(self.kernel, new_rows(self, X), self.X_fit_), y

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the fitted classifier into a ``.npz`` file, without a pickle; raises InputError."""
        from labelcert.models.saving import save

        check_is_fitted(self)
        save(self, path)

    @staticmethod
    def load(path: str | os.PathLike[str], kernel: Any = None) -> LabelCertifier:
        """Read what `save` wrote; kernel: the one it was fitted with, where that is one's own.

        Raises InputError: no such file, or another kernel than the saved one.
        """
        from labelcert.models.saving import load

        return load(path, kernel)

    def _learner(self) -> tuple[float | None, float | None]:
        if self.C is None and self.ridge is None:
            return DEFAULT_C, None
        return check_learner(self.C, self.ridge)
