"""GraphSAGE with the mean aggregator: the GCN recursion with S = D_A⁻¹ A + I.

A node keeps its own representation and adds the mean of its neighbours'; a node without neighbours
keeps its own alone. Kernel: that of GCN with this S (`gcn`).

Source: Hamilton et al., "Inductive Representation Learning on Large Graphs", NeurIPS 2017; as a
kernel arXiv 2412.00537. The sum aggregator is our own addition: with normalization=None, S = A + I.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from scipy import sparse

from labelcert.kernels.arccos import Activation
from labelcert.kernels.kinds import choice
from labelcert.kernels.layered import LayeredKernel
from labelcert.kernels.options import ACTIVATION, DEPTH, EDGE_WEIGHT
from labelcert.kernels.parameterized import described
from labelcert.kernels.propagation import Matrix, neighbour_matrix
from labelcert.kernels.recursion import Layers

_AGGREGATION = described(
    choice({"row": "for the mean of the neighbours", None: "for their sum"}), "aggregation"
)


@dataclass(frozen=True, repr=False)
class GraphSAGE(LayeredKernel):
    """Kernel of GraphSAGE.

    Args:
        depth: number of hidden layers, at least 1.
        activation: "relu" or "linear".
        normalization: "row" for the mean of the neighbours, None for their sum.
        edge_weight: factor of the adjacency, finite and above 0; the mean does not feel it.

    Raises:
        InputError: an option outside its range.
    """

    name: ClassVar[str] = "graphsage"
    summary: ClassVar[str] = "GraphSAGE: a node plus the mean of its neighbours"

    depth: int = field(default=1, metadata=DEPTH)
    activation: Activation = field(default="relu", metadata=ACTIVATION)
    normalization: Literal["row"] | None = field(default="row", metadata=_AGGREGATION)
    edge_weight: float = field(default=1.0, metadata=EDGE_WEIGHT)

    def layers(self, adjacency: sparse.csr_array) -> Layers:
        """S in every layer."""
        matrix = Matrix(neighbour_matrix(adjacency, self.normalization, self.edge_weight))
        return Layers((matrix,) * (self.depth + 1), self.activation)
