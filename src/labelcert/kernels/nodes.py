"""The arguments of a kernel that is called with a graph and nodes, or with two tables; checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from labelcert._errors import InputError
from labelcert.kernels.arrays import IndexArray, shape_of
from labelcert.kernels.inputs import GraphLike, read_graph, read_indices
from labelcert.kernels.two_tables import is_table, joined


@dataclass(frozen=True, eq=False)
class Nodes:
    """Features and adjacency of all nodes, and the numbers of those of a block."""

    features: Any
    adjacency: Any
    rows: IndexArray
    cols: IndexArray

    @property
    def same(self) -> bool:
        """Whether the block is one between the same nodes."""
        return np.array_equal(self.rows, self.cols)


def read_nodes(graph: GraphLike, rows: ArrayLike | None, cols: ArrayLike | None) -> Nodes:
    """What a call of a kernel means; raises InputError."""
    if is_table(rows):
        if cols is not None:
            raise InputError("cols goes with node numbers: leave it out with two matrices.")
        both, first, second = joined(graph, rows)
        return Nodes(both, read_graph(both)[1], first, second)
    features, adjacency = read_graph(graph)
    count = shape_of(features)[0]
    first = read_indices(rows, "rows", count)
    second = first if cols is None else read_indices(cols, "cols", count)
    return Nodes(features, adjacency, first, second)
