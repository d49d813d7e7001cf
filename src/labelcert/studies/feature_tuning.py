"""Cross-validation of λ for ridge regression on features: any number of labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates.run.option_checks import check_time_limit
from labelcert.engines.work.clock import Clock
from labelcert.features import FeatureMap
from labelcert.intake.arrays import dense_matrix
from labelcert.intake.budgets import as_count
from labelcert.intake.labels import as_labels
from labelcert.studies.fold_results import FoldResult, of_feature_fold, split_evenly
from labelcert.studies.ridge_path import ridges
from labelcert.studies.tuning import FOLDS, Trial, Tuning, check_folds, ranked, trial_of


def tune_features(
    rows: Any,
    labels: Any,
    maps: Sequence[FeatureMap],
    *,
    ridge: Sequence[float],
    folds: int = FOLDS,
    budget: int | str = 0,
    weight: float = 0.0,
    seed: int = 0,
    time_limit: float | None = None,
    n_jobs: int | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Tuning:
    """Choose features and λ of ridge regression on them by cross-validation.

    A map is fitted to all rows, without labels, once; a fold takes one factorization for all λ, and
    candidates are judged on at most 1,000 rows of each fold.

    Args:
        rows: (n, d) real numbers. labels: (n,) integers or strings, none missing.
        maps: feature maps of `labelcert.features`.
        ridge: values of λ to try, > 0.
        folds, budget, weight, seed, time_limit, n_jobs, progress: as in `labelcert.tune`.

    Returns:
        All candidates, best first; `Trial.kernel` is the feature map.

    Raises:
        InputError: one sentence that names the argument and the remedy.
    """
    plain = type(rows) is np.ndarray and rows.dtype == np.uint8 and rows.ndim == 2
    given: Any = rows if plain else dense_matrix(rows, "rows")
    names = as_labels(labels, "labels", count=len(given), each="row")
    for one in maps:
        if not isinstance(one, FeatureMap):
            raise InputError("maps holds something else: pass objects of labelcert.features.")
    folds, weight, seed = check_folds(maps, folds, weight, seed, names)
    as_count(budget, 0, "budget")
    values = ridges(ridge)
    clock = Clock(check_time_limit(time_limit), progress)
    trials: list[Trial] = []
    with clock.minding_interrupts():
        for number, chosen in enumerate(maps):
            if clock.expired:
                break
            clock.report("features", number / len(maps))
            features = chosen.fit(given)(given)
            results: list[list[FoldResult]] = [[] for _ in values]
            for done, (train, held) in enumerate(split_evenly(names, folds, seed)):
                found = of_feature_fold(features, names, train, held, values, budget, clock, n_jobs)
                for kept, result in zip(results, found, strict=False):
                    kept.append(result)
                clock.report("cross-validation", (number * folds + done + 1) / len(maps) / folds)
            trials += [
                trial_of(chosen, {"ridge": value}, of_folds, weight)
                for value, of_folds in zip(values, results, strict=True)
                if len(of_folds) == folds
            ]
    return ranked(trials, len(maps) * len(values), budget, weight, folds, clock)
