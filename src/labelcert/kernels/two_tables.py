"""Two feature matrices in one: a kernel called as ``kernel(new_rows, training_rows)``.

Rows of tables are nodes of a graph without edges, so that the block between two tables is one of
the rows of both, one below the other. What a row is worth does not depend on the other rows there.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from labelcert._errors import InputError
from labelcert.kernels.arrays import shape_of
from labelcert.kernels.inputs import GraphLike, SupportsGraph, read_graph


def joined(new: GraphLike, train: Any) -> tuple[Any, np.ndarray, np.ndarray]:
    """The (m + n, d) rows of new (m, d) and train (n, d), the numbers (m,) and (n,) of both.

    Raises InputError: a graph in place of a matrix, or matrices of different widths.
    """
    if isinstance(new, SupportsGraph):
        raise InputError(
            "rows is a matrix, and graph has edges: pass node numbers, or two feature matrices."
        )
    above, _ = read_graph(new)
    below, _ = read_graph(train)
    count, width = shape_of(above)
    if shape_of(below)[1] != width:
        raise InputError(
            f"the first matrix has {width} columns and the second {shape_of(below)[1]}: pass rows "
            "with the same features."
        )
    if isinstance(above, np.ndarray) and isinstance(below, np.ndarray):
        both: Any = np.concatenate([above, below])
    else:
        both = sparse.csr_array(sparse.vstack([above, below]))
    return both, np.arange(count), count + np.arange(shape_of(below)[0])


def is_table(values: Any) -> bool:
    """Whether what stands where node numbers may stand is a matrix: an array, a frame, sparse.

    Lists in a list are no table there: node numbers may be nested by mistake.
    """
    return len(getattr(values, "shape", ())) == 2
