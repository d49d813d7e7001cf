"""Checks of single numbers that a user passes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from labelcert._errors import InputError


def whole(value: Any, argument: str, least: int) -> int:
    """Return an integer of at least ``least``; booleans and floats are no integers.

    Raises:
        InputError: something else.
    """
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise InputError(f"{argument} is {value!r}: pass a whole number of at least {least}")
    if value < least:
        raise InputError(f"{argument} is {value}: pass a whole number of at least {least}")
    return int(value)


def real(value: Any, argument: str, least: float, most: float = math.inf) -> float:
    """Return a finite float in [least, most].

    Raises:
        InputError: something else.
    """
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise InputError(f"{argument} is {value!r}: pass a number") from error
    if not (math.isfinite(number) and least <= number <= most):
        upper = "" if math.isinf(most) else f" and at most {most:g}"
        raise InputError(f"{argument} is {number:g}: pass a number of at least {least:g}{upper}")
    return number
