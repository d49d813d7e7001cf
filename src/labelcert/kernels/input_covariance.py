"""Covariances that come straight from the features: P G Pᵀ with G = X Xᵀ (+ 1) or E(X Xᵀ).

The first is the input of every architecture (the 1 is the bias of the first layer), the second the
input of a network whose first, untrained map X W₀ goes through a ReLU (the ReLU skip connections
of [AN], Sabanayagam, Esser, Ghoshdastidar, TMLR 2023). P is the propagation of the first layer, or
of the skip connection.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from scipy import sparse

from labelcert.kernels.arccos import Activation, activation_pair
from labelcert.kernels.arrays import FeatureMatrix, FloatArray, IndexArray, shape_of
from labelcert.kernels.sandwich import Blocks, localize, sandwich, sandwich_diagonal

_DENSE_SHARE = 0.1


class InputCovariance(Protocol):
    """The matrix P G Pᵀ over k nodes, computed block by block."""

    width: int
    """Nodes that G is needed for at once: 0 where a block costs one product of features."""

    def block(self, rows: IndexArray, cols: IndexArray) -> FloatArray:
        """(p, q) block for row and column numbers in 0..k−1."""
        ...

    def diagonal(self) -> FloatArray:
        """(k,) diagonal."""
        ...


class LinearInput:
    """P (X Xᵀ + bias) Pᵀ = Y Yᵀ with Y = [P X, P 1]."""

    width = 0

    def __init__(self, rows: sparse.csr_array, features: FeatureMatrix, bias: bool) -> None:
        mixed = rows @ features
        if bias:
            ones = np.asarray(rows.sum(axis=1)).reshape(-1, 1)
            mixed = sparse.hstack([mixed, ones]) if sparse.issparse(mixed) else _join(mixed, ones)
        self._mixed = _lighter(mixed)

    def block(self, rows: IndexArray, cols: IndexArray) -> FloatArray:
        """(p, q) block, one matrix product."""
        return _products(self._mixed, rows, cols)

    def diagonal(self) -> FloatArray:
        """(k,) squared norms of the rows of Y."""
        return _squared_norms(self._mixed)


class ReluInput:
    """P E(X Xᵀ) Pᵀ with E of the ReLU (`arccos`)."""

    def __init__(self, rows: sparse.csr_array, features: FeatureMatrix) -> None:
        self._matrix, used = localize(rows)
        self._features = _lighter(features[used])
        self._variance = _squared_norms(self._features)
        self.width = len(used)

    def block(self, rows: IndexArray, cols: IndexArray) -> FloatArray:
        """(p, q) block, chunked over the rows of E."""
        return sandwich(self._matrix, rows, cols, self._blocks)[0]

    def diagonal(self) -> FloatArray:
        """(k,) diagonal, from the squares over each node's own neighbourhood."""
        return sandwich_diagonal(self._matrix, self._variance, self._blocks)

    @property
    def _blocks(self) -> Blocks:
        def blocks(rows: IndexArray, cols: IndexArray) -> tuple[FloatArray, ...]:
            sigma = _products(self._features, rows, cols)
            d = self._variance
            return activation_pair("relu", sigma, d[rows], d[cols], rows, cols)[:1]

        return blocks


def input_covariance(
    rows: sparse.csr_array, features: FeatureMatrix, activation: Activation, bias: bool
) -> InputCovariance:
    """P G Pᵀ for the (k, n) rows of P and (n, d) features; `bias` only with "linear"."""
    return ReluInput(rows, features) if activation == "relu" else LinearInput(rows, features, bias)


def _join(left: FloatArray, right: FloatArray) -> FloatArray:
    return np.concatenate([left, right], axis=1)


def _lighter(matrix: sparse.sparray | FloatArray) -> FeatureMatrix:
    """Dense where more than a tenth is filled, which is where dense products win; else sparse."""
    if isinstance(matrix, np.ndarray):
        return matrix
    result = sparse.csr_array(matrix)
    return result.toarray() if result.nnz > _DENSE_SHARE * np.prod(shape_of(result)) else result


def _products(matrix: FeatureMatrix, rows: IndexArray, cols: IndexArray) -> FloatArray:
    product = matrix[rows] @ matrix[cols].T
    return product if isinstance(product, np.ndarray) else product.toarray()


def _squared_norms(matrix: FeatureMatrix) -> FloatArray:
    if isinstance(matrix, np.ndarray):
        return np.einsum("ij,ij->i", matrix, matrix)
    return np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel()
