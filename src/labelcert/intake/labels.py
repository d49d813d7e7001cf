"""Class labels, and what else names a class or a group: integers or text, each as what it is."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelcert._errors import InputError
from labelcert.intake.items import items_of
from labelcert.intake.label_types import LabelArray, largest_whole, of_range, typed
from labelcert.intake.missing import NO_LABEL, is_blank, is_missing, refuse_missing


def as_labels(
    values: Any, argument: str = "labels", *, count: int | None = None, each: str = "labeled point"
) -> LabelArray:
    """Labels (n,) as int64, uint64 or NumPy unicode; n at least 1.

    Integers of every kind keep their identity; booleans become 0 and 1, and floats the integers
    that they are. Bytes are decoded as UTF-8. count: the n that there must be; each: what has a
    label, for messages.

    Raises InputError: not one-dimensional, of another length, a missing value, fractions, floats
    too large to be one integer, integers beyond 64 bits, mixed types, empty text, or names that
    differ in what nobody sees.
    """
    plain = type(values) is np.ndarray and values.dtype.kind in "iu" and values.ndim == 1
    if plain and values.size > 0 and count in (None, values.size):
        low = int(values.min())
        if low != NO_LABEL:  # nothing to bend
            return of_range(values, low, int(values.max()), argument)
    items = _one_each(values, argument, each)
    if count is not None and len(items) != count:
        raise InputError(
            f"{argument} has {len(items)} entries for {count} {each}s: pass one label for each."
        )
    if not items:
        raise InputError(f"{argument} is empty: pass one label for each {each}.")
    refuse_missing(items, argument, f"leave that {each} out, or give it a label")
    return typed(items, argument, largest_whole(values))


def labels_or_missing(
    values: Any, argument: str = "labels", each: str = "node"
) -> tuple[LabelArray, NDArray[np.bool_]]:
    """The labels that are there, (k,) in their order, and which of the n entries hold one, (n,).

    Missing values and blank text are no labels. Raises InputError as `as_labels`, and where no
    entry has a label.
    """
    items = _one_each(values, argument, each)
    present = np.array([not (is_missing(v) or is_blank(v)) for v in items], dtype=bool)
    there = [value for value, is_there in zip(items, present.tolist(), strict=True) if is_there]
    if not there:
        raise InputError(f"{argument} holds no label at all: label at least one {each}.")
    return typed(there, argument, largest_whole(values)), present


def _one_each(values: Any, argument: str, each: str) -> list[Any]:
    """The entries; where each holds several, the error names what makes one of them."""
    wanted = f"one label for each {each}"
    try:
        return items_of(values, argument, wanted)
    except InputError as error:
        if argument != "labels" or not _is_nested(values):
            raise
        told = str(error).replace(wanted, f"{wanted}, of several votes their majority")
        raise InputError(f"{told.rstrip('.')} (datasets.majority).") from None


def _is_nested(values: Any) -> bool:
    if len(getattr(values, "shape", ())) == 2:
        return True
    listed = hasattr(values, "__len__") and not isinstance(values, (str, bytes, Mapping, Set))
    return listed and any(isinstance(entry, (list, tuple, np.ndarray)) for entry in values)
