"""PPNP: a perceptron whose predictions are spread by personalised PageRank.

Network: the MLP with biases (`mlp`), its output multiplied by Π = α (I − (1−α) S)⁻¹. Kernel::

    Θ = Π (Σ ⊙ Ė) Πᵀ + Π (E + 1) Πᵀ,   Σ = X Xᵀ + 1        (one hidden layer)

in general Θ = Π Θ_MLP Πᵀ. PPNP is the limit of APPNP (`appnp`) for many steps.

Source: Gasteiger et al., "Predict then Propagate", ICLR 2019; as a kernel arXiv 2412.00537. More
than one hidden layer is our own note. The ReLU kernel differs from the published implementation on
purpose (`arccos`).

Cost: one sparse LU factorisation, and Θ_MLP over whole connected components. Prefer APPNP on graphs
of more than about 20,000 nodes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from scipy import sparse

from labelcert.kernels.arccos import Activation
from labelcert.kernels.arrays import shape_of
from labelcert.kernels.kinds import choice, real
from labelcert.kernels.layered import LayeredKernel
from labelcert.kernels.options import ACTIVATION, DEPTH, EDGE_WEIGHT, RETURN, ROW, SYMMETRIC
from labelcert.kernels.parameterized import described
from labelcert.kernels.propagation import (
    Matrix,
    PersonalizedLimit,
    identity,
    self_loop_matrix,
)
from labelcert.kernels.recursion import Layers

_NORMALIZATION = described(choice({"row": ROW, "symmetric": SYMMETRIC}), "propagation matrix")


@dataclass(frozen=True, repr=False)
class PPNP(LayeredKernel):
    """Kernel of PPNP.

    Args:
        alpha: probability of returning to the start, in (0, 1]; 1 is the MLP.
        activation: "relu" or "linear".
        normalization: "row" or "symmetric"; A + I alone has no such limit.
        edge_weight: factor of the adjacency, finite and above 0.
        depth: number of hidden layers, at least 1.

    Raises:
        InputError: an option outside its range.
    """

    name: ClassVar[str] = "ppnp"
    summary: ClassVar[str] = "perceptron, then exact personalised PageRank"

    alpha: float = field(default=0.1, metadata=described(real(0, 1, above=True), RETURN))
    activation: Activation = field(default="relu", metadata=ACTIVATION)
    normalization: Literal["row", "symmetric"] = field(default="symmetric", metadata=_NORMALIZATION)
    edge_weight: float = field(default=1.0, metadata=EDGE_WEIGHT)
    depth: int = field(default=1, metadata=DEPTH)

    def layers(self, adjacency: sparse.csr_array) -> Layers:
        """The identity in every hidden layer, personalised PageRank in the read-out."""
        matrix = self_loop_matrix(adjacency, self.normalization, self.edge_weight)
        hidden = Matrix(identity(shape_of(adjacency)[0]))
        read_out = PersonalizedLimit(matrix, float(self.alpha))
        return Layers((hidden,) * self.depth + (read_out,), self.activation, bias=True)
