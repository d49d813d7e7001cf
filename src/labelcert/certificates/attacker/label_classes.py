"""The classes that labels belong to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates.array_types import IntArray, LabelArray
from labelcert.intake.label_lookup import refuse_other_type
from labelcert.intake.labels import as_labels


def check_classes(labels: LabelArray, classes: Sequence[Any] | None) -> LabelArray:
    """The (K,) classes, K ≥ 2, of two the negative one first; from the labels (sorted) by default.

    labels (n,) are checked ones; classes may name some that no label has, of the same type.
    """
    present: LabelArray = np.unique(labels)
    if classes is not None:
        names = as_labels(classes, "classes", each="class")
        if len(names) < 2 or len(set(names.tolist())) < len(names):
            raise InputError(
                "classes must name at least two different classes, each once, and of two the "
                "negative one first."
            )
        refuse_other_type(names, labels, "classes", "labels")
        if not set(present.tolist()) <= set(names.tolist()):
            raise InputError(f"labels contain classes other than {names.tolist()}.")
        return names
    if len(present) == 1:
        raise InputError(
            f"labels are all {present[0]!s}: label points of another class, or name it in classes."
        )
    return present


def class_numbers(labels: LabelArray, classes: LabelArray) -> IntArray:
    """(n,) position of each label in classes (K,), among which all of them are."""
    number = {name: k for k, name in enumerate(classes.tolist())}
    return np.array([number[label] for label in labels.tolist()], dtype=np.int64)
