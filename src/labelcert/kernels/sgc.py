"""Simplified graph convolution: GCN with a linear activation.

Kernel, with M_k = S^k X Xᵀ (Sᵀ)^k: Θ = (L + 1) · M_{L+1}, for every one of the L + 1 layers has the
same covariance. Features are propagated L + 1 times, as in the GCN of depth L.

Source: Wu et al., "Simplifying Graph Convolutional Networks", ICML 2019; as a kernel [AN]
(Sabanayagam, Esser, Ghoshdastidar, TMLR 2023) and arXiv 2412.00537.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from scipy import sparse

from labelcert.kernels.layered import LayeredKernel
from labelcert.kernels.options import DEPTH, EDGE_WEIGHT, NORMALIZATION
from labelcert.kernels.propagation import Matrix, Normalization, self_loop_matrix
from labelcert.kernels.recursion import Layers


@dataclass(frozen=True, repr=False)
class SGC(LayeredKernel):
    """Kernel of a simplified graph convolution, equal to GCN(activation="linear").

    Args:
        depth: number of hidden layers, at least 1; features are propagated depth + 1 times.
        normalization: "row", "symmetric" or None.
        edge_weight: factor of the adjacency, finite and above 0.

    Raises:
        InputError: an option outside its range.
    """

    name: ClassVar[str] = "sgc"
    summary: ClassVar[str] = "simplified graph convolution: a GCN without non-linearity"

    depth: int = field(default=1, metadata=DEPTH)
    normalization: Normalization = field(default="row", metadata=NORMALIZATION)
    edge_weight: float = field(default=1.0, metadata=EDGE_WEIGHT)

    def layers(self, adjacency: sparse.csr_array) -> Layers:
        """S in every layer."""
        matrix = Matrix(self_loop_matrix(adjacency, self.normalization, self.edge_weight))
        return Layers((matrix,) * (self.depth + 1), "linear")
