"""The base of every kernel: from a graph and node numbers to a block of its tangent kernel.

A new architecture is a frozen dataclass that derives from `Kernel`, names itself, declares its
options and describes its layers::

    @dataclass(frozen=True, repr=False)
    class SGC(Kernel):
        \"\"\"...\"\"\"
        name = "sgc"
        summary = "graph convolution without a non-linearity"
        depth: int = field(default=1, metadata=doc(DEPTH_DOC))

        def layers(self, adjacency):
            matrix = Matrix(self_loop_matrix(adjacency, "row"))
            return Layers((matrix,) * (self.depth + 1), "linear")

and is added to `registry`. Everything else is shared.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from labelcert._errors import InputError
from labelcert.kernels.arrays import FloatArray, shape_of
from labelcert.kernels.inputs import GraphLike, read_graph, read_indices
from labelcert.kernels.recursion import Layers, Recursion


@dataclass(frozen=True, repr=False)
class Kernel(ABC):
    """A neural tangent kernel in closed form; immutable, cheap to build, safe to share."""

    name: ClassVar[str]
    """Lower-case name in the registry and the shell."""
    summary: ClassVar[str]
    """One line for listings."""

    @abstractmethod
    def layers(self, adjacency: sparse.csr_array) -> Layers:
        """The network over a graph with this (n, n) adjacency of entries ≥ 0."""

    def __call__(
        self, graph: GraphLike, rows: ArrayLike | None = None, cols: ArrayLike | None = None
    ) -> FloatArray:
        """Block of the kernel between nodes.

        Args:
            graph: anything with `features` (n, d) and `adjacency` (n, n), or a feature matrix
                alone, dense or sparse, which is a graph without edges.
            rows: (p,) node numbers, in any order, repeats allowed, or a mask of all nodes; None
                means all nodes.
            cols: (q,) node numbers, or a mask; None means the same as `rows`.

        Returns:
            (p, q) float64 array; exactly symmetric where rows and cols are the same.

        Raises:
            InputError: input of the wrong shape or type, not finite, out of range, or so large
                that the kernel overflows.
        """
        features, adjacency = read_graph(graph)
        count = shape_of(features)[0]
        row_nodes = read_indices(rows, "rows", count)
        col_nodes = row_nodes if cols is None else read_indices(cols, "cols", count)
        if len(row_nodes) == 0 or len(col_nodes) == 0:
            return np.zeros((len(row_nodes), len(col_nodes)))
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

    def __repr__(self) -> str:
        changed = [
            f"{f.name}={getattr(self, f.name)!r}"
            for f in fields(self)
            if getattr(self, f.name) != f.default
        ]
        return f"{type(self).__name__}({', '.join(changed)})"
