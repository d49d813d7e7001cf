"""Kernel ridge regression as a linear map of the labels, with its error.

f_t(y) = k_tᵀ(K + λI)⁻¹ y (``math.md`` 7), with the kernel as given: λ stands for any shift of its
diagonal. The computed weights ĥ_t differ from the true ones by at most ‖k_t − (K + λI) ĥ_t‖₂ / μ in
length, where μ = λ − s bounds the smallest eigenvalue, because K + sI is positive semidefinite.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np

from labelcert._errors import InputError
from labelcert.learners.exact import never, solve
from labelcert.learners.gram import CheckedGram

EXACT_SIZE = 150


def ridge_weights(
    gram: CheckedGram, cross: np.ndarray, ridge: float
) -> tuple[np.ndarray, np.ndarray]:
    """Weights h (m, n) and bounds (m,) on ‖ĥ_t − h_t‖₂, rounding of the residual included."""
    n = len(gram.given)
    system = gram.given + ridge * np.eye(n)
    unit = np.finfo(float).eps
    smallest = ridge - gram.added
    factor = _factor(system)
    if factor is None or not smallest > 0:
        raise InputError(
            f"ridge={ridge:g} is too small for this kernel's rounding: use a larger ridge."
        )
    from scipy.linalg import cho_solve

    weights = cho_solve((factor, True), cross.T).T
    weights += cho_solve((factor, True), (cross - weights @ system).T).T
    residual = cross - weights @ system
    rounding = 2 * n * unit * (np.abs(weights) @ np.abs(system) + np.abs(cross))
    error = np.linalg.norm(np.abs(residual) + rounding, axis=1) / smallest
    return weights, error * (1 + n * unit)


def _factor(system: np.ndarray) -> np.ndarray | None:
    try:
        return np.linalg.cholesky(system)
    except np.linalg.LinAlgError:
        return None


def exact_ridge_weights(
    gram: CheckedGram, row: np.ndarray, ridge: float, expired: Callable[[], bool] = never
) -> list[Fraction] | None:
    """h_t (n,) in exact arithmetic; None if n is too large for it, or once `expired`."""
    n = len(gram.given)
    if n > EXACT_SIZE:
        return None
    system = [[Fraction(float(v)) for v in values] for values in gram.given]
    for i in range(n):
        system[i][i] += Fraction(float(ridge))
    return solve(system, [Fraction(float(v)) for v in row], expired)
