"""A kernel that was computed elsewhere: a matrix between all nodes, from which blocks are taken.

Cost: the matrix, 8 bytes an entry; a block is a copy of its entries.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from labelcert._errors import InputError
from labelcert.intake.arrays import dense_matrix
from labelcert.kernels.arrays import FloatArray
from labelcert.kernels.inputs import GraphLike, node_count, read_indices
from labelcert.kernels.kinds import file_path, optional
from labelcert.kernels.matrix_files import read_matrix_file
from labelcert.kernels.parameters import Parameter


class Precomputed:
    """Blocks of a symmetric positive semidefinite matrix between all nodes.

    `settings` tells the matrix by its SHA-256, so that equal settings mean equal blocks, as
    everywhere. It need not be positive semidefinite as a whole: `certify` checks the block that it
    trains on.

    Args:
        matrix: (nodes, nodes), real and finite, in the order of the data set's nodes; or the path
            of a ``.npy`` file, or of a ``.npz`` file with one array, that holds it.

    Raises:
        InputError: not square, not symmetric (to 1e-6 of its largest entry), not finite, or a file
            that cannot be read; pickled objects are never loaded.
    """

    name: ClassVar[str] = "precomputed"
    summary: ClassVar[str] = "a matrix between all nodes that was computed elsewhere"
    uses_edges: ClassVar[bool] = False

    @classmethod
    def parameters(cls) -> tuple[Parameter, ...]:
        """The file of the matrix, for the shell and study files."""
        return (
            Parameter("matrix", None, optional(file_path()), ".npy or .npz file of the matrix"),
        )

    def __init__(self, matrix: Any = None):
        if matrix is None:
            raise InputError(
                "matrix is missing: pass the kernel between all nodes, in the shell as --matrix "
                "FILE."
            )
        self.arguments: dict[str, Any] = {}
        if isinstance(matrix, (str, Path)):
            self.arguments = {"matrix": str(matrix)}
            matrix = read_matrix_file(Path(matrix))
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
        count = node_count(graph)
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
