"""Check a Gram matrix and make it safely positive semidefinite.

Uniqueness of every decision value, and with it every certificate, rests on Q being positive
semidefinite. A computed Q often misses that by rounding. Where that cannot be told from the real
thing, a diagonal shift just large enough to make it provably so is added and reported. Verdicts
then hold for the shifted kernel and, where the given one is positive semidefinite after all, for
that one too: error bars are wide enough for both (`labelcert.learners.error_bars`). A matrix that
misses it by more than rounding of 32-bit floats explains is refused.

Small matrices are judged by their eigenvalues, and in exact arithmetic where these are in doubt;
large ones by a Cholesky factorization, which proves it if it runs to its end (Rump, "Verification
of positive definiteness", BIT 2006) and costs a tenth.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.intake.arrays import dense_matrix
from labelcert.learners.exact import is_positive_semidefinite

INDEFINITE = 1e-5
"""A smallest eigenvalue below −INDEFINITE times the largest is an indefinite matrix."""

EXACT_CHECK_SIZE = 40
"""Up to this n a doubtful matrix is checked in exact arithmetic before it is shifted."""

EIGEN_SIZE = 600
"""Up to this n eigenvalues are computed; beyond it a Cholesky factorization decides."""

ROWS = 256
"""Rows that are looked at together."""

SMALLEST, LARGEST = 1e-200, 1e100
"""Sizes, beside a kernel scaled to 1, between which no product underflows or overflows."""


def scale_of(matrix: np.ndarray) -> float:
    """The power of two nearest the largest diagonal entry; dividing by it is exact."""
    largest = float(matrix.diagonal().max())
    return 2.0 ** round(math.log2(largest)) if largest > 0 else 1.0


@dataclass(frozen=True, eq=False)
class CheckedGram:
    """A positive semidefinite Gram matrix.

    matrix (n, n) float64, symmetric, the shift included; shift: what was added to the diagonal, 0.0
    if nothing; given (n, n): without it.
    """

    matrix: np.ndarray
    shift: float
    given: np.ndarray

    @property
    def added(self) -> float:
        """What was added to any diagonal entry at the most: the shift, and the sum's rounding."""
        if self.shift == 0.0:
            return 0.0
        return self.shift + float(np.spacing(self.matrix.diagonal().max()))

    @cached_property
    def scale(self) -> float:
        """`scale_of` the matrix."""
        return scale_of(self.matrix)

    @cached_property
    def scaled(self) -> np.ndarray:
        """(n, n) the matrix over its scale: what all solvers work on. Not to be written to."""
        return np.ascontiguousarray(self.matrix if self.scale == 1.0 else self.matrix / self.scale)

    @cached_property
    def size(self) -> float:
        """The largest |entry| of `scaled`."""
        return max(float(self.scaled.max()), -float(self.scaled.min()))

    @cached_property
    def spectrum(self) -> tuple[np.ndarray, np.ndarray]:
        """Eigenvalues (n,) ascending, clipped at 0, and eigenvectors (n, n) as columns."""
        values, vectors = np.linalg.eigh(self.matrix)
        return np.maximum(values, 0.0), vectors


def check_gram(gram: Any, name: str = "gram") -> CheckedGram:
    """Validate a Gram matrix (n, n).

    Raises InputError if it is not square, finite, symmetric (to 1e-6 of its largest entry), or
    positive semidefinite (to 1e-5 of its largest eigenvalue).
    """
    matrix = dense_matrix(gram, name)
    n = matrix.shape[0]
    if matrix.shape != (n, n) or n == 0:
        raise InputError(f"{name} has shape {matrix.shape}: pass a square, non-empty matrix.")
    size = max(float(matrix.max()), -float(matrix.min()))
    if size > 1e150 or 0 < size < 1e-150:
        raise InputError(f"{name} has entries of size {size:.0e}: rescale the kernel towards 1.")
    skew = _skewness(matrix)
    if skew > 1e-6 * size:
        raise InputError(
            f"{name} is not symmetric: pass the kernel of the labeled points with themselves."
        )
    if skew > 0:
        matrix = (matrix + matrix.T) / 2
    _check_entries(matrix, name)
    shift = (
        _shift_by_eigenvalues(matrix, name) if n <= EIGEN_SIZE else _shift_by_factor(matrix, name)
    )
    if shift == 0.0:
        return CheckedGram(matrix, 0.0, matrix)
    shifted = matrix.copy()
    shifted[np.diag_indices(n)] += shift
    return CheckedGram(shifted, shift, matrix)


def check_magnitudes(
    gram: CheckedGram,
    cross: np.ndarray,
    C: float | None,
    ridge: float | None,
    name: str = "cross",
) -> None:
    """Refuse what would underflow or overflow beside the kernel; raises InputError.

    cross (m, n) rows, called name, and C or ridge, all as handed in.
    """
    scale = gram.scale
    size = np.abs(cross)
    largest, smallest = float(size.max(initial=0.0)), _smallest(size, cross)
    with np.errstate(over="ignore", under="ignore"):
        fits = largest / scale <= LARGEST, smallest / scale >= SMALLEST
    if not fits[0]:
        raise InputError(
            f"{name} has an entry of size {largest:.1e} beside a kernel of size {scale:.1e}: "
            "rescale features so that both are of one order."
        )
    if not fits[1]:
        raise InputError(
            f"{name} has an entry of size {smallest:.1e} beside a kernel of size {scale:.1e}: set "
            "entries that small to 0, or rescale the kernel."
        )
    if C is not None and not 1 / LARGEST <= C * scale <= LARGEST:
        raise InputError(
            f"C={C:g} is out of range for a kernel of size {scale:.1e}: rescale the kernel "
            f"towards 1, and pass a C between {1 / LARGEST:g} and {LARGEST:g}."
        )
    if ridge is not None and not 1 / LARGEST <= ridge / scale <= LARGEST:
        raise InputError(
            f"ridge={ridge:g} is out of range for a kernel of size {scale:.1e}: rescale the "
            "kernel towards 1."
        )


def _skewness(matrix: np.ndarray) -> float:
    """The largest |entry| of the matrix less its transpose, without another matrix in memory."""
    steps = [slice(at, at + ROWS) for at in range(0, len(matrix), ROWS)]
    return max(
        float(np.abs(matrix[a, b] - matrix[b, a].T).max())
        for k, a in enumerate(steps)
        for b in steps[: k + 1]
    )


def _smallest(size: np.ndarray, entries: np.ndarray) -> float:
    """The smallest size of an entry that is not 0; inf if all are."""
    return float(size.min(where=entries != 0, initial=np.inf))


def _smallest_below(limit: float, size: np.ndarray) -> float:
    """The smallest size of an entry that is not 0, inf if none lies below a limit."""
    return _smallest(size, size) if bool((size < limit).any()) else np.inf


def _check_entries(matrix: np.ndarray, name: str) -> None:
    largest = float(matrix.diagonal().max())
    parts = (matrix[at : at + ROWS] for at in range(0, len(matrix), ROWS))
    smallest = min(_smallest_below(SMALLEST * largest, np.abs(part)) for part in parts)
    if largest > 0 and not smallest / largest >= SMALLEST:
        raise InputError(
            f"{name} has an entry of size {smallest:.1e} beside a diagonal of {largest:.1e}: set "
            "entries that small to 0, or rescale the features."
        )


def _shift_by_eigenvalues(matrix: np.ndarray, name: str) -> float:
    n = matrix.shape[0]
    values = np.linalg.eigvalsh(matrix)
    if not values[0] >= -INDEFINITE * max(abs(values[-1]), float(np.abs(matrix).max())):
        raise _indefinite(name, f" (smallest eigenvalue {values[0]:.3g})")
    # Bound on the backward error of a symmetric eigensolver, with room for its constant.
    doubt = 8 * n * np.finfo(float).eps * float(np.abs(values).max())
    if values[0] >= doubt:
        return 0.0
    in_doubt = values[0] >= -doubt
    if in_doubt and n <= EXACT_CHECK_SIZE and is_positive_semidefinite(matrix):
        return 0.0
    return float(2 * doubt - values[0])


def _shift_by_factor(matrix: np.ndarray, name: str) -> float:
    """The smallest shift of a few that a factorization proves to be enough."""
    n = matrix.shape[0]
    # Where a factorization ends, no eigenvalue lies below minus this: n + 1 unit roundoffs of the
    # trace, and half as much again for the trace's own rounding.
    doubt = 0.75 * (n + 2) * np.finfo(float).eps * float(matrix.trace())
    largest = float(np.linalg.norm(matrix.sum(axis=1)) / math.sqrt(n))  # a lower bound
    limit = INDEFINITE * max(largest, float(np.abs(matrix).max()))
    shift = 0.0
    while shift <= limit:
        if _has_factor(matrix, shift - doubt):
            return shift
        shift = 2 * doubt if shift == 0.0 else 30 * shift
    raise _indefinite(name, "")


def _has_factor(matrix: np.ndarray, shift: float) -> bool:
    from scipy.linalg import LinAlgError, cho_factor

    moved = np.array(matrix.T, order="F")  # symmetric: a plain copy
    moved[np.diag_indices(len(moved))] += shift
    try:
        factor, _ = cho_factor(moved, lower=True, overwrite_a=True, check_finite=False)
    except LinAlgError:
        return False
    return bool(np.isfinite(factor.diagonal()).all())


def _indefinite(name: str, detail: str) -> InputError:
    return InputError(f"{name} is indefinite{detail}: pass a positive semidefinite kernel matrix.")
