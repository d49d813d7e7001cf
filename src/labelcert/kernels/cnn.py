"""Convolutional network on square images, with its last layer on all pixels or on their average.

Network, p a pixel, δ one of the q² places of a filter (outside the image there are zeros), L hidden
layers of `width` channels::

    Z₁[p] = Σ_δ X[p+δ] W₁[δ] / q,   Z_{l+1}[p] = Σ_δ φ(Z_l[p+δ]) W_{l+1}[δ] / (q sqrt(width))
    output   Σ_p φ(Z_L[p])·v[p] / sqrt(P width)
    or, with the average,   Σ_p φ(Z_L[p])·v / (P sqrt(width))

Kernel, between pixels p of one image and p' of another, with 𝒫 the mean over δ of K[p+δ, p'+δ]::

    Σ₁ = Θ₁ = 𝒫(X Xᵀ),   Σ_{l+1} = 𝒫(E(Σ_l)),   Θ_{l+1} = Σ_{l+1} + 𝒫(Θ_l ⊙ Ė(Σ_l))
    Θ = the mean of E(Σ_L) + Θ_L ⊙ Ė(Σ_L) over p = p', or with the average over all p and p'

Without the average only pairs p = p' are needed: O(P L) an image pair. With it all P² of them:
O(P² q L), 0.03 s an image pair of 28 × 28 and hidden layer on a busy machine of two cores: 20
minutes for 300 labels, where the other takes seconds.
Source: Arora et al., "On Exact Computation with an Infinitely Wide Neural Net", NeurIPS 2019, with
this normalization; without biases.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from math import isqrt
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike

from labelcert._errors import InputError
from labelcert.kernels.arccos import Activation, kappa0, snapped
from labelcert.kernels.arrays import FloatArray, IndexArray
from labelcert.kernels.block_memory import check_room
from labelcert.kernels.inputs import GraphLike
from labelcert.kernels.kinds import choice, whole
from labelcert.kernels.nodes import read_nodes
from labelcert.kernels.options import ACTIVATION, DEPTH
from labelcert.kernels.parameterized import Parameterized, described

ENTRIES = 2**22
"""Entries that are worked on together where only equal pixels matter."""

Axes = Sequence[tuple[int, ...]]
"""For the two directions of an image: the axes that move together."""

_EQUAL: Axes = ((-2,), (-1,))
_ALL: Axes = ((0, 2), (1, 3))


@dataclass(frozen=True, repr=False)
class CNN(Parameterized):
    """Kernel of a convolutional network; a row is a square image, channels first.

    Args:
        depth: number of hidden layers, at least 1.
        activation: "relu" or "linear".
        filter: width of the filters, in pixels; an odd number.
        pooling: None for a last layer on all pixels, "average" for one on their average.
        channels: of the images; a row has channels · side · side numbers.

    Raises:
        InputError: an option outside its range, or an even filter.
    """

    name: ClassVar[str] = "cnn"
    summary: ClassVar[str] = "convolutional network on square images"
    uses_edges: ClassVar[bool] = False

    depth: int = field(default=1, metadata=DEPTH)
    activation: Activation = field(default="relu", metadata=ACTIVATION)
    filter: int = field(default=3, metadata=described(whole(1), "width of the filters, odd"))
    pooling: Literal["average"] | None = field(
        default=None,
        metadata=described(choice({None: "", "average": ""}), "what comes before the last layer"),
    )
    channels: int = field(default=1, metadata=described(whole(1), "channels of the images"))

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.filter % 2 == 0:
            raise InputError(f"filter must be an odd number, not {self.filter}.")

    def __call__(
        self, graph: GraphLike, rows: ArrayLike | None = None, cols: ArrayLike | None = None
    ) -> FloatArray:
        """Block of the kernel between images, see `labelcert.kernels.kernel.Kernel`."""
        nodes = read_nodes(graph, rows, cols)
        check_room(len(nodes.rows), len(nodes.cols), self.name)
        left = self._images(nodes.features, nodes.rows)
        right = left if nodes.same else self._images(nodes.features, nodes.cols)
        with np.errstate(over="ignore", invalid="ignore"):
            block = (
                self._averaged(left, right, nodes.same)
                if self.pooling == "average"
                else self._flat(left, right)
            )
        if not np.isfinite(block).all():
            raise InputError("the cnn kernel overflows on this data: scale the features down.")
        return (block + block.T) / 2 if nodes.same else block

    def _images(self, features: Any, rows: IndexArray) -> FloatArray:
        """(p, channels, side, side)."""
        chosen = features[rows]
        dense = chosen.toarray() if hasattr(chosen, "toarray") else chosen
        side = isqrt(dense.shape[1] // self.channels)
        if side < 1 or self.channels * side * side != dense.shape[1]:
            raise InputError(
                f"graph has {dense.shape[1]} features, which are no square image of "
                f"{self.channels} channels: pass rows of channels · side · side numbers."
            )
        return dense.reshape(len(dense), self.channels, side, side)

    def _variances(self, images: FloatArray) -> list[FloatArray]:
        """For each hidden layer the variances (p, side, side); E keeps them as they are."""
        found = [_patches((images**2).sum(axis=1), self.filter, _EQUAL)]
        for _ in range(self.depth - 1):
            found.append(_patches(found[-1], self.filter, _EQUAL))
        return found

    def _flat(self, left: FloatArray, right: FloatArray) -> FloatArray:
        block = np.zeros((len(left), len(right)))
        above, below = self._variances(left), self._variances(right)
        step = max(1, ENTRIES // max(1, len(right) * left[0, 0].size if len(left) else 1))
        for at in range(0, len(left), step):
            some = slice(at, at + step)
            products = np.einsum("icyx,jcyx->ijyx", left[some], right)
            first = [variance[some][:, None] for variance in above]
            block[some] = self._layers(products, first, below, _EQUAL).mean(axis=(-2, -1))
        return block

    def _averaged(self, left: FloatArray, right: FloatArray, same: bool) -> FloatArray:
        block = np.zeros((len(left), len(right)))
        above, below = self._variances(left), self._variances(right)

        def fill(pair: tuple[int, int]) -> None:
            i, j = pair
            products = np.einsum("cyx,cvu->yxvu", left[i], right[j])
            first = [variance[i][:, :, None, None] for variance in above]
            block[i, j] = self._layers(products, first, [v[j] for v in below], _ALL).mean()
            if same:
                block[j, i] = block[i, j]

        pairs = [(i, j) for i in range(len(left)) for j in range(i if same else 0, len(right))]
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            list(threads.map(fill, pairs))
        return block

    def _layers(
        self, products: FloatArray, first: list[FloatArray], second: list[FloatArray], axes: Axes
    ) -> FloatArray:
        """E(Σ_L) + Θ_L ⊙ Ė(Σ_L) between pixels, from inner products of pixels."""
        theta = sigma = _patches(products, self.filter, axes)
        for layer in range(self.depth):
            covariance, derivative = self._activated(sigma, first[layer], second[layer])
            if layer == self.depth - 1:
                return covariance + theta * derivative
            sigma = _patches(covariance, self.filter, axes)
            theta = sigma + _patches(theta * derivative, self.filter, axes)
        raise AssertionError("a network without hidden layers")

    def _activated(
        self, sigma: FloatArray, first: FloatArray, second: FloatArray
    ) -> tuple[FloatArray, FloatArray | float]:
        """(E, Ė) of covariances and the variances of both sides, which broadcast against them."""
        if self.activation == "linear":
            return sigma, 1.0
        size = np.sqrt(first) * np.sqrt(second)
        u = snapped(np.divide(sigma, size, out=np.zeros_like(sigma), where=size > 0))
        derivative = kappa0(u)
        return size * (u * derivative + np.sqrt((1.0 - u) * (1.0 + u)) / np.pi), derivative


def _patches(values: FloatArray, width: int, axes: Axes) -> FloatArray:
    """Mean over the places of a filter, zeros outside; axes of one direction move together."""
    for together in axes:
        total = values.copy()
        size = values.shape[together[0]]
        for by in range(1, min(width // 2, size - 1) + 1):
            low: list[Any] = [slice(None)] * values.ndim
            high: list[Any] = [slice(None)] * values.ndim
            for axis in together:
                low[axis], high[axis] = slice(0, size - by), slice(by, size)
            total[tuple(low)] += values[tuple(high)]
            total[tuple(high)] += values[tuple(low)]
        values = total / width
    return values
