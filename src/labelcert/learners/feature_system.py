"""Ridge regression from features, K = FFᵀ: weights of all labels without a matrix of all pairs.

With features F (n, d) and λ > 0 the weights of a test point g are s = (K + λI)⁻¹Fg. Where d ≤ n,
s = Fa with (A + λI)a = g and A = FᵀF (d, d); else K (n, n) is the smaller matrix, and (K + λI)s =
Fg. Both are solved by whatever is at hand, refined once, and believed as far as their residual
goes (``math.md`` 11; the constants are our own note):

    d ≤ n:  s − Fa = −(K + λI)⁻¹F ρ,  ρ = Aa + λa − g,   ‖(K + λI)⁻¹F‖ ≤ 1/(2√λ)
    d > n:  s − ŝ  = −(K + λI)⁻¹ρ,    ρ = Kŝ + λŝ − Fg,  ‖(K + λI)⁻¹‖ ≤ 1/λ

A singular value σ of F is σ/(σ² + λ) ≤ 1/(2√λ) there. Nothing is assumed of the factorization, and
K is positive semidefinite by what it is. Rounding: A is a sum over blocks of rows, so that an entry
is off by (block + number of blocks) units of c_i c_j at the most, c the lengths of the columns of
F; with |A_ij| ≤ c_i c_j the products with |a| are bounded by ‖c‖ (c·|a|), without a matrix of
absolute values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelcert._errors import InputError
from labelcert.intake.feature_matrix import blocks_of

FloatArray = NDArray[np.float64]

UNIT = float(np.finfo(float).eps)
"""Twice what one operation is off by, as a share: the room for second orders."""

LONGEST = 4096
"""Products are added up in sums of so many at the most: a bound on rounding grows with it."""

TINY = 1e-290
"""More than all that numbers too small for a float can add to any sum here."""


@dataclass(frozen=True, eq=False)
class FeatureSystem:
    """What does not depend on λ: features (n, d), any real type, and the smaller of FᵀF and FFᵀ.

    matrix (p, p) float64, p = min(n, d); length (p,): upper bounds on the lengths of the columns
    (d ≤ n) or rows of F; sums: how many units an entry of the matrix is off by, as a share of the
    product of two lengths.
    """

    features: NDArray[Any]
    matrix: FloatArray
    length: FloatArray
    sums: float

    @property
    def wide(self) -> bool:
        """Whether there are more features than rows."""
        return self.features.shape[1] > self.features.shape[0]

    @cached_property
    def spectrum(self) -> tuple[FloatArray, FloatArray]:
        """Eigenvalues (p,) ascending, and eigenvectors (p, p) as columns: for many λ."""
        values, vectors = np.linalg.eigh(self.matrix)
        return values, vectors

    @classmethod
    def of(cls, features: NDArray[Any]) -> FeatureSystem:
        """Add up the matrix: O(n d p), a block of float64 at a time."""
        n, d = features.shape
        p, parts = min(n, d), 0
        matrix, square = np.zeros((p, p)), np.zeros(p)
        if d <= n:
            for _, block in blocks_of(features, LONGEST):
                matrix += block.T @ block
                parts += 1
        else:
            for at in range(0, d, LONGEST):
                part = np.ascontiguousarray(features[:, at : at + LONGEST], dtype=np.float64)
                matrix += part @ part.T
                parts += 1
        sums = float(min(LONGEST, max(n, d)) + parts + 2)
        square = matrix.diagonal() * (1 + 4 * sums * UNIT)
        return cls(features, matrix, np.sqrt(square) * (1 + 4 * UNIT), sums)

    def ridge(self, ridge: float, *, by_spectrum: bool = False) -> FeatureRidge:
        """The weights of one λ; by_spectrum: from one eigendecomposition for all λ.

        Raises InputError where λ is too small for the rounding of these features.
        """
        total = float((self.length**2).sum())
        if total > 0 and not 1e-100 < ridge / total < 1e100:
            raise InputError(
                f"ridge={ridge:g} is out of range for features of this size: rescale them "
                "towards 1."
            )
        solve = self._by_spectrum(ridge) if by_spectrum else self._by_factor(ridge)
        return FeatureRidge(self, ridge, solve)

    def _by_factor(self, ridge: float) -> Callable[[FloatArray], FloatArray]:
        from scipy.linalg import LinAlgError, cho_factor, cho_solve

        moved = np.array(self.matrix, order="F")
        moved[np.diag_indices(len(moved))] += ridge
        try:
            factor = cho_factor(moved, lower=True, overwrite_a=True, check_finite=False)
        except LinAlgError:
            raise _too_small(ridge) from None
        return lambda rhs: cho_solve(factor, rhs, check_finite=False)

    def _by_spectrum(self, ridge: float) -> Callable[[FloatArray], FloatArray]:
        values, vectors = self.spectrum
        if len(values) and not values[0] + ridge > 0:
            raise _too_small(ridge)
        inverse = 1 / (values + ridge)
        return lambda rhs: vectors @ (inverse[:, None] * (vectors.T @ rhs))


def _too_small(ridge: float) -> InputError:
    return InputError(
        f"ridge={ridge:g} is too small for these features' rounding: use a larger ridge."
    )


@dataclass(frozen=True, eq=False)
class FeatureRidge:
    """The weights s of test points for one λ; solve: (p, m) to nearly (matrix + λI)⁻¹ of it."""

    system: FeatureSystem
    ridge: float
    solve: Callable[[FloatArray], FloatArray]

    def coefficients(self, tests: NDArray[Any]) -> tuple[FloatArray, FloatArray]:
        """a (m, d) or ŝ (m, n) of tests (m, d), and bounds (m,) on how far `weights` of it are off.

        The bound is on the length of a row, ‖weights − truth‖₂, rounding of `weights` included.
        """
        system, lam = self.system, self.ridge
        given = np.ascontiguousarray(tests, dtype=np.float64)
        wide, d, p = system.wide, system.features.shape[1], len(system.matrix)
        rhs = (self._products(given) if wide else given).T
        found = self.solve(rhs)
        found = found + self.solve(rhs - (system.matrix @ found + lam * found))
        residual = np.linalg.norm(system.matrix @ found + lam * found - rhs, axis=0)
        size = np.linalg.norm(system.length)
        reach = system.length @ np.abs(found)  # ‖|F||a|‖ at the most
        own = np.linalg.norm(found, axis=0)
        sides = np.linalg.norm(given, axis=1)
        # Rounding of the matrix, of the products with it, and of the right side.
        off = (system.sums + p + 4) * UNIT * size * reach + 4 * UNIT * lam * own
        off += (d + 4) * UNIT * size * sides if wide else 4 * UNIT * sides
        off = (residual * (1 + (p + 8) * UNIT) + off + TINY) * (1 + (p + d + 8) * UNIT)
        if wide:
            return np.ascontiguousarray(found.T), off / lam * (1 + 8 * UNIT)
        error = off / (2 * np.sqrt(lam)) + (d + 4) * UNIT * reach + TINY
        return np.ascontiguousarray(found.T), error * (1 + (p + 8) * UNIT)

    def weights(self, coefficients: FloatArray) -> FloatArray:
        """(m, n) the weights of each label, for rows of `coefficients`."""
        return coefficients if self.system.wide else self._products(coefficients)

    def weights_of(self, coefficients: FloatArray, points: NDArray[np.int64]) -> FloatArray:
        """(m, k) the weights of some labels (k,), no further off than those of all."""
        if self.system.wide:
            return np.ascontiguousarray(coefficients[:, points])
        return coefficients @ self.system.features[points].astype(np.float64).T

    def _products(self, rows: FloatArray) -> FloatArray:
        """(m, n) inner products of rows (m, d) with all features."""
        features = self.system.features
        found = np.empty((len(rows), len(features)))
        for at, block in blocks_of(features):
            np.matmul(rows, block.T, out=found[:, at : at + len(block)])
        return found
