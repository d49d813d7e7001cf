"""Splits that come with the data: the masks train_mask, val_mask and test_mask.

PyTorch Geometric's objects hold them, and ``.npz`` files that were made of such.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.data.no_label import is_labeled, with_placeholders
from labelcert.data.npz_archive import open_archive
from labelcert.data.own_splits import own_split
from labelcert.data.splits import Split

MASKS = ("train_mask", "val_mask", "test_mask")


def mask_split(source: Any, labels: Any, *, number: int = 0, rows: Any = None) -> Split:
    """The split that the masks of a file or an object say.

    Args:
        source: an ``.npz`` file with train_mask, test_mask and perhaps val_mask, (n,) bool; or a
            PyTorch Geometric ``Data`` that holds them.
        labels: (n,) class labels of all nodes, ``graph.labels``; nodes of the training and
            validation masks without one are left out.
        number: which column, where masks have several, (n, splits).
        rows: (n,) which of the masks' nodes the labels are of, where the graph was cut; all.

    Raises InputError: no masks, masks of another length or kind, or a node in two of them.
    """
    masks = masks_of(source)
    values = with_placeholders(labels)
    count = len(values) if rows is None else None
    taken = {name: _column(mask, name, number, count) for name, mask in masks.items()}
    if rows is not None:
        taken = {name: mask[np.asarray(rows)] for name, mask in taken.items()}
    known = is_labeled(values)
    train, test = (np.flatnonzero(taken[name]) for name in ("train_mask", "test_mask"))
    validation = np.flatnonzero(taken.get("val_mask", np.zeros(len(values), dtype=bool)))
    return own_split(values, train[known[train]], test, validation[known[validation]])


def masks_of(source: Any) -> dict[str, Any]:
    """The masks by name, that of the validation nodes perhaps missing; raises InputError."""
    if isinstance(source, (str, os.PathLike)):
        if Path(source).suffix.lower() != ".npz":
            raise InputError(f"{str(source)!r} is no .npz file: masks come in those.")
        with open_archive(Path(source)) as archive:
            found: dict[str, Any] = {n: archive.read(n) for n in MASKS if n in archive.keys}
        where = f"file {str(source)!r}"
    else:
        given = {name: getattr(source, name, None) for name in MASKS}
        found = {name: mask for name, mask in given.items() if mask is not None}
        where = "the data"
    for name in ("train_mask", "test_mask"):
        if name not in found:
            raise InputError(f"{where} has no {name}: pass data with train_mask and test_mask.")
    return found


def _column(mask: Any, name: str, number: int, count: int | None) -> np.ndarray:
    array: Any = mask.numpy() if hasattr(mask, "numpy") else np.asanyarray(mask)
    fits = array.ndim in (1, 2) and (count is None or len(array) == count)
    if array.dtype != np.bool_ or not fits:
        raise InputError(
            f"{name} is of type {array.dtype} and shape {array.shape}: pass a mask of true and "
            "false for all nodes."
        )
    if array.ndim == 1:
        return array
    if not 0 <= number < array.shape[1]:
        raise InputError(f"number={number} is out of range: {name} has {array.shape[1]} columns.")
    return array[:, number]
