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
from labelcert.learners.gram_rows import GramRows

INDEFINITE = 1e-5
"""A smallest eigenvalue below −INDEFINITE times the largest is an indefinite matrix."""

EXACT_CHECK_SIZE = 40
"""Up to this n a doubtful matrix is checked in exact arithmetic before it is shifted."""

EIGEN_SIZE = 600
"""Up to this n eigenvalues are computed; beyond it a Cholesky factorization decides."""

SMALLEST, LARGEST = 1e-200, 1e100
"""Sizes, beside a kernel scaled to 1, between which no product underflows or overflows."""


@dataclass(frozen=True, eq=False)
class CheckedGram:
    """A positive semidefinite Gram matrix of n labels.

    source: without the shift, read by rows where n is large; shift: what was added to the diagonal,
    0.0 if nothing. `given` and `matrix` are copies of it unless nothing has to be converted or
    added.
    """

    source: GramRows
    shift: float = 0.0

    def __len__(self) -> int:
        return len(self.source)

    @cached_property
    def given(self) -> np.ndarray:
        """(n, n) float64, without the shift. Not to be written to."""
        return self.source.whole()

    @cached_property
    def matrix(self) -> np.ndarray:
        """(n, n) float64, the shift included. Not to be written to."""
        if self.shift == 0.0:
            return self.given
        return self.scaled if self.scale == 1.0 else self.source.copy(added=self.shift)

    @cached_property
    def diagonal(self) -> np.ndarray:
        """(n,) that of `matrix`."""
        return self.source.diagonal() + self.shift

    @property
    def added(self) -> float:
        """What was added to any diagonal entry at the most: the shift, and the sum's rounding."""
        if self.shift == 0.0:
            return 0.0
        return self.shift + float(np.spacing(self.diagonal.max()))

    @cached_property
    def scale(self) -> float:
        """The power of two nearest the largest diagonal entry; dividing by it is exact."""
        largest = float(self.diagonal.max())
        return 2.0 ** round(math.log2(largest)) if largest > 0 else 1.0

    @cached_property
    def scaled(self) -> np.ndarray:
        """(n, n) the matrix over its scale: what all solvers work on. Not to be written to."""
        if self.scale == 1.0 and self.shift == 0.0:
            return self.given
        return self.source.copy(self.scale, self.shift)

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
    kept = dense_matrix(gram, name, single=True)
    n = kept.shape[0]
    if kept.shape != (n, n) or n == 0:
        raise InputError(f"{name} has shape {kept.shape}: pass a square, non-empty matrix.")
    matrix = GramRows(kept)
    size = matrix.largest()
    if size > 1e150 or 0 < size < 1e-150:
        raise InputError(f"{name} has entries of size {size:.0e}: rescale the kernel towards 1.")
    skew = matrix.skewness()
    if skew > 1e-6 * size:
        raise InputError(
            f"{name} is not symmetric: pass the kernel of the labeled points with themselves."
        )
    if n <= EIGEN_SIZE:  # a copy is small, and read again and again
        matrix = GramRows(GramRows(kept, mean=skew > 0).whole())
        _check_entries(matrix, name)
        shift = _shift_by_eigenvalues(matrix.kept, name)
    else:
        matrix = GramRows(kept, mean=skew > 0)
        _check_entries(matrix, name)
        shift = _shift_by_factor(matrix, name)
    return CheckedGram(matrix, shift)


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


def _smallest(size: np.ndarray, entries: np.ndarray) -> float:
    """The smallest size of an entry that is not 0; inf if all are."""
    return float(size.min(where=entries != 0, initial=np.inf))


def _smallest_below(limit: float, size: np.ndarray) -> float:
    """The smallest size of an entry that is not 0, inf if none lies below a limit."""
    return _smallest(size, size) if bool((size < limit).any()) else np.inf


def _check_entries(matrix: GramRows, name: str) -> None:
    largest = float(matrix.diagonal().max())
    smallest = min(_smallest_below(SMALLEST * largest, np.abs(part)) for _, part in matrix.blocks())
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


def _shift_by_factor(matrix: GramRows, name: str) -> float:
    """The smallest shift of a few that a factorization proves to be enough."""
    n = len(matrix)
    # Where a factorization ends, no eigenvalue lies below minus this: n + 1 unit roundoffs of the
    # trace, and half as much again for the trace's own rounding.
    doubt = 0.75 * (n + 2) * np.finfo(float).eps * float(matrix.diagonal().sum())
    largest = float(np.linalg.norm(matrix.row_sums()) / math.sqrt(n))  # a lower bound
    limit = INDEFINITE * max(largest, matrix.largest())
    shift = 0.0
    while shift <= limit:
        if _has_factor(matrix, shift - doubt):
            return shift
        shift = 2 * doubt if shift == 0.0 else 30 * shift
    raise _indefinite(name, "")


def _has_factor(matrix: GramRows, shift: float) -> bool:
    factor = factor_of(matrix, shift)
    return factor is not None and bool(np.isfinite(factor.diagonal()).all())


def factor_of(matrix: GramRows, added: float, divisor: float = 1.0) -> np.ndarray | None:
    """The Cholesky factor (n, n), its lower triangle, of the matrix with `added` on its diagonal
    over a power of two; None where a pivot is not positive. One array of the size of the matrix."""
    from scipy.linalg import LinAlgError, cho_factor

    moved = matrix.copy(divisor, added).T  # symmetric, and in the order that LAPACK writes to
    try:
        return cho_factor(moved, lower=True, overwrite_a=True, check_finite=False)[0]
    except LinAlgError:
        return None


def _indefinite(name: str, detail: str) -> InputError:
    return InputError(f"{name} is indefinite{detail}: pass a positive semidefinite kernel matrix.")
