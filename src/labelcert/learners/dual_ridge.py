"""The dual coefficients of kernel ridge regression, (K + λI)⁻¹ y for the labels as they are.

They predict and carry no error bars: certificates ask `labelcert.learners.ridge_weights` instead.
"""

from __future__ import annotations

import numpy as np

from labelcert._errors import InputError
from labelcert.learners.gram import CheckedGram, factor_of


def dual_ridge(gram: CheckedGram, targets: np.ndarray, ridge: float) -> np.ndarray:
    """Coefficients for targets ±1, both (n,) or (n, machines); λ = ridge > 0.

    Raises InputError where λ is lost in the kernel's rounding. Cost: one Cholesky factorization.
    """
    from scipy.linalg import cho_solve

    factor = factor_of(gram.source, ridge)
    if factor is None:
        raise InputError(
            f"ridge={ridge:g} is too small for this kernel's rounding: use a larger ridge."
        )
    return cho_solve((factor, True), targets, check_finite=False)
