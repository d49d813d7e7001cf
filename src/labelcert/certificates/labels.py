"""Check labels and the names of their classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates.arrays import IntArray, LabelArray


def check_labels(labels: Any) -> LabelArray:
    """Labels as a 1-d integer or string array."""
    array = np.asarray(labels)
    if array.dtype.kind == "O":
        if not all(isinstance(v, str) for v in array.ravel()):
            raise InputError("labels mix types: pass all integers or all strings.")
        array = array.astype(str)
    if array.ndim != 1 or len(array) == 0:
        raise InputError(f"labels has shape {array.shape}: pass one label for each labeled point.")
    if array.dtype.kind == "f":
        if not np.isfinite(array).all() or bool((array != np.round(array)).any()):
            raise InputError("labels must be classes: pass integers or strings, not real numbers.")
        array = array.astype(np.int64)
    if array.dtype.kind == "b":
        array = array.astype(np.int64)
    if array.dtype.kind not in "iuUS":
        raise InputError(f"labels have type {array.dtype}: pass integers or strings.")
    return array


def check_classes(labels: LabelArray, classes: Sequence[Any] | None) -> LabelArray:
    """The (K,) classes, K ≥ 2, of two the negative one first; from the labels (sorted) by default.

    classes may name some that no label has.
    """
    present: LabelArray = np.unique(labels)
    if classes is not None:
        names = np.asarray(classes)
        if names.ndim != 1 or len(names) < 2 or len(set(names.tolist())) < len(names):
            raise InputError(
                "classes must name at least two different classes, each once, and of two the "
                "negative one first."
            )
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
