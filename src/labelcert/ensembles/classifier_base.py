"""Any scikit-learn classifier as a base, which nobody looks into: one flip may change its vote.

The proof asks one thing of it: that the same rows with the same labels give the same votes. Each
part gets a clone, rows in canonical order, and a fixed `random_state` where the classifier has one
and none is set. A part with one class votes for it without a classifier.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelcert._errors import InputError
from labelcert.engines.partition.flipping import Flips
from labelcert.engines.work.clock import Clock
from labelcert.ensembles.base import Answer, IntArray, Known, Part
from labelcert.ensembles.retrained_flips import flips_by_retraining
from labelcert.features.feature_map import FloatMatrix, RowFeatures


class ClassifierBase:
    """A scikit-learn classifier on features (n, e) of all rows in canonical order."""

    def __init__(self, features: FloatMatrix, fitted: RowFeatures, classifier: Any, seed: int):
        self._features, self._fitted = features, fitted
        self._classifier = _seeded(classifier, seed)
        self._trained: dict[int, Any] = {}

    def learner(self) -> Mapping[str, float]:
        """Nothing that is a number."""
        return {}

    def prepare(self, rows: NDArray[Any]) -> FloatMatrix:
        """Features (m, e)."""
        return self._fitted(rows)

    def answer(self, part: Part, points: Any, costs: bool, clock: Clock) -> Answer:
        """Votes of the trained clone."""
        key = part.members.start
        if key not in self._trained:
            self._trained[key] = self._trained_on(part, part.labels)
        votes = _votes(self._trained[key], part.labels, points)
        if votes is None:
            raise InputError("base predicts no class of its labels: pass a classifier.")
        free = np.zeros((len(points), part.classes), dtype=np.bool_)
        free[np.arange(len(points)), votes] = True
        return Answer(votes, free, None)

    def flips(
        self, part: Part, points: Any, wanted: Sequence[IntArray], known: Known, clock: Clock
    ) -> list[Flips]:
        """By retraining clones, the labels of near rows first."""
        none = np.full(len(points), -1, dtype=np.int64)

        def retrain(labels: IntArray) -> IntArray:
            try:
                votes = _votes(self._trained_on(part, labels), labels, points)
            except Exception:  # somebody else's code, which need not take every relabeling
                return none
            return none if votes is None else votes

        own = self._features[part.members].astype(np.float64)
        near = 2 * points.astype(np.float64) @ own.T - (own**2).sum(axis=1)
        return flips_by_retraining(retrain, part, near, wanted, known, clock)

    def _trained_on(self, part: Part, labels: IntArray) -> Any:
        """A clone trained on the rows of a part with labels (n,); None where they are of one class,
        which then gets the vote."""
        from sklearn.base import clone

        if (labels == labels[0]).all():
            return None
        model: Any = clone(self._classifier)
        order = part.order(labels)
        return model.fit(self._features[part.members][order], labels[order])


def _votes(model: Any, labels: IntArray, points: Any) -> IntArray | None:
    """Votes (m,) of a trained clone, None where they are no classes of its labels (n,)."""
    if model is None:
        return np.full(len(points), labels[0], dtype=np.int64)
    votes = np.asarray(model.predict(points), dtype=np.int64)
    good = votes.shape == (len(points),) and bool(np.isin(votes, labels).all())
    return votes if good else None


def _seeded(classifier: Any, seed: int) -> Any:
    """A clone whose unset random states, of its own and of what it is made of, are the seed."""
    from sklearn.base import clone

    if not all(hasattr(classifier, name) for name in ("fit", "predict", "get_params")):
        raise InputError(
            f"base is of type {type(classifier).__name__}: pass a scikit-learn classifier."
        )
    found: Any = clone(classifier)
    unset = {
        name: seed
        for name, value in found.get_params(deep=True).items()
        if name.split("__")[-1] == "random_state" and not isinstance(value, (int, np.integer))
    }
    return found.set_params(**unset) if unset else found
