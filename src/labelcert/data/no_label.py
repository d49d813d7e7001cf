"""Nodes without a label: how labels say that there is none.

An array of labels has a place for every node. Where a node has no label, it holds the smallest of
all integers, as NumPy's dates do (no class is called so), or, where labels are text, the empty
text, as an empty cell reads. So labels may be cut, stacked, saved and passed on, and which nodes
have none is not lost on the way; :func:`is_labeled` tells which labels are real.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelcert._errors import InputError
from labelcert.intake.label_types import LabelArray
from labelcert.intake.labels import labels_or_missing
from labelcert.intake.missing import NO_LABEL

NO_NAME = ""


def is_labeled(labels: LabelArray) -> NDArray[np.bool_]:
    """(n,) which labels are real; labels: (n,) of a graph."""
    return labels != (NO_NAME if labels.dtype.kind == "U" else NO_LABEL)


def unlabeled_at(labels: LabelArray, missing: NDArray[np.bool_]) -> LabelArray:
    """(n,) labels of a graph with the placeholder wherever one is missing."""
    whole = labels.copy()
    if missing.any():
        whole[missing] = _placeholder(labels)
    return whole


def with_placeholders(labels: Any, num_nodes: int | None = None) -> LabelArray:
    """Return labels (n,) of nodes as int64 or text, with a placeholder where one is missing.

    Missing are None, NaN, pandas' NA and NaT, masked entries, blank text, and the placeholders.

    Args:
        labels: sequence of n class labels.
        num_nodes: the n that there must be, or None for any n of at least 1.

    Raises:
        InputError: no class labels (see `labelcert.intake.labels`), another length, or no node with
            a label.
    """
    there, present = labels_or_missing(labels, "labels", "node")
    if num_nodes is not None and present.size != num_nodes:
        raise InputError(
            f"labels has {present.size} entries for {num_nodes} nodes: pass one label for each."
        )
    if present.all():
        return there
    whole = np.full(present.size, _placeholder(there), dtype=there.dtype)
    whole[present] = there
    return whole


def minus_one_is_none(labels: LabelArray) -> bool:
    """Whether −1 stands for "no label", where a format says that it may: beside other classes.

    Labels −1 and 1 are two classes, and so are −1, −2 and 0 three.
    """
    if labels.dtype.kind != "i":
        return False
    classes = np.unique(labels[is_labeled(labels)])
    return bool(classes.size > 2 and classes[0] == -1)


def told_unlabeled(labels: LabelArray, why: str = "") -> list[str]:
    """The sentence on nodes without a label, none where all have one; why: what stood for it."""
    count = int((~is_labeled(labels)).sum())
    if not count:
        return []
    told = f"{count} of {labels.size} nodes have no label{why}"
    return [f"{told}: they are neither labeled nor tested"]


def _placeholder(labels: LabelArray) -> int | str:
    """What stands for no label beside such labels; raises InputError where nothing does."""
    if labels.dtype.kind == "u":
        raise InputError(
            "labels has integers of 64 bits beside nodes without a label: renumber the classes."
        )
    return NO_NAME if labels.dtype.kind == "U" else NO_LABEL
