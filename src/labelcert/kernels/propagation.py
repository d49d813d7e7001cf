"""Propagation matrices: how a graph mixes the nodes of one layer.

All are built from A, the adjacency times `edge_weight` (weighted before self-loops are added)::

    row         S = D⁻¹ (A + I)             D: degrees of A + I
    symmetric   S = D^−½ (A + I) D^−½
    none        S = A + I                   GIN, and GCN without normalization
    GraphSAGE   S = D_A⁻¹ A + I             D_A: degrees of A; a node without edges keeps S_ii = 1
    APPNP       `steps` times Z ← (1−α) S Z + α I, from Z = I
    PPNP        α (I − (1−α) S)⁻¹

A recursion asks a `Propagation` for rows only, so that APPNP and PPNP never form an (n, n) matrix.

Sources: arXiv 2412.00537; Gasteiger et al., "Predict then Propagate", ICLR 2019 (APPNP, PPNP).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from scipy import sparse

from labelcert.kernels.arrays import IndexArray, shape_of

Normalization = Literal["row", "symmetric"] | None

_SOLVE_BATCH = 256


@runtime_checkable
class Propagation(Protocol):
    """A fixed linear map between nodes, known by its rows."""

    def rows(self, nodes: IndexArray) -> sparse.csr_array:
        """Rows `nodes` (k,) of the (n, n) matrix, as a (k, n) sparse array."""
        ...


@dataclass(frozen=True)
class Matrix:
    """A propagation whose (n, n) sparse matrix is at hand."""

    matrix: sparse.csr_array

    def rows(self, nodes: IndexArray) -> sparse.csr_array:
        """Rows of the matrix, copied."""
        return sparse.csr_array(self.matrix[nodes])


@dataclass(frozen=True)
class PersonalizedSteps:
    """APPNP: `steps` times Z ← (1−α) S Z + α I.

    Z is a polynomial in S, so it commutes with S and its rows obey the same recursion from the
    right: B ← (1−α) B S + α I[rows]. Cost per row: the edges within `steps` hops.
    """

    matrix: sparse.csr_array
    alpha: float
    steps: int

    def rows(self, nodes: IndexArray) -> sparse.csr_array:
        """Rows of the polynomial, one sparse product a step."""
        start = identity(shape_of(self.matrix)[0])[nodes]
        block = start
        for _ in range(self.steps):
            block = (1.0 - self.alpha) * (block @ self.matrix) + self.alpha * start
        return sparse.csr_array(block)


@dataclass(frozen=True)
class PersonalizedLimit:
    """PPNP: α (I − (1−α) S)⁻¹, for a matrix S of spectral radius at most 1 and α in (0, 1].

    One sparse LU factorisation a call, then one solve a row; rows are dense within a connected
    component. Prefer APPNP where the factors fill in (random graphs from about 20,000 nodes).
    """

    matrix: sparse.csr_array
    alpha: float

    def rows(self, nodes: IndexArray) -> sparse.csr_array:
        """Rows of the inverse, from solves with its transpose."""
        from scipy.sparse.linalg import splu

        count = shape_of(self.matrix)[0]
        system = identity(count) - (1.0 - self.alpha) * self.matrix
        factors = splu(system.tocsc())
        parts = []
        for start in range(0, len(nodes), _SOLVE_BATCH):
            batch = nodes[start : start + _SOLVE_BATCH]
            right = np.zeros((count, len(batch)))
            right[batch, np.arange(len(batch))] = self.alpha
            parts.append(sparse.csr_array(factors.solve(right, trans="T").T))
        return sparse.csr_array(sparse.vstack(parts, format="csr"))


def identity(count: int) -> sparse.csr_array:
    """The (count, count) identity, sparse."""
    return sparse.csr_array(sparse.eye_array(count, format="csr"))


def self_loop_matrix(
    adjacency: sparse.csr_array, normalization: Normalization, edge_weight: float = 1.0
) -> sparse.csr_array:
    """S of GCN, SGC, (A)PPNP and GIN: A + I, normalised by rows, symmetrically, or not at all.

    Args:
        adjacency: (n, n) with entries ≥ 0.
        normalization: "row", "symmetric" or None.
        edge_weight: factor of the adjacency, > 0.

    Returns:
        (n, n) sparse array; an isolated node has S_ii = 1 and nothing else.
    """
    looped = edge_weight * adjacency + identity(shape_of(adjacency)[0])
    degrees = np.asarray(looped.sum(axis=1)).ravel()
    if normalization == "row":
        return _scale(looped, 1.0 / degrees, None)
    if normalization == "symmetric":
        root = 1.0 / np.sqrt(degrees)
        return _scale(looped, root, root)
    return sparse.csr_array(looped)


def neighbour_matrix(
    adjacency: sparse.csr_array, normalization: Normalization, edge_weight: float = 1.0
) -> sparse.csr_array:
    """S of GraphSAGE: D_A⁻¹ A + I for "row" (the mean of the neighbours), A + I for None (sum)."""
    weighted = sparse.csr_array(edge_weight * adjacency)
    if normalization == "row":
        degrees = np.asarray(weighted.sum(axis=1)).ravel()
        inverse = np.where(degrees > 0, 1.0 / np.where(degrees > 0, degrees, 1.0), 0.0)
        weighted = _scale(weighted, inverse, None)
    return sparse.csr_array(weighted + identity(shape_of(adjacency)[0]))


def _scale(
    matrix: sparse.spmatrix | sparse.sparray, left: np.ndarray, right: np.ndarray | None
) -> sparse.csr_array:
    """diag(left) · matrix · diag(right), without changing the pattern."""
    result = sparse.csr_array(matrix, copy=True)
    result.data *= np.repeat(left, np.diff(result.indptr))
    if right is not None:
        result.data *= right[result.indices]
    return result
