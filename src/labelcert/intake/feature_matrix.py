"""A large matrix of features, looked at in blocks and kept as it is: no second copy in float64."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from labelcert._errors import InputError
from labelcert.intake.arrays import dense_matrix, refuse_infinite
from labelcert.intake.origin import OriginArray

BLOCK = 2048
"""Rows that are looked at, or turned into float64, together at the least."""

ENTRIES = 2**21
"""Entries of a block where its number of rows does not matter, 16 MB: few and large products."""

KEPT = ("float64", "float32", "float16", "bool", "uint8", "int8", "uint16", "int16", "int32")
"""Types whose numbers float64 holds exactly, and whose arrays are not copied."""


def feature_matrix(values: Any, argument: str) -> NDArray[Any]:
    """A finite real matrix (n, d), of the type in which it was given where float64 holds that.

    d may be 0. Raises InputError as `labelcert.intake.arrays.dense_matrix`.
    """
    values = values.view(np.ndarray) if isinstance(values, OriginArray) else values
    plain = type(values) is np.ndarray and values.dtype.name in KEPT and values.dtype.isnative
    if not plain or values.ndim != 2 or sparse.issparse(values):
        return dense_matrix(values, argument)
    if values.dtype.kind == "f":
        for at in range(0, len(values), BLOCK):
            block = values[at : at + BLOCK]
            if not np.isfinite(block).all():
                refuse_infinite(values, argument)
    return values


def blocks_of(
    matrix: NDArray[Any], most: int | None = None
) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """Where a block of rows begins, and the block as C-ordered float64; one at a time.

    most: the largest number of rows of a block, None for any.
    """
    rows = max(BLOCK, ENTRIES // max(matrix.shape[1], 1))
    rows = rows if most is None else min(rows, most)
    for at in range(0, len(matrix), rows):
        yield at, np.ascontiguousarray(matrix[at : at + rows], dtype=np.float64)


SMALLEST, LARGEST = 1e-60, 1e20
"""Sizes of entries, beside the largest and by themselves, of which no product under- or overflows.
"""


def check_sizes(features: NDArray[Any], tests: NDArray[Any]) -> None:
    """Refuse features of which products would underflow or overflow; raises InputError."""
    largest, smallest = 0.0, np.inf
    for name, matrix in (("features", features), ("test_features", tests)):
        low, high = _range_of(matrix)
        if high > LARGEST or (high > 0 and high < 1 / LARGEST):
            raise InputError(
                f"{name} has entries of size {high:.0e}: rescale the features towards 1."
            )
        largest, smallest = max(largest, high), min(smallest, low)
    if largest > 0 and smallest / largest < SMALLEST:
        raise InputError(
            f"features have an entry of size {smallest:.1e} beside one of {largest:.1e}: set "
            "entries that small to 0."
        )


def _range_of(matrix: NDArray[Any]) -> tuple[float, float]:
    """The smallest size of an entry that is not 0 (inf if none), and the largest."""
    low, high = np.inf, 0.0
    narrow = matrix.dtype.name not in ("float64",)
    for at in range(0, len(matrix), BLOCK):
        size = np.abs(matrix[at : at + BLOCK].astype(np.float64))
        high = max(high, float(size.max(initial=0.0)))
        if not narrow:  # others hold nothing smaller than 1e-45
            low = min(low, float(size.min(where=size > 0, initial=np.inf)))
    return (min(low, high) if high > 0 else np.inf), high
