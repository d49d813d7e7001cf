"""Rows that users hand to an ensemble: real numbers, kept in the type they came in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelcert._errors import InputError
from labelcert.ensembles.base import Part
from labelcert.intake.arrays import dense_matrix, refuse_infinite

TABLE = 2**26
"""Entries of a block's table of prices, at the most; and weights of its largest part."""


def as_rows(values: Any, argument: str, least: int = 1) -> NDArray[Any]:
    """(n, d) finite real numbers: bytes, 16-bit integers, float32 and float64 as they are, all else
    as float64. Raises InputError."""
    plain = type(values) is np.ndarray and values.ndim == 2
    if plain and values.dtype in (np.uint8, np.int8, np.uint16, np.int16, np.float32, np.float64):
        rows: NDArray[Any] = np.ascontiguousarray(values)
        for first in range(0, len(rows), 4096):
            refuse_infinite(rows[first : first + 4096], argument)
    else:
        rows = dense_matrix(values, argument)
    if rows.shape[1] == 0 or len(rows) < least:
        raise InputError(f"{argument} has shape {rows.shape}: pass rows of at least one number.")
    return rows


def block_size(parts: Sequence[Part]) -> int:
    """Test points to look at together, so that neither prices nor weights take much memory."""
    largest = max(len(part.labels) for part in parts)
    return max(1, min(TABLE // (len(parts) * parts[0].classes), TABLE // (4 * max(1, largest))))
