"""A kernel that was computed elsewhere: a matrix between all nodes, from which blocks are taken."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from labelcert._errors import InputError
from labelcert.intake.arrays import dense_matrix
from labelcert.kernels.arrays import FloatArray, shape_of
from labelcert.kernels.inputs import GraphLike, read_graph, read_indices


class Precomputed:
    """Blocks of a symmetric positive semidefinite matrix between all nodes.

    Not in the registry of names: a matrix is no option of the shell. `settings` tells the matrix by
    its SHA-256, so that equal settings mean equal blocks, as everywhere.

    Args:
        matrix: (nodes, nodes), real and finite.

    Raises:
        InputError: not square, not symmetric (to 1e-6 of its largest entry), or not finite.
    """

    name = "precomputed"

    def __init__(self, matrix: Any):
        found = dense_matrix(matrix, "matrix")
        if found.shape[0] != found.shape[1] or found.shape[0] == 0:
            raise InputError(f"matrix has shape {found.shape}: pass a square, non-empty matrix.")
        if float(np.abs(found - found.T).max()) > 1e-6 * float(np.abs(found).max()):
            raise InputError("matrix is not symmetric: pass the kernel between all nodes.")
        self._matrix = (found + found.T) / 2

    def settings(self) -> dict[str, Any]:
        """The size of the matrix, and its SHA-256."""
        digest = hashlib.sha256(self._matrix.astype("<f8").tobytes()).hexdigest()
        return {"nodes": len(self._matrix), "sha256": digest}

    def __call__(
        self, graph: GraphLike, rows: ArrayLike | None = None, cols: ArrayLike | None = None
    ) -> FloatArray:
        """Block of the matrix, see `labelcert.kernels.kernel.Kernel`; graph: only counted.

        Raises InputError where the graph has another number of nodes.
        """
        count = shape_of(read_graph(graph)[0])[0]
        if count != len(self._matrix):
            raise InputError(
                f"graph has {count} nodes and the precomputed kernel {len(self._matrix)}: pass the "
                "kernel between all nodes of this graph."
            )
        first = read_indices(rows, "rows", count)
        second = first if cols is None else read_indices(cols, "cols", count)
        return self._matrix[np.ix_(first, second)]

    def __repr__(self) -> str:
        return f"Precomputed({len(self._matrix)} nodes)"
