"""Kernels that are inner products of features of a finite number, which can be had themselves.

A linear learner on these features is the kernel machine of the kernel, exactly:
`labelcert.certify_linear` takes `features(graph, rows)` where a Gram matrix would be too large.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from labelcert._errors import InputError
from labelcert.kernels.arrays import FloatArray, IndexArray, shape_of
from labelcert.kernels.block_memory import check_room
from labelcert.kernels.inputs import GraphLike, read_graph, read_indices
from labelcert.kernels.nodes import read_nodes
from labelcert.kernels.parameterized import Parameterized


@dataclass(frozen=True, repr=False)
class FeatureKernel(Parameterized):
    """The base of such kernels: they define `of_rows`."""

    uses_edges: ClassVar[bool] = False

    @abstractmethod
    def of_rows(self, inputs: FloatArray) -> NDArray[Any]:
        """Features (p, k) of node features (p, d) float64, each row for itself."""

    def features(self, graph: GraphLike, rows: ArrayLike | None = None) -> NDArray[Any]:
        """The features (p, k) of nodes, whose inner products are the kernel.

        graph, rows: as of a call. Raises InputError as a call does.
        """
        inputs, _ = read_graph(graph)
        return self._features(inputs, read_indices(rows, "rows", shape_of(inputs)[0]))

    def __call__(
        self, graph: GraphLike, rows: ArrayLike | None = None, cols: ArrayLike | None = None
    ) -> FloatArray:
        """Block of the kernel between nodes, see `labelcert.kernels.kernel.Kernel`.

        Or between the rows of two feature matrices, as ``kernel(new_rows, training_rows)``.
        """
        nodes = read_nodes(graph, rows, cols)
        left = np.asarray(self._features(nodes.features, nodes.rows), dtype=np.float64)
        if nodes.same:
            return block_of(left, left, self.name)
        right = np.asarray(self._features(nodes.features, nodes.cols), dtype=np.float64)
        return block_of(left, right, self.name)

    def _features(self, inputs: Any, rows: IndexArray) -> NDArray[Any]:
        chosen = inputs[rows]
        return self.of_rows(chosen.toarray() if hasattr(chosen, "toarray") else chosen)


def block_of(left: FloatArray, right: FloatArray, name: str) -> FloatArray:
    """Inner products (p, q) of features, symmetric where both are one array; raises InputError."""
    check_room(len(left), len(right), name)
    with np.errstate(over="ignore", invalid="ignore"):
        block = left @ right.T
    if not np.isfinite(block).all():
        raise InputError(f"the {name} kernel overflows on this data: scale the features down.")
    return (block + block.T) / 2 if left is right else block


def with_constant(features: NDArray[Any], constant: float) -> NDArray[Any]:
    """Features (p, k), with one more that adds a constant > 0 to all inner products."""
    if constant == 0:
        return features
    column = np.full((len(features), 1), np.sqrt(constant), dtype=features.dtype)
    return np.hstack([features, column])
