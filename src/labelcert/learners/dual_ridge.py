"""The dual coefficients of kernel ridge regression, (K + λI)⁻¹ y for the labels as they are.

They predict and carry no error bars: certificates ask `labelcert.learners.ridge_weights` instead.
"""

from __future__ import annotations

import numpy as np

from labelcert._errors import InputError
from labelcert.learners.gram import CheckedGram


def dual_ridge(gram: CheckedGram, targets: np.ndarray, ridge: float) -> np.ndarray:
    """Coefficients for targets ±1, both (n,) or (n, machines); λ = ridge > 0.

    Raises InputError where λ is lost in the kernel's rounding. Cost: one Cholesky factorization.
    """
    from scipy.linalg import LinAlgError, cho_factor, cho_solve

    system = gram.given + ridge * np.eye(len(gram.given))
    try:
        factor = cho_factor(system, lower=True, check_finite=False)
    except LinAlgError:
        raise InputError(
            f"ridge={ridge:g} is too small for this kernel's rounding: use a larger ridge."
        ) from None
    return cho_solve(factor, targets, check_finite=False)
