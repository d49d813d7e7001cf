"""Graph convolutional network, with or without skip connections from the input.

Network: Z₁ = S X W₁, Z_{l+1} = S φ(Z_l) W_{l+1}/sqrt(width), output Z_{L+1}, L hidden layers.
Kernel [AN] (Sabanayagam, Esser, Ghoshdastidar, TMLR 2023)::

    Σ₁ = S X Xᵀ Sᵀ, Θ₁ = Σ₁
    Σ_{l+1} = S E(Σ_l) Sᵀ,   Θ_{l+1} = Σ_{l+1} + S (Θ_l ⊙ Ė(Σ_l)) Sᵀ,   Θ = Θ_{L+1}

Skip connections, with H = X W₀ (linear skip) or ReLU(X W₀), W₀ random and not trained, and
G = X Xᵀ or E(X Xᵀ) accordingly::

    Skip-PC   Z_{l+1} = S (φ(Z_l) W_{l+1} + H V_{l+1})/sqrt(width)
              Σ₁ = S G Sᵀ,   Σ_{l+1} = S E(Σ_l) Sᵀ + Σ₁
    Skip-α    Z_{l+1} = ((1−α) S φ(Z_l) W_{l+1} + α H V_{l+1})/sqrt(width)
              Σ₁ = T G Tᵀ with T = (1−α) S + α I,   Σ_{l+1} = (1−α)² S E(Σ_l) Sᵀ + α² G

What was found about Skip-α: the backward term carries (1−α)² as well,
Θ_{l+1} = Σ_{l+1} + (1−α)² S (Θ_l ⊙ Ė_l) Sᵀ. Derivation: a layer reaches the one before it only
through (1−α) S, so ∂Z_{l+1}/∂Z_l has the factor 1−α and a product of two such derivatives its
square; it is the recursion without a skip, with (1−α) S in place of S. Measured on nine nodes with
α = 0.2 and ReLU: with one hidden layer the average of finite networks is 0.6 % away from this
kernel (standard error 0.7 %) and 23 % away from the variant without (1−α)² in the backward term;
with two hidden layers 1.0 % and 48 %; with α = 0.5 and one hidden layer 0.4 % and 51 %.

What was found about a ReLU skip under a ReLU activation: the formulas hold, as written above, for
skip connections with weights V of their own. In a network that shares them, (φ(Z_l) + H) W_{l+1},
Σ_{l+1} would also have the cross terms of the means, E[φ(z)] E[h]ᵀ and its transpose, and this
kernel is 26 % (one hidden layer) or 40 % (two) away from it. With a linear skip or a linear
activation one of the means is 0, and both networks have this kernel.

The ReLU kernels differ from the published implementation of arXiv 2412.00537 on purpose: it clips
covariances at the smaller of two variances (`arccos`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from scipy import sparse

from labelcert.kernels.arccos import Activation
from labelcert.kernels.arrays import shape_of
from labelcert.kernels.kinds import choice, real
from labelcert.kernels.layered import LayeredKernel
from labelcert.kernels.options import ACTIVATION, DEPTH, EDGE_WEIGHT, NORMALIZATION, activations
from labelcert.kernels.parameterized import described
from labelcert.kernels.parameters import OnlyWith
from labelcert.kernels.propagation import Matrix, Normalization, identity, self_loop_matrix
from labelcert.kernels.recursion import Layers

Skip = Literal["pc", "alpha"] | None
_SKIP = described(choice({None: "", "pc": "", "alpha": ""}), "skip connections")
_SKIP_ALPHA = described(real(0, 1), "share of the input in Skip-α", OnlyWith("skip", ("alpha",)))
_SKIP_ACTIVATION = described(
    activations, "activation of the skip connection", OnlyWith("skip", ("pc", "alpha"))
)


@dataclass(frozen=True, repr=False)
class GCN(LayeredKernel):
    """Kernel of a graph convolutional network.

    Args:
        depth: number of hidden layers, at least 1.
        activation: "relu" or "linear".
        normalization: "row", "symmetric" or None.
        skip: None, "pc" or "alpha", see the module.
        skip_alpha: share α of the input in Skip-α, in [0, 1]; read only with skip="alpha".
        skip_activation: "linear" or "relu": what the input passes through on the skip
            connection; read only with a skip.
        edge_weight: factor of the adjacency, finite and above 0.

    Raises:
        InputError: an option outside its range.
    """

    name: ClassVar[str] = "gcn"
    summary: ClassVar[str] = "graph convolutional network, optionally with skip connections"

    depth: int = field(default=1, metadata=DEPTH)
    activation: Activation = field(default="relu", metadata=ACTIVATION)
    normalization: Normalization = field(default="row", metadata=NORMALIZATION)
    skip: Skip = field(default=None, metadata=_SKIP)
    skip_alpha: float = field(default=0.2, metadata=_SKIP_ALPHA)
    skip_activation: Activation = field(default="linear", metadata=_SKIP_ACTIVATION)
    edge_weight: float = field(default=1.0, metadata=EDGE_WEIGHT)

    def layers(self, adjacency: sparse.csr_array) -> Layers:
        """S in every layer, and the skip connection as a residual."""
        matrix = self_loop_matrix(adjacency, self.normalization, self.edge_weight)
        if self.skip is None:
            return Layers((Matrix(matrix),) * (self.depth + 1), self.activation)
        first = later = matrix
        residual = matrix
        if self.skip == "alpha":
            alpha = float(self.skip_alpha)
            residual = sparse.csr_array(alpha * identity(shape_of(matrix)[0]))
            later = sparse.csr_array((1.0 - alpha) * matrix)
            first = sparse.csr_array(later + residual)
        return Layers(
            (Matrix(first),) + (Matrix(later),) * self.depth,
            self.activation,
            residual=Matrix(residual),
            input_activation=self.skip_activation,
        )
