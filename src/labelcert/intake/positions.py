"""Positions among n points, as integers or as a mask."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelcert._errors import InputError
from labelcert.intake.items import items_of
from labelcert.intake.missing import refuse_missing


def as_positions(
    values: Any, argument: str, count: int, each: str, *, distinct: bool = False
) -> NDArray[np.int64]:
    """Positions (k,) in 0 … count − 1, in the order given, as int64.

    Integers, or a mask: count booleans, which stand for the positions of the true ones. A mask in
    integers, count entries of 0 and 1, is refused, for as positions it would mean points 0 and 1.
    Floats are no positions, not even whole ones: where they come from, a fraction or NaN is not
    far. A set of positions is taken in ascending order. each: what is counted, for messages;
    distinct: repeats are an error.

    Raises InputError: not one-dimensional, other types, both types, a mask of another length or in
    integers, or positions out of range.
    """
    if type(values) is np.ndarray and values.ndim == 1 and values.dtype.kind in "biu":
        found = _of_array(values, count, distinct)
        if found is not None:
            return found
    given = sorted(values) if isinstance(values, Set) and _orderable(values) else values
    items = items_of(given, argument, f"the positions of {each}s, or a mask of them")
    refuse_missing(items, argument, "pass positions that are known")
    flags = [isinstance(value, bool) for value in items]
    if any(flags):
        if not all(flags):
            raise InputError(
                f"{argument} mixes booleans and numbers: pass either positions or a mask."
            )
        if len(items) != count:
            raise InputError(
                f"{argument} is a mask with {len(items)} entries for {count} {each}s: pass one for "
                "each, or positions."
            )
        return np.flatnonzero(np.array(items, dtype=bool)).astype(np.int64)
    if _is_mask_of_integers(items, count):
        raise InputError(
            f"{argument} holds {count} entries of 0 and 1, one for each {each}, as a mask does: "
            "pass booleans, as astype(bool) gives them, or each position once."
        )
    for value in items:
        if not isinstance(value, int):
            raise InputError(
                f"{argument} must hold integers, and {value!r} is of type {type(value).__name__}: "
                f"pass the positions of {each}s, or a mask of them."
            )
        if not 0 <= value < count:
            raise InputError(
                f"{argument} contains {value}, which is no {each}: pass positions from 0 to "
                f"{count - 1}."
            )
    if distinct and len(set(items)) < len(items):
        raise InputError(f"{argument} repeats positions: pass each once, as np.unique gives them.")
    return np.array(items, dtype=np.int64)


def _of_array(values: NDArray[Any], count: int, distinct: bool) -> NDArray[np.int64] | None:
    """Positions in an array without fault, None where a sentence has to say what is wrong."""
    if values.dtype.kind == "b":
        return np.flatnonzero(values).astype(np.int64) if len(values) == count else None
    if len(values) and (int(values.min()) < 0 or int(values.max()) >= count):
        return None
    if len(values) == count > 2 and int(values.max()) <= 1:
        return None
    if distinct and len(np.unique(values)) < len(values):
        return None
    return values.astype(np.int64)


def _is_mask_of_integers(items: list[Any], count: int) -> bool:
    """Whether entries are 0 and 1 only, and as many as there are points; [0, 1] is no mask."""
    return len(items) == count > 2 and all(
        isinstance(value, int) and value in (0, 1) for value in items
    )


def _orderable(values: Set[Any]) -> bool:
    return all(isinstance(value, (int, np.integer)) for value in values)
