"""APPNP: a perceptron whose predictions are spread by a few steps of personalised PageRank.

Network: the MLP with biases (`mlp`), its output multiplied by Π, which is `steps` times
Z ← (1−α) S Z + α I from Z = I. Kernel::

    Θ = Π (Σ ⊙ Ė) Πᵀ + Π (E + 1) Πᵀ,   Σ = X Xᵀ + 1        (one hidden layer)

in general Θ = Π Θ_MLP Πᵀ. With α = 0 it is `steps` plain propagations, Π = S^steps.

Source: Gasteiger et al., "Predict then Propagate", ICLR 2019; as a kernel arXiv 2412.00537. More
than one hidden layer is our own note. The ReLU kernel differs from the published implementation on
purpose (`arccos`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from scipy import sparse

from labelcert.kernels.arccos import Activation
from labelcert.kernels.arrays import shape_of
from labelcert.kernels.kinds import real, whole
from labelcert.kernels.layered import LayeredKernel
from labelcert.kernels.options import ACTIVATION, DEPTH, EDGE_WEIGHT, NORMALIZATION, RETURN
from labelcert.kernels.parameterized import described
from labelcert.kernels.propagation import (
    Matrix,
    Normalization,
    PersonalizedSteps,
    identity,
    self_loop_matrix,
)
from labelcert.kernels.recursion import Layers


@dataclass(frozen=True, repr=False)
class APPNP(LayeredKernel):
    """Kernel of APPNP.

    Args:
        alpha: probability of returning to the start, in [0, 1]; 1 is the MLP.
        steps: number of propagation steps, at least 1.
        activation: "relu" or "linear".
        normalization: "row", "symmetric" or None.
        edge_weight: factor of the adjacency, finite and above 0.
        depth: number of hidden layers, at least 1.

    Raises:
        InputError: an option outside its range.
    """

    name: ClassVar[str] = "appnp"
    summary: ClassVar[str] = "perceptron, then a few steps of personalised PageRank"

    alpha: float = field(default=0.1, metadata=described(real(0, 1), RETURN))
    steps: int = field(default=10, metadata=described(whole(1), "number of propagation steps"))
    activation: Activation = field(default="relu", metadata=ACTIVATION)
    normalization: Normalization = field(default="symmetric", metadata=NORMALIZATION)
    edge_weight: float = field(default=1.0, metadata=EDGE_WEIGHT)
    depth: int = field(default=1, metadata=DEPTH)

    def layers(self, adjacency: sparse.csr_array) -> Layers:
        """The identity in every hidden layer, the propagation steps in the read-out."""
        matrix = self_loop_matrix(adjacency, self.normalization, self.edge_weight)
        hidden = Matrix(identity(shape_of(adjacency)[0]))
        read_out = PersonalizedSteps(matrix, float(self.alpha), self.steps)
        return Layers((hidden,) * self.depth + (read_out,), self.activation, bias=True)
