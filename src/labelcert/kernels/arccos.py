"""Arc-cosine functions: what an infinitely wide layer does to a covariance.

For Gaussian pre-activations with covariance Σ and variances d (the diagonal of Σ), a hidden layer
of infinitely many units produces ::

    E  = E[φ(z) φ(z)ᵀ]   = sqrt(d dᵀ) ⊙ κ₁(u)      covariance of the activations
    Ė  = E[φ'(z) φ'(z)ᵀ] = κ₀(u)                   covariance of their derivatives
    u  = Σ / sqrt(d dᵀ), clipped to [−1, 1], 1 where row and column are the same node
    κ₀(u) = (π − arccos u) / π
    κ₁(u) = (u (π − arccos u) + sqrt(1 − u²)) / π

for φ(z) = sqrt(2)·max(0, z), and E = Σ, Ė = 1 for the linear φ(z) = z; either way E_ii = d_i.

Source: Cho and Saul, "Kernel Methods for Deep Learning", NeurIPS 2009; in this notation [AN]
(Sabanayagam, Esser, Ghoshdastidar, TMLR 2023).

On purpose different from the published implementation of arXiv 2412.00537: that one clips the
covariance Σ_ij at the smaller of the two variances, here only |Σ_ij| ≤ sqrt(d_i d_j) is imposed,
which is all that holds (x₂ = 2 x₁ has Σ₁₂ = 2 d₁). The clip is off by up to 15 % against finite
networks on a small graph and makes the Cora-ML kernel indefinite, so the ReLU graph figures of the
paper are not reproduced to the digit.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from labelcert.kernels.arrays import FloatArray, IndexArray

Activation = Literal["relu", "linear"]

# Closer than this to ±1, u cannot be told from ±1 after the rounding of Σ and d. κ₀ has infinite
# slope there: without the snap, duplicate nodes would differ from themselves by 5e-9.
_SNAP = 1.0 - 16 * np.finfo(np.float64).eps


def kappa0(u: FloatArray) -> FloatArray:
    """κ₀(u) = (π − arccos u)/π for u in [−1, 1], any shape: from 0 at −1 to 1 at 1."""
    return 1.0 - np.arccos(u) / np.pi


def kappa1(u: FloatArray) -> FloatArray:
    """κ₁(u) = (u(π − arccos u) + sqrt(1 − u²))/π for u in [−1, 1], any shape: 0 at −1, 1 at 1."""
    return u * kappa0(u) + np.sqrt((1.0 - u) * (1.0 + u)) / np.pi


def snapped(u: FloatArray) -> FloatArray:
    """Correlations (any shape, changed in place) that rounding cannot tell from ±1 as ±1."""
    np.copyto(u, 1.0, where=u > _SNAP)
    np.copyto(u, -1.0, where=u < -_SNAP)
    return u


def correlation(
    sigma: FloatArray,
    row_variance: FloatArray,
    col_variance: FloatArray,
    row_ids: IndexArray,
    col_ids: IndexArray,
) -> FloatArray:
    """Correlations u of a covariance block.

    Args:
        sigma: (p, q) covariance between row and column nodes.
        row_variance: (p,) variances of the row nodes, ≥ 0.
        col_variance: (q,) variances of the column nodes, ≥ 0.
        row_ids: (p,) sorted distinct node numbers of the rows.
        col_ids: (q,) sorted distinct node numbers of the columns.

    Returns:
        (p, q) array in [−1, 1], exactly 1 where row and column are the same node. A node of
        variance zero has u = 0 with every other node: it is treated as the limit of a small
        independent noise, which keeps κ₀(u) and κ₁(u) positive semidefinite.
    """
    u = sigma * _inverse_root(row_variance)[:, None]
    u *= _inverse_root(col_variance)[None, :]
    snapped(u)
    _, in_rows, in_cols = np.intersect1d(row_ids, col_ids, assume_unique=True, return_indices=True)
    u[in_rows, in_cols] = 1.0
    return u


def activation_pair(
    activation: Activation,
    sigma: FloatArray,
    row_variance: FloatArray,
    col_variance: FloatArray,
    row_ids: IndexArray,
    col_ids: IndexArray,
) -> tuple[FloatArray, FloatArray]:
    """Blocks (E, Ė) of an activation, each (p, q); the arguments are those of `correlation`.

    Where a variance is zero, E = 0 and (ReLU) Ė = κ₀(0) = ½, or 1 on the node itself. The linear
    activation returns `sigma` itself and a read-only array of ones.
    """
    if activation == "linear":
        return sigma, np.broadcast_to(np.float64(1.0), sigma.shape)
    u = correlation(sigma, row_variance, col_variance, row_ids, col_ids)
    derivative = kappa0(u)
    covariance = u * derivative  # κ₁(u) = u κ₀(u) + sqrt(1 − u²)/π
    covariance += np.sqrt((1.0 - u) * (1.0 + u)) / np.pi
    covariance *= np.sqrt(row_variance)[:, None]
    covariance *= np.sqrt(col_variance)[None, :]
    return covariance, derivative


def _inverse_root(variance: FloatArray) -> FloatArray:
    positive = variance > 0
    return np.where(positive, 1.0 / np.sqrt(np.where(positive, variance, 1.0)), 0.0)
