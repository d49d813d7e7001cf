"""Single numbers and flags; a boolean is no number, and text is none either."""

from __future__ import annotations

import math
import os
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from labelcert._errors import InputError


def whole_or_none(value: Any) -> int | None:
    """The integer that a value is, of Python, NumPy or a tensor; None for anything else."""
    plain = _plain(value)
    return plain if isinstance(plain, int) and not isinstance(plain, bool) else None


def real_or_none(value: Any) -> float | None:
    """The float nearest to a number (integer, float, Fraction, Decimal); None for anything else."""
    plain = _plain(value)
    if isinstance(plain, bool) or not isinstance(
        plain, (int, float, Fraction, Decimal, np.floating)
    ):
        return None
    try:
        return float(plain)
    except OverflowError:
        return math.inf if plain > 0 else -math.inf
    except ValueError:  # a signaling NaN
        return math.nan


def whole(value: Any, argument: str, least: int, most: int | None = None) -> int:
    """An integer of least or more (and most or less); raises InputError for anything else."""
    number = whole_or_none(value)
    if number is None or number < least or (most is not None and number > most):
        upper = "" if most is None else f" and at most {most}"
        raise InputError(
            f"{argument} is {told(value)}: pass a whole number of at least {least}{upper}."
        )
    return number


def real(value: Any, argument: str, least: float, most: float = math.inf) -> float:
    """A finite float in [least, most]; raises InputError for anything else."""
    number = real_or_none(value)
    if number is None:
        raise InputError(f"{argument} is {told(value)}: pass a number.")
    if not (math.isfinite(number) and least <= number <= most):
        upper = "" if math.isinf(most) else f" and at most {most:g}"
        raise InputError(
            f"{argument} is {told(value)}: pass a number of at least {least:g}{upper}."
        )
    return number


def positive(value: Any, argument: str) -> float:
    """A number above 0, for C and ridge, within 1e-100 … 1e100; raises InputError."""
    number = real_or_none(value)
    if number is None or not math.isfinite(number) or number <= 0:
        raise InputError(f"{argument}={told(value)} is not allowed: pass a positive number.")
    if not 1e-100 < number < 1e100:
        raise InputError(
            f"{argument}={told(value)} is out of range: pass a value between 1e-100 and 1e100."
        )
    return number


def seconds(value: Any, argument: str) -> float | None:
    """Seconds ≥ 0; None and infinity mean no limit. Raises InputError."""
    if value is None:
        return None
    number = real_or_none(value)
    if number is None or math.isnan(number) or number < 0:
        raise InputError(f"{argument}={told(value)} is not allowed: pass seconds of 0 or more.")
    return None if math.isinf(number) else number


def jobs(value: Any, argument: str) -> int:
    """Number of threads ≥ 1; None and −1 mean all cores this process may use."""
    number = -1 if value is None else whole_or_none(value)
    if number == -1:
        if hasattr(os, "sched_getaffinity"):
            return len(os.sched_getaffinity(0))
        return os.cpu_count() or 1
    if number is None or number < 1:
        raise InputError(
            f"{argument}={told(value)} is not allowed: pass 1 or more, or -1 for all cores."
        )
    return number


def flag(value: Any, argument: str) -> bool:
    """True or False, of Python or NumPy; the text "no" is neither. Raises InputError."""
    if not isinstance(value, (bool, np.bool_)):
        raise InputError(f"{argument} is {told(value)}: pass True or False.")
    return bool(value)


def told(value: Any) -> str:
    """A value as a short text for a sentence, on one line."""
    text = " ".join(repr(_plain(value)).split())
    return text if len(text) <= 60 else text[:60] + "…"


def _plain(value: Any) -> Any:
    """NumPy scalars, and arrays and tensors of no dimension, as what they hold."""
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
            return None  # what lies under the mask is not meant
        wide = isinstance(value, np.floating) and value.dtype.itemsize > 8
        return value if wide else value.item()
    return value
