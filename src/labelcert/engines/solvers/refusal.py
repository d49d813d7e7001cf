"""What a solver says to a call, looked at in one place: done, or refused.

HiGHS answers every call with a status and raises nothing: a row with a coefficient of 1e15 is
simply not there afterwards. Whoever overlooks that reads the multipliers of another program than
the one they think of. So every call of `labelcert.engines.solvers` passes `accepted`, and whoever
asked is told: a refusal costs a bound, never a certificate.
Source: our own note.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

FAILURES = (RuntimeError, ValueError, IndexError, OverflowError, MemoryError)
"""What a C++ exception inside a solver becomes on its way through pybind11."""


def accepted(call: Callable[..., Any], *arguments: Any) -> bool:
    """Whether a call of HiGHS was carried out, warnings included.

    HiGHS takes NaN for a number, so what is not a number is refused here. A warning means that
    something negligible was left out, such as a coefficient below 1e-9. That changes how good
    multipliers are, and no bound is proven from the solver's own matrix.
    """
    import highspy

    if any(_holds_nan(argument) for argument in arguments):
        return False
    try:
        status = call(*arguments)
    except FAILURES:
        return False
    return status in (highspy.HighsStatus.kOk, highspy.HighsStatus.kWarning)


def _holds_nan(argument: Any) -> bool:
    """Whether a number or an array of them holds one that is none."""
    if isinstance(argument, float):
        return math.isnan(argument)
    return isinstance(argument, np.ndarray) and bool(np.isnan(argument).any())
