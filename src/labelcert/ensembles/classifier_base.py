"""Any scikit-learn classifier as a base, which nobody looks into: one flip changes its vote.

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
from labelcert.ensembles.base import Answer, IntArray, Part
from labelcert.features.feature_map import FloatMatrix, RowFeatures


class ClassifierBase:
    """A scikit-learn classifier on features (n, e) of all rows in canonical order."""

    looks_inside = False

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
        present = np.unique(part.labels)
        if len(present) == 1:
            votes = np.full(len(points), present[0], dtype=np.int64)
        else:
            votes = np.asarray(self._trained_on(part).predict(points), dtype=np.int64)
            if votes.shape != (len(points),) or not np.isin(votes, present).all():
                raise InputError("base predicts no class of its labels: pass a classifier.")
        free = np.zeros((len(points), part.classes), dtype=np.bool_)
        free[np.arange(len(points)), votes] = True
        return Answer(votes, free, None)

    def flips(self, part: Part, points: Any, wanted: Sequence[IntArray]) -> list[Flips] | None:
        """Not looked for."""
        return None

    def _trained_on(self, part: Part) -> Any:
        from sklearn.base import clone

        key = part.members.start
        if key not in self._trained:
            model: Any = clone(self._classifier)
            self._trained[key] = model.fit(self._features[part.members], part.labels)
        return self._trained[key]


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
