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
from labelcert.kernels.base import Kernel
from labelcert.kernels.options import (
    ACTIVATION_DOC,
    DEPTH_DOC,
    EDGE_WEIGHT_DOC,
    check_activation,
    check_choice,
    check_count,
    check_weight,
    doc,
)
from labelcert.kernels.propagation import Matrix, neighbour_matrix
from labelcert.kernels.recursion import Layers

_AGGREGATION_DOC = 'aggregation: "row" for the mean of the neighbours, None for their sum'


@dataclass(frozen=True, repr=False)
class GraphSAGE(Kernel):
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

    depth: int = field(default=1, metadata=doc(DEPTH_DOC))
    activation: Activation = field(default="relu", metadata=doc(ACTIVATION_DOC))
    normalization: Literal["row"] | None = field(
        default="row",
        metadata=doc(_AGGREGATION_DOC),
    )
    edge_weight: float = field(default=1.0, metadata=doc(EDGE_WEIGHT_DOC))

    def __post_init__(self) -> None:
        check_count("depth", self.depth, 1)
        check_activation(self.activation)
        check_choice("normalization", self.normalization, ("row", None))
        check_weight(self.edge_weight)

    def layers(self, adjacency: sparse.csr_array) -> Layers:
        """S in every layer."""
        matrix = Matrix(neighbour_matrix(adjacency, self.normalization, self.edge_weight))
        return Layers((matrix,) * (self.depth + 1), self.activation)
