"""Checks and conversion of class labels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelcert._errors import InputError

_REMEDY = "pass integers or strings, one per node"


def as_labels(labels: Any, num_nodes: int | None = None) -> NDArray[Any]:
    """Return labels of shape (n,) as int64 or as NumPy unicode strings.

    Integers of every width, booleans and whole floats become int64; byte strings, object arrays of
    strings and NumPy's variable-width strings become unicode.

    Args:
        labels: sequence of n class labels.
        num_nodes: the n that the labels must have, or None for any n of at least 1.

    Raises:
        InputError: not 1-d, of the wrong length, missing values, fractions, or mixed types.
    """
    try:
        raw = np.asarray(labels)
    except ValueError as error:
        raise InputError(f"labels is ragged: {_REMEDY}") from error
    if raw.ndim != 1:
        raise InputError(
            f"labels has shape {raw.shape} but must be 1-d: pass np.asarray(labels).ravel(), or "
            "labels.argmax(axis=1) where they are one-hot"
        )
    if num_nodes is not None and raw.size != num_nodes:
        raise InputError(f"labels has {raw.size} entries for {num_nodes} nodes: pass one per node")
    if raw.size == 0:
        raise InputError(f"labels is empty: {_REMEDY}")
    return _convert(raw)


def _convert(raw: NDArray[Any]) -> NDArray[Any]:
    kind = raw.dtype.kind
    if kind in "biu":
        return _integers(raw)
    if kind == "f":
        return _whole_floats(raw)
    if kind == "O":
        return _objects(raw)
    if kind == "S":
        try:
            return np.char.decode(raw, "utf-8")
        except UnicodeDecodeError as error:
            raise InputError("labels has bytes that are not UTF-8: pass text instead") from error
    if kind in "UT":
        return raw.astype(np.str_)
    raise InputError(f"labels has dtype {raw.dtype}: {_REMEDY}")


def _integers(raw: NDArray[Any]) -> NDArray[np.int64]:
    if raw.dtype.kind == "u" and int(raw.max()) > np.iinfo(np.int64).max:
        raise InputError("labels has integers beyond 64 signed bits: renumber the classes")
    return raw.astype(np.int64)


def _whole_floats(raw: NDArray[Any]) -> NDArray[np.int64]:
    if not np.isfinite(raw).all():
        raise InputError("labels has missing (NaN) or infinite entries: drop those nodes first")
    if (raw != np.floor(raw)).any() or (np.abs(raw) >= 2.0**63).any():
        raise InputError(f"labels has fractions or values beyond 64 bits: {_REMEDY}")
    return raw.astype(np.int64)


def _objects(raw: NDArray[Any]) -> NDArray[Any]:
    values = raw.tolist()
    if all(isinstance(value, str) for value in values):
        return np.array(values, dtype=np.str_)
    if all(isinstance(value, (bool, int, float, np.number, np.bool_)) for value in values):
        numbers = np.array(values)
        if numbers.dtype.kind in "biuf":
            return _convert(numbers)
        raise InputError("labels has integers beyond 64 signed bits: renumber the classes")
    missing = next((i for i, value in enumerate(values) if _is_missing(value)), None)
    if missing is not None:
        raise InputError(f"labels has no value for node {missing}: drop the nodes without a label")
    raise InputError(f"labels mixes types: {_REMEDY}")


def _is_missing(value: Any) -> bool:
    """None, NaN, and pandas' NA and NaT (which are not compared, and pandas is not imported)."""
    nan = isinstance(value, (float, np.floating)) and bool(np.isnan(value))
    return value is None or nan or type(value).__name__ in {"NAType", "NaTType"}
