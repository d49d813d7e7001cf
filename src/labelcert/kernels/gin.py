"""Graph isomorphism network: sum aggregation S = A + I, read-out without aggregation.

Network: Z₁ = S X W₁, Z_{l+1} = S φ(Z_l) W_{l+1}/sqrt(width) for the L hidden layers, and the output
φ(Z_L) w/sqrt(width). Kernel::

    Σ₁ = S X Xᵀ Sᵀ, Θ₁ = Σ₁
    Σ_{l+1} = S E(Σ_l) Sᵀ,   Θ_{l+1} = Σ_{l+1} + S (Θ_l ⊙ Ė(Σ_l)) Sᵀ     for l < L
    Θ = E(Σ_L) + Θ_L ⊙ Ė(Σ_L)

One hidden layer gives Θ = Σ₁ ⊙ Ė + E, the form of arXiv 2412.00537. The extension to any depth
(every hidden layer aggregates, the read-out does not) is our own note, tested against finite
networks.

Source of the architecture: Xu et al., "How Powerful are Graph Neural Networks?", ICLR 2019, with
ε = 0. The ReLU kernel differs from the published implementation on purpose (`arccos`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from scipy import sparse

from labelcert.kernels.arccos import Activation
from labelcert.kernels.arrays import shape_of
from labelcert.kernels.layered import LayeredKernel
from labelcert.kernels.options import ACTIVATION, DEPTH, EDGE_WEIGHT
from labelcert.kernels.propagation import Matrix, identity, self_loop_matrix
from labelcert.kernels.recursion import Layers


@dataclass(frozen=True, repr=False)
class GIN(LayeredKernel):
    """Kernel of a graph isomorphism network.

    Args:
        depth: number of hidden layers, at least 1; each aggregates before its weights.
        activation: "relu" or "linear".
        edge_weight: factor of the adjacency, finite and above 0.

    Raises:
        InputError: an option outside its range.
    """

    name: ClassVar[str] = "gin"
    summary: ClassVar[str] = "graph isomorphism network: sums over neighbours, plain read-out"

    depth: int = field(default=1, metadata=DEPTH)
    activation: Activation = field(default="relu", metadata=ACTIVATION)
    edge_weight: float = field(default=1.0, metadata=EDGE_WEIGHT)

    def layers(self, adjacency: sparse.csr_array) -> Layers:
        """S in every hidden layer, the identity in the read-out."""
        matrix = Matrix(self_loop_matrix(adjacency, None, self.edge_weight))
        read_out = Matrix(identity(shape_of(adjacency)[0]))
        return Layers((matrix,) * self.depth + (read_out,), self.activation)
