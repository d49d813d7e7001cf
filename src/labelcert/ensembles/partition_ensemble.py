"""`PartitionEnsemble`: models of parts of the labels, whose majority survives flips by design."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from labelcert._errors import InputError
from labelcert.certificates.attacker.label_classes import check_classes, class_numbers
from labelcert.certificates.results.certificate import Certificate
from labelcert.engines.partition.votes import vote_counts, winners
from labelcert.engines.work.clock import Clock
from labelcert.ensembles.base import Part
from labelcert.ensembles.certifying import certify_votes
from labelcert.ensembles.choosing_base import choose_base, origins_seen
from labelcert.ensembles.partition import partition
from labelcert.ensembles.polling import poll
from labelcert.ensembles.rows import as_rows, block_size
from labelcert.ensembles.vote_names import VOTES
from labelcert.intake.budgets import as_count
from labelcert.intake.frames import in_order_of
from labelcert.intake.labels import as_labels
from labelcert.intake.numbers import flag, jobs, seconds, whole
from labelcert.intake.origin import origin_of, told_of


class PartitionEnsemble(ClassifierMixin, BaseEstimator):
    """Models of disjoint parts of the training rows; the class with the most votes is predicted.

    The part of a row is a hash of its own numbers, so a flipped label reaches one model, and the
    order of the rows changes nothing. Ties go to the class first in sorted order, in a model and in
    the ensemble.

    Parameters:
        features: what models see: "pixels" (as given), "random_relu", "patches" or "spectral",
            an object of `labelcert.features`, or a kernel of `labelcert.kernels`.
        kernel: a kernel, or a function of two feature matrices, in place of features.
        base: a scikit-learn classifier, for votes="black_box", in place of ridge and C.
        parts: number of parts k, at least 1.
        ridge, C: λ > 0 of ridge regression or C > 0 of the SVM, one of them; ridge=1 if none.
        votes: "white_box" proves with what each model's own certificate says a changed vote costs
            (EnsembleCert, arXiv 2604.11416); "black_box" that a flip changes one vote at the most
            (SS-DPA, Levine and Feizi 2021).
        seed: of the parts and of random features, ≥ 0.
        n_jobs: threads; None for all cores.

    Attributes after `fit`: classes_ (K,) sorted; parts_ (n,) the part of each row;
    n_features_in_. X of `fit`, `predict` and `certify`: (n, d) real numbers, dense.
    """

    def __init__(
        self,
        features: Any = "pixels",
        *,
        kernel: Any = None,
        base: Any = None,
        parts: int = 100,
        ridge: float | None = None,
        C: float | None = None,
        votes: str = "white_box",
        seed: int = 0,
        n_jobs: int | None = None,
    ):
        self.features = features
        self.kernel = kernel
        self.base = base
        self.parts = parts
        self.ridge = ridge
        self.C = C
        self.votes = votes
        self.seed = seed
        self.n_jobs = n_jobs

    def fit(self, X: Any, y: Any, classes: Sequence[Any] | None = None) -> PartitionEnsemble:
        """Split rows X (n, d) with labels y (n,) into parts and compute their features.

        classes: all classes, where labels may not hold all of them. Raises InputError.
        """
        parts, seed = whole(self.parts, "parts", 1, 10**7), whole(self.seed, "seed", 0, 2**32 - 1)
        if self.votes not in VOTES:
            raise InputError(f"votes={self.votes!r} is unknown: pass one of {', '.join(VOTES)}.")
        _, self._columns = in_order_of(X, "X's columns", None, axis=1)
        rows = as_rows(X, "X")
        labels = as_labels(y, "y", count=len(rows), each="row of X")
        self.classes_ = np.unique(check_classes(labels, classes))
        numbers = class_numbers(labels, self.classes_)
        split = partition(rows, numbers, parts, seed)
        self._base = choose_base(self, rows[split.by_hash], split.rank, seed)
        ordered, count = numbers[split.order], len(self.classes_)
        self._parts = [
            Part(at, ordered[at], count, split.equal[at], split.order[at])
            for at in map(split.members, range(parts))
        ]
        self._order, self._labels = split.order, labels
        self._origins = [origin_of(X), *origins_seen(self, self._base, rows)]
        self.parts_ = split.part_of_row
        self.n_features_in_ = rows.shape[1]
        return self

    def predict(self, X: Any) -> np.ndarray:
        """(m,) predicted classes of rows X (m, d); the same that `certify` speaks of."""
        rows, threads = self._rows(X), jobs(self.n_jobs, "n_jobs")
        found = np.empty(len(rows), dtype=np.int64)
        step = block_size(self._parts)
        for first in range(0, len(rows), step):
            block = slice(first, min(first + step, len(rows)))
            answers = poll(
                self._base, self._parts, self._base.prepare(rows[block]), len(rows[block]),
                costs=False, clock=Clock(), jobs=threads, report=lambda share: None,
            )  # fmt: skip
            found[block] = winners(vote_counts(answers.votes, len(self.classes_)))
        return self.classes_[found]

    def certify(
        self,
        X: Any,
        max_flips: int | str | None = None,
        *,
        witnesses: bool = True,
        time_limit: float | None = None,
        progress: Callable[[str, float], None] | None = None,
    ) -> Certificate:
        """How many flipped training labels the prediction of each row of X (m, d) survives.

        max_flips: largest budget, a count or a percentage of the labels; None for all of them.
        witnesses: also look for flips that change each prediction, for the upper ends.
        time_limit: seconds after which models are no longer looked into; votes are always counted.

        Returns a certificate with decision the votes of each class (of two classes, those of the
        second less those of the first) and error_bar how many of them are not proven. Its radius is
        a proven lower end, radius_upper one less than the flips of a retrained witness. A tie of
        votes is no open question, so the status is "robust", or "open" where votes are not proven
        that the prediction hangs on. Raises InputError.
        """
        told = told_of([*self._origins, origin_of(X)])
        rows, n = self._rows(X), len(self._labels)
        asked = n if max_flips is None else as_count(max_flips, n)
        clock = Clock(seconds(time_limit, "time_limit"), progress)
        with clock.minding_interrupts():
            found = certify_votes(self, rows, asked, flag(witnesses, "witnesses"), clock)
        return replace(found, warnings=(*told, *found.warnings))

    def _rows(self, X: Any) -> np.ndarray:
        check_is_fitted(self)
        named, _ = in_order_of(X, "X's columns", self._columns, axis=1)
        rows = as_rows(named, "X", least=0)
        if rows.shape[1] != self.n_features_in_:
            raise InputError(
                f"X has {rows.shape[1]} columns and the rows fitted to had "
                f"{self.n_features_in_}: pass rows of the same kind."
            )
        return rows
