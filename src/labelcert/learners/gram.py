"""Check a Gram matrix and make it safely positive semidefinite.

Uniqueness of every decision value, and with it every certificate, rests on Q being positive
semidefinite. A computed Q often misses that by rounding. Where the smallest eigenvalue cannot be
told from a negative one, a diagonal shift just large enough to make it provably non-negative is
added and reported; the certificate is then one of the shifted kernel. A matrix that misses it by
more than rounding of 32-bit floats explains is refused.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from labelcert._errors import InputError
from labelcert.intake.arrays import dense_matrix
from labelcert.learners.exact import is_positive_semidefinite

INDEFINITE = 1e-5
"""A smallest eigenvalue below −INDEFINITE times the largest is an indefinite matrix."""

EXACT_CHECK_SIZE = 40
"""Up to this n a doubtful matrix is checked in exact arithmetic before it is shifted."""


class CheckedGram(NamedTuple):
    """A positive semidefinite Gram matrix with its eigendecomposition."""

    matrix: np.ndarray  # (n, n) float64, symmetric, the shift included
    shift: float  # what was added to the diagonal; 0.0 if nothing
    eigenvalues: np.ndarray  # (n,) ascending, clipped at 0
    eigenvectors: np.ndarray  # (n, n) columns


def check_gram(gram: Any, name: str = "gram") -> CheckedGram:
    """Validate a Gram matrix (n, n).

    Raises InputError if it is not square, finite, symmetric (to 1e-6 of its largest entry), or
    positive semidefinite (to 1e-5 of its largest eigenvalue).
    """
    matrix = dense_matrix(gram, name)
    n = matrix.shape[0]
    if matrix.shape != (n, n) or n == 0:
        raise InputError(f"{name} has shape {matrix.shape}: pass a square, non-empty matrix.")
    size = float(np.abs(matrix).max())
    if size > 1e150 or 0 < size < 1e-150:
        raise InputError(f"{name} has entries of size {size:.0e}: rescale the kernel towards 1.")
    if np.abs(matrix - matrix.T).max() > 1e-6 * size:
        raise InputError(
            f"{name} is not symmetric: pass the kernel of the labeled points with themselves."
        )
    if not np.array_equal(matrix, matrix.T):
        matrix = (matrix + matrix.T) / 2
    values, vectors = np.linalg.eigh(matrix)
    if values[0] < -INDEFINITE * max(abs(values[-1]), size):
        raise InputError(
            f"{name} is indefinite (smallest eigenvalue {values[0]:.3g}): "
            "pass a positive semidefinite kernel matrix."
        )
    shift = _needed_shift(matrix, values)
    if shift > 0:
        matrix = matrix.copy()
        matrix[np.diag_indices(n)] += shift
    return CheckedGram(matrix, shift, np.maximum(values + shift, 0.0), vectors)


def _needed_shift(matrix: np.ndarray, eigenvalues: np.ndarray) -> float:
    n = matrix.shape[0]
    # Bound on the backward error of a symmetric eigensolver, with room for its constant.
    doubt = 8 * n * np.finfo(float).eps * float(np.abs(eigenvalues).max())
    if eigenvalues[0] >= doubt:
        return 0.0
    in_doubt = eigenvalues[0] >= -doubt
    if in_doubt and n <= EXACT_CHECK_SIZE and is_positive_semidefinite(matrix):
        return 0.0
    return float(2 * doubt - eigenvalues[0])
