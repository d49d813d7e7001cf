"""`suspicious_labels`: labels that a model of all the others would not give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from labelcert._errors import InputError
from labelcert.certificates.attacker.label_classes import check_classes
from labelcert.certificates.results.suspicion import Suspicion
from labelcert.certificates.run.feature_input import check_feature_input
from labelcert.certificates.run.option_checks import (
    DEFAULT_TIME_LIMIT,
    check_learner,
    check_time_limit,
)
from labelcert.certificates.run.suspicion_of import (
    suspicion_of_features,
    suspicion_of_ridge,
    suspicion_of_svm,
)
from labelcert.engines.work.clock import Clock
from labelcert.intake.frames import in_order_of, square_frame
from labelcert.intake.labels import as_labels
from labelcert.learners.feature_system import FeatureSystem
from labelcert.learners.gram import check_gram


def suspicious_labels(
    gram: Any = None,
    labels: Any = None,
    *,
    features: Any = None,
    C: float | None = None,
    ridge: float | None = None,
    classes: Sequence[Any] | None = None,
    time_limit: float | None = DEFAULT_TIME_LIMIT,
    progress: Callable[[str, float], None] | None = None,
) -> Suspicion:
    """Hold each label against the model that is trained on all others (leave-one-out).

    Ridge regression has a closed form, from one factorization, exact to an error bar. An SVM is
    retrained without each label that bears on it, as long as there is time; the others have proven
    bounds from the fit with all labels. `Suspicion.how` tells which.

    Args:
        gram: (n, n) kernel between the labeled points, as in `certify`. Pass this or `features`.
        labels: (n,) integers or strings, none missing.
        features: (n, d) of ridge regression, as in `certify_linear`: any number of labels.
        C, ridge, classes: as in `certify`.
        time_limit: seconds for retraining, None for no limit; a closed form is finished in any
            case.
        progress: called with a stage's name and the share of it done, 0 to 1.

    Returns:
        The labels with what the others predict and by how much, `Suspicion.to_frame` sorted.

    Raises:
        InputError: one sentence that names the argument and the remedy.

    Source: Allen's PRESS for ridge regression; Jaakkola and Haussler (AISTATS 1999) for the bound.
    """
    clock = Clock(check_time_limit(time_limit), progress)
    if (gram is None) == (features is None):
        raise InputError("pass either gram (a kernel) or features, and labels.")
    if labels is None:
        raise InputError("labels are missing: pass the label of each labeled point.")
    with clock.minding_interrupts():
        if features is not None:
            given = check_feature_input(features, features, labels, C, ridge, 0, None, classes)
            if given.ridge is None:
                raise InputError("C does not go with features: pass ridge, or gram with C.")
            learner = FeatureSystem.of(given.features).ridge(given.ridge)
            return suspicion_of_features(learner, given.labels, given.classes)
        gram, names = square_frame(gram, "gram")
        fixed = names is not None and not names.numbered
        labels, _ = in_order_of(labels, "labels", names, reorder=fixed)
        told = as_labels(labels)
        found = check_classes(told, classes)
        weight, penalty = check_learner(C, ridge)
        checked = check_gram(gram)
        if len(checked) != len(told):
            raise InputError(
                f"gram is {len(checked)}×{len(checked)} but there are {len(told)} "
                "labels: pass the kernel of the labeled points."
            )
        if penalty is not None:
            return suspicion_of_ridge(checked, told, found, penalty)
        assert weight is not None
        return suspicion_of_svm(checked, told, found, weight, clock)
