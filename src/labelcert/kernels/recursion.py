"""The one recursion behind every kernel of this room.

A network of L hidden layers is described by its propagations P₁ … P_{L+1} (see `Layers`)::

    Z₁ = P₁ (X W₁ + b₁)                        A_l = φ(Z_l)
    Z_{l+1} = P_{l+1} (A_l W_{l+1} + b_{l+1}) + R H V_{l+1}       output Z_{L+1}

(weights and biases standard normal, products with hidden units divided by sqrt(width)). Its
covariance Σ and its neural tangent kernel Θ in the limit of infinite width are ::

    Σ₁ = P₁ (G + b) P₁ᵀ                                          Θ₁ = Σ₁
    Σ_{l+1} = P_{l+1} (E(Σ_l) + b) P_{l+1}ᵀ + R G Rᵀ
    Θ_{l+1} = Σ_{l+1} + P_{l+1} (Θ_l ⊙ Ė(Σ_l)) P_{l+1}ᵀ          kernel = Θ_{L+1}

with E, Ė from `arccos`, b = 1 with biases and 0 without, G = X Xᵀ, or G = E(X Xᵀ) where H = X W₀
(random, not trained) enters through a ReLU. Written out, Θ is the sum over layers of [AN]
(Sabanayagam, Esser, Ghoshdastidar, TMLR 2023) and arXiv 2412.00537; the form with general P, b and
R is our own note, tested against finite networks in tests/oracles.

Only what a block needs is computed: with U_{L+1} the nodes asked for, level l works on U_l, the
nodes that P_{l+1} reaches from U_{l+1}. Two ways:

- rectangles: (rows of U_l) x (columns of U_l), chunked; the variances, diagonals of Σ_l, come from
  small squares over each node's neighbourhood. Memory is bounded by the block asked for plus
  `CHUNK_ENTRIES` a level. For depth 1 nothing is computed twice.
- squares over U_l, each level once, where depth ≥ 2 (or a ReLU input) and U_l has at most
  `SQUARE_NODES` nodes: 1.1 GB (depth 2) to 1.6 GB (depth 3) measured at that limit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from labelcert.kernels.arccos import Activation, activation_pair
from labelcert.kernels.arrays import FeatureMatrix, FloatArray, IndexArray, shape_of
from labelcert.kernels.input_covariance import InputCovariance, input_covariance
from labelcert.kernels.propagation import Propagation
from labelcert.kernels.sandwich import Blocks, localize, sandwich, sandwich_diagonal

SQUARE_NODES = 6_000
"""Largest neighbourhood over which whole squares are computed."""

Pair = tuple[FloatArray, FloatArray]


@dataclass(frozen=True)
class Layers:
    """What an architecture hands to the recursion.

    Attributes:
        propagations: P₁ … P_{L+1}, at least two: one for each hidden layer and the read-out.
        activation: φ of the hidden layers.
        bias: whether every layer has a trained bias.
        residual: R, the propagation of a skip connection from the input into every layer after
            the first, or None.
        input_activation: "relu" if the input is ReLU(X W₀) with W₀ not trained, else "linear".
    """

    propagations: tuple[Propagation, ...]
    activation: Activation
    bias: bool = False
    residual: Propagation | None = None
    input_activation: Activation = "linear"

    def __post_init__(self) -> None:
        if self.bias and self.input_activation == "relu":
            raise ValueError("a first layer with a bias takes the features, not their ReLU")

    @property
    def depth(self) -> int:
        """Number of hidden layers, L ≥ 1."""
        return len(self.propagations) - 1


class Recursion:
    """The recursion on the nodes that the block [rows, cols] needs.

    Args:
        layers: the network.
        features: (n, d) finite float64, dense or sparse.
        rows: (p,) node numbers, p ≥ 1, in any order, repeats allowed.
        cols: (q,) node numbers, q ≥ 1.

    Positions count within U_l: `_matrices[l]` is P_l on U_l x U_{l−1}.
    """

    def __init__(
        self, layers: Layers, features: FeatureMatrix, rows: IndexArray, cols: IndexArray
    ) -> None:
        self._layers = layers
        self._matrices: dict[int, FeatureMatrix] = {}
        self._residuals: dict[int, InputCovariance] = {}
        nodes = np.union1d(rows, cols)
        self._rows = np.searchsorted(nodes, rows)
        self._cols = np.searchsorted(nodes, cols)
        self._sizes: list[int] = []
        for level in range(layers.depth + 1, 1, -1):
            if layers.residual is not None:
                self._residuals[level] = self._input(layers.residual, nodes, features)
            matrix = layers.propagations[level - 1].rows(nodes)
            self._matrices[level], nodes = localize(matrix)
            self._sizes.append(len(nodes))
        self._first = self._input(layers.propagations[0], nodes, features)
        self._sizes.append(self._first.width)
        self._variances: dict[int, FloatArray] = {}

    def block(self) -> FloatArray:
        """Θ[rows, cols], (p, q)."""
        small = max(self._sizes) <= SQUARE_NODES
        simple = self._layers.depth == 1 and self._first.width == 0
        return self._by_squares() if small and not simple else self._by_rectangles()

    def _by_squares(self) -> FloatArray:
        everything = np.arange(self._sizes[-2])
        sigma = theta = self._first.block(everything, everything)
        self._variances[1] = np.diagonal(sigma).copy()
        for level in range(2, self._layers.depth + 1):
            everything = np.arange(shape_of(self._matrices[level])[0])
            below = partial(_slices, (sigma, theta))
            sigma, theta = self._next(level, everything, everything, below)
            self._variances[level] = np.diagonal(sigma).copy()
        below = partial(_slices, (sigma, theta))
        return self._next(self._layers.depth + 1, self._rows, self._cols, below)[1]

    def _by_rectangles(self) -> FloatArray:
        self._variances[1] = self._first.diagonal()
        for level in range(2, self._layers.depth + 1):
            inner = self._variances[level - 1] + float(self._layers.bias)
            blocks = self._layer(level - 1, partial(self._rectangle, level - 1))
            variance = sandwich_diagonal(self._matrices[level], inner, blocks)
            if level in self._residuals:
                variance = variance + self._residuals[level].diagonal()
            self._variances[level] = variance
        return self._rectangle(self._layers.depth + 1, self._rows, self._cols)[1]

    def _rectangle(self, level: int, rows: IndexArray, cols: IndexArray) -> Pair:
        """Blocks of Σ_l and Θ_l."""
        if level == 1:
            sigma = self._first.block(rows, cols)
            return sigma, sigma
        return self._next(level, rows, cols, partial(self._rectangle, level - 1))

    def _next(
        self,
        level: int,
        rows: IndexArray,
        cols: IndexArray,
        below: Callable[[IndexArray, IndexArray], Pair],
    ) -> Pair:
        """Blocks of Σ_l and Θ_l from those of level l − 1."""
        blocks = self._layer(level - 1, below)
        sigma, backward = sandwich(self._matrices[level], rows, cols, blocks)
        if level in self._residuals:
            sigma = sigma + self._residuals[level].block(rows, cols)
        return sigma, sigma + backward

    def _layer(self, level: int, below: Callable[[IndexArray, IndexArray], Pair]) -> Blocks:
        """Blocks of E(Σ_l) + b and Θ_l ⊙ Ė(Σ_l)."""
        variance = self._variances[level]

        def blocks(rows: IndexArray, cols: IndexArray) -> tuple[FloatArray, ...]:
            sigma, theta = below(rows, cols)
            covariance, derivative = activation_pair(
                self._layers.activation, sigma, variance[rows], variance[cols], rows, cols
            )
            return covariance + float(self._layers.bias), theta * derivative

        return blocks

    def _input(
        self, propagation: Propagation, nodes: IndexArray, features: FeatureMatrix
    ) -> InputCovariance:
        layers = self._layers
        return input_covariance(
            propagation.rows(nodes), features, layers.input_activation, layers.bias
        )


def _slices(squares: Pair, rows: IndexArray, cols: IndexArray) -> Pair:
    sigma, theta = squares
    index = np.ix_(rows, cols)
    return sigma[index], theta[index]
