"""Kernels of layered networks: from layers over a graph to a block of the tangent kernel.

A new architecture is a frozen dataclass that derives from `LayeredKernel`, names itself, declares
its parameters and describes its layers. In a file of this folder::

    from dataclasses import dataclass, field
    from typing import ClassVar

    from labelcert.kernels.layered import LayeredKernel
    from labelcert.kernels.options import DEPTH
    from labelcert.kernels.propagation import Matrix, self_loop_matrix
    from labelcert.kernels.recursion import Layers

    @dataclass(frozen=True, repr=False)
    class SGC(LayeredKernel):
        name: ClassVar[str] = "sgc"
        summary: ClassVar[str] = "graph convolution without a non-linearity"

        depth: int = field(default=1, metadata=DEPTH)

        def layers(self, adjacency):
            matrix = Matrix(self_loop_matrix(adjacency, "row"))
            return Layers((matrix,) * (self.depth + 1), "linear")

and is added to `registry`. Everything else is shared.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from labelcert._errors import InputError
from labelcert.kernels.arrays import FloatArray, shape_of
from labelcert.kernels.block_memory import OF_LAYERS, check_room
from labelcert.kernels.inputs import GraphLike, read_graph, read_indices
from labelcert.kernels.parameterized import Parameterized
from labelcert.kernels.recursion import Layers, Recursion
from labelcert.kernels.two_tables import is_table, joined


@dataclass(frozen=True, repr=False)
class LayeredKernel(Parameterized, ABC):
    """A neural tangent kernel in closed form; constant, cheap to build, safe to share."""

    @abstractmethod
    def layers(self, adjacency: sparse.csr_array) -> Layers:
        """The network over a graph with this (n, n) adjacency of entries ≥ 0."""

    def __call__(
        self, graph: GraphLike, rows: ArrayLike | None = None, cols: ArrayLike | None = None
    ) -> FloatArray:
        """Block of the kernel between nodes, as `Kernel` describes it.

        Or between the rows of two feature matrices, as ``kernel(new_rows, training_rows)``.
        """
        if is_table(rows):
            if cols is not None:
                raise InputError("cols goes with node numbers: leave it out with two matrices.")
            graph, rows, cols = joined(graph, rows)
        features, adjacency = read_graph(graph)
        count = shape_of(features)[0]
        row_nodes = read_indices(rows, "rows", count)
        col_nodes = row_nodes if cols is None else read_indices(cols, "cols", count)
        if len(row_nodes) == 0 or len(col_nodes) == 0:
            return np.zeros((len(row_nodes), len(col_nodes)))
        check_room(len(row_nodes), len(col_nodes), self.name, OF_LAYERS)
        with np.errstate(over="ignore", invalid="ignore"):  # the result is checked instead
            block = Recursion(self.layers(adjacency), features, row_nodes, col_nodes).block()
            if np.array_equal(row_nodes, col_nodes):
                block = (block + block.T) / 2
        if not np.isfinite(block).all():
            raise InputError(
                "graph has features or edge weights so large that the kernel overflows: "
                "scale them down."
            )
        return block
