"""Check what users hand to `certify_linear`, once, and turn it into what engines work on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from labelcert._errors import InputError
from labelcert.certificates.array_types import IntArray, LabelArray
from labelcert.certificates.attacker.label_classes import check_classes
from labelcert.certificates.attacker.threat_model import ThreatModel
from labelcert.certificates.results.witness import Witness
from labelcert.certificates.run.checked_input import check_attacker
from labelcert.certificates.run.option_checks import check_learner
from labelcert.engines.attacker import RelabelSpace
from labelcert.intake.feature_matrix import check_sizes, feature_matrix
from labelcert.intake.frames import in_order_of
from labelcert.intake.labels import as_labels
from labelcert.intake.origin import check_origins


@dataclass(frozen=True, eq=False)
class FeatureInput:
    """A checked problem from features, with m test points and n labels of K classes."""

    features: NDArray[Any]  # (n, d), of the type in which they were given
    tests: NDArray[Any]  # (m, d)
    labels: LabelArray  # (n,)
    classes: LabelArray  # (K,)
    C: float | None
    ridge: float | None
    space: RelabelSpace
    max_flips: int  # no more than all labels cost together
    asked: int  # the budget as asked for
    told: tuple[str, ...] = ()  # of where features come from, see `labelcert.intake.origin`

    def witness(self, changes: IntArray) -> Witness:
        """Changes of the engines (`labelcert.engines.attacker`) as points and their new labels."""
        count = len(self.classes)
        return Witness(changes // count, self.classes[changes % count])


def check_feature_input(
    features: Any,
    test_features: Any,
    labels: Any,
    C: float | None,
    ridge: float | None,
    max_flips: int | str | None,
    threat: ThreatModel | Any | None,
    classes: Sequence[Any] | None,
) -> FeatureInput:
    """Validate the arguments of `certify_linear`; raises InputError."""
    told = check_origins(features, test_features)
    features, columns = in_order_of(features, "features's columns", None, axis=1)
    test_features, _ = in_order_of(
        test_features, "test_features's columns", columns, axis=1,
        reorder=columns is not None and not columns.numbered,
    )  # fmt: skip
    features, rows = in_order_of(features, "features's rows", None)
    fixed = rows is not None and not rows.numbered
    labels, rows = in_order_of(labels, "labels", rows, reorder=fixed)
    if isinstance(threat, ThreatModel):
        threat = threat.in_order_of(rows)
    given = as_labels(labels)
    names = check_classes(given, classes)
    matrix = feature_matrix(features, "features")
    tests = feature_matrix(test_features, "test_features")
    _check_shapes(matrix, tests, len(given))
    check_sizes(matrix, tests)
    weight, penalty = check_learner(C, ridge)
    space, most, asked = check_attacker(given, names, max_flips, threat)
    return FeatureInput(matrix, tests, given, names, weight, penalty, space, most, asked, told)


def refuse_with_groups(given: FeatureInput, margins: bool, collective: bool) -> None:
    """Raise InputError for what does not go together with groups that change for nothing."""
    if not given.space.free_groups:
        return
    if given.space.free_changes is not None:
        raise InputError(
            "bad_annotators does not go with certify_linear: pass the inner products of the "
            "features to certify."
        )
    asked = "collective" if collective else "worst_margins" if margins else None
    if asked is not None:
        raise InputError(
            f"{asked} does not go with bad_groups in certify_linear: leave it out, or pass the "
            "inner products of the features to certify."
        )
    if given.C is not None:
        raise InputError(
            "C does not go with bad_groups in certify_linear: pass ridge, or the inner products "
            "of the features to certify."
        )


def _check_shapes(features: NDArray[Any], tests: NDArray[Any], n: int) -> None:
    if len(features) != n:
        raise InputError(
            f"features has {len(features)} rows but there are {n} labels: pass one row a labeled "
            "point."
        )
    if features.shape[1] == 0:
        raise InputError("features has no columns: pass one column a feature.")
    if tests.shape[1] != features.shape[1]:
        raise InputError(
            f"test_features has {tests.shape[1]} columns and features has {features.shape[1]}: "
            "pass the same features of both."
        )
