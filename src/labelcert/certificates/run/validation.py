"""Validation labels: on which of them the clean accuracy of a learner is measured.

Two forms, for the two ways in which people have them. A split has its validation nodes among the
labeled ones, which the certified model trains on as well: they are named by their positions, and
held out of the models that are measured. Rows that are not trained on come with their kernel and
their labels, as a pair, in the way of Keras' ``validation_data``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates.array_types import FloatArray, IntArray, LabelArray
from labelcert.intake.arrays import dense_matrix
from labelcert.intake.label_lookup import refuse_other_type
from labelcert.intake.labels import as_labels
from labelcert.intake.positions import as_positions

_PAIR = "a pair (cross, labels)"


@dataclass(frozen=True, eq=False)
class Validation:
    """v validation points of a problem with n labels.

    held (v,): their positions among the labeled points, trained on no more where accuracy is
    measured; None where they are others, and all n labels are trained on. rows (v, n): their
    kernel with the labeled points, None where the Gram matrix has it. truth (v,): the numbers of
    their classes, −1 for a class that the problem does not have.
    """

    held: IntArray | None
    rows: FloatArray | None
    truth: IntArray

    @property
    def count(self) -> int:
        """Number of validation points v."""
        return len(self.truth)


def is_pair(validation: Any) -> bool:
    """Whether validation is meant as (cross, labels), not as positions."""
    if not isinstance(validation, (tuple, list)):
        return False
    parts = cast("Sequence[Any]", validation)
    return len(parts) == 2 and any(hasattr(part, "__len__") for part in parts)


def check_validation(validation: Any, labels: LabelArray, classes: LabelArray) -> Validation | None:
    """What validation says of labels (n,) of classes (K,); None for None or no point at all.

    Raises InputError: neither positions (or a mask) nor a pair, all labels held out, or labels
    that do not fit the kernel or the classes.
    """
    if validation is None:
        return None
    n = len(labels)
    if not is_pair(validation):
        held = as_positions(validation, "validation", n, "labeled point", distinct=True)
        if len(held) == n:
            raise InputError(
                "validation holds out every label: leave some to train on, or pass "
                f"{_PAIR} of other points."
            )
        return Validation(held, None, _numbers(labels[held], classes)) if len(held) else None
    cross, given = validation
    rows = dense_matrix(cross, "validation's cross")
    if rows.shape[1] != n:
        raise InputError(
            f"validation's cross has {rows.shape[1]} columns but there are {n} labels: pass "
            f"{_PAIR} with one row a validation point and one column a labeled point."
        )
    if len(rows) == 0:
        return None
    truth = as_labels(given, "validation's labels", count=len(rows), each="validation point")
    refuse_other_type(truth, classes, "validation's labels", "labels")
    return Validation(None, rows, _numbers(truth, classes))


def _numbers(labels: LabelArray, classes: LabelArray) -> IntArray:
    number = {name: k for k, name in enumerate(classes.tolist())}
    return np.array([number.get(label, -1) for label in labels.tolist()], dtype=np.int64)
