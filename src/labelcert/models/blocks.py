"""Blocks of a kernel between tables of rows, whatever kind of kernel it is."""

from __future__ import annotations

from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.intake.arrays import dense_matrix
from labelcert.intake.origin import origin_of, with_origin
from labelcert.kernels import Kernel, as_kernel
from labelcert.kernels.block_memory import check_room


def check_kernel(kernel: Any) -> None:
    """Raise InputError for what is neither a `Kernel` nor a function of two matrices."""
    as_kernel(kernel)


def gram_of(kernel: Any, rows: np.ndarray) -> np.ndarray:
    """(n, n) kernel between rows (n, d)."""
    check_room(len(rows), len(rows), _name(kernel))
    block = kernel(rows) if isinstance(kernel, Kernel) else kernel(rows, rows)
    return _checked(block, (len(rows), len(rows)))


def cross_of(kernel: Any, new: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """(m, n) kernel between new rows (m, d) and rows (n, d).

    A `Kernel` knows numbers of nodes only, for all that is promised of it, so it is given both
    tables as the nodes of one graph without edges.
    """
    m, n = len(new), len(rows)
    check_room(m, n, _name(kernel))
    if isinstance(kernel, Kernel):
        block = kernel(np.concatenate([new, rows]), np.arange(m), m + np.arange(n))
    else:
        block = kernel(new, rows)
    return _checked(block, (m, n))


def _name(kernel: Any) -> str:
    """What sentences call a kernel or a function."""
    return str(getattr(kernel, "name", None) or getattr(kernel, "__name__", type(kernel).__name__))


def _checked(block: Any, shape: tuple[int, int]) -> np.ndarray:
    matrix = with_origin(dense_matrix(block, "the kernel's block"), origin_of(block))
    if matrix.shape != shape:
        raise InputError(
            f"kernel returned a block of shape {matrix.shape} for {shape[0]} rows by {shape[1]}: "
            "return one row and one column for each."
        )
    return matrix
