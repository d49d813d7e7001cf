"""Multi-layer perceptron: no graph, biases in every layer.

Network: Z₁ = X W₁ + b₁, Z_{l+1} = φ(Z_l) W_{l+1}/sqrt(width) + b_{l+1}, output Z_{L+1}. Kernel::

    Σ₁ = X Xᵀ + 1, Θ₁ = Σ₁;   Σ_{l+1} = E(Σ_l) + 1,   Θ_{l+1} = Σ_{l+1} + Θ_l ⊙ Ė(Σ_l)

and for one hidden layer Θ = Σ₁ ⊙ Ė + E + 1, the form of arXiv 2412.00537. The extension to any
depth, with a bias in every layer, is our own note, tested against finite networks.

The ReLU kernel has the variance clip of the published implementation removed on purpose
(`arccos`); for features of unequal norm the two differ.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from scipy import sparse

from labelcert.kernels.arccos import Activation
from labelcert.kernels.arrays import shape_of
from labelcert.kernels.layered import LayeredKernel
from labelcert.kernels.options import ACTIVATION, DEPTH
from labelcert.kernels.propagation import Matrix, identity
from labelcert.kernels.recursion import Layers


@dataclass(frozen=True, repr=False)
class MLP(LayeredKernel):
    """Kernel of a multi-layer perceptron with biases; of a graph it reads the features only.

    Args:
        depth: number of hidden layers, at least 1.
        activation: "relu" or "linear".

    Raises:
        InputError: an option outside its range.
    """

    name: ClassVar[str] = "mlp"
    summary: ClassVar[str] = "multi-layer perceptron with biases; ignores the edges"
    uses_edges: ClassVar[bool] = False

    depth: int = field(default=1, metadata=DEPTH)
    activation: Activation = field(default="relu", metadata=ACTIVATION)

    def layers(self, adjacency: sparse.csr_array) -> Layers:
        """The identity in every layer."""
        same = Matrix(identity(shape_of(adjacency)[0]))
        return Layers((same,) * (self.depth + 1), self.activation, bias=True)
