"""Blocks of kernels that users wrote: looked at before anything rests on them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from labelcert._errors import InputError
from labelcert.intake.arrays import dense_matrix
from labelcert.intake.origin import origin_of, with_origin
from labelcert.kernels.arrays import FloatArray
from labelcert.kernels.block_memory import check_room
from labelcert.kernels.inputs import GraphLike, node_count, read_indices

_ASYMMETRY = 1e-6
"""Of the largest entry; rounding stays far below, and what is above is no kernel."""


def block_of(
    kernel: Any, graph: GraphLike, rows: ArrayLike | None, cols: ArrayLike | None = None
) -> FloatArray:
    """The block of a kernel, looked at first (`checked_block`) unless it is one of this package.

    A kernel that pays no heed to its rows would else be sliced, and be right about other nodes.
    """
    if type(kernel).__module__.partition(".")[0] == "labelcert":
        return kernel(graph, rows) if cols is None else kernel(graph, rows, cols)
    return checked_block(kernel, str(kernel.name), graph, rows, cols)


def checked_block(
    kernel: Any, told: str, graph: GraphLike, rows: ArrayLike | None, cols: ArrayLike | None
) -> FloatArray:
    """The block (p, q) that ``kernel(graph, rows, cols)`` returns, float64, symmetric if square.

    Where it comes from (`intake.origin`) goes along.

    told: what the kernel is called in sentences. Raises InputError: the kernel fails, or returns
    anything but a finite real matrix of that shape, symmetric where rows and cols are the same.
    """
    count = node_count(graph)
    first = read_indices(rows, "rows", count)
    second = first if cols is None else read_indices(cols, "cols", count)
    check_room(len(first), len(second), told)
    try:
        given = kernel(graph, first, second)
    except (InputError, MemoryError):
        raise
    except Exception as error:
        raise InputError(f"model {told} failed: {type(error).__name__}: {error}.") from error
    block = dense_matrix(given, f"the block of model {told}")
    if block.shape != (len(first), len(second)):
        raise InputError(
            f"model {told} returned shape {block.shape} for {len(first)} rows and {len(second)} "
            "columns: return one entry for each pair."
        )
    if np.array_equal(first, second) and block.size:
        if float(np.abs(block - block.T).max()) > _ASYMMETRY * float(np.abs(block).max()):
            raise InputError(f"model {told} is not symmetric: return k(x, y) = k(y, x).")
        block = (block + block.T) / 2
    return with_origin(block, origin_of(given))
