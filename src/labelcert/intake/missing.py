"""What stands for a value that is not there."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from labelcert._errors import InputError

NO_LABEL = -(2**63)
"""What integer labels of a graph hold at a node without one, as NumPy's dates hold it for NaT."""

_NEVER_MISSING = {bool, int, str, bytes}  # but for NO_LABEL


def is_missing(value: Any) -> bool:
    """Whether a single value is None, NaN, NaT, pandas' NA, NumPy's `masked` or `NO_LABEL`.

    pandas is not imported for it. Empty text is something else: see `is_blank`.
    """
    if value is None or value is np.ma.masked:
        return True
    if isinstance(value, int):
        return value == NO_LABEL
    if isinstance(value, (float, complex, np.inexact)):
        return bool(np.isnan(value))
    if isinstance(value, (np.datetime64, np.timedelta64)):
        return bool(np.isnat(value))
    if isinstance(value, Decimal):
        return value.is_nan()
    kind = type(value)
    return kind.__name__ in {"NAType", "NaTType"} and kind.__module__.startswith("pandas")


def is_blank(value: Any) -> bool:
    """Whether a value is text without a visible character."""
    return isinstance(value, (str, bytes)) and not value.strip()


def refuse_missing(items: Sequence[Any], argument: str, remedy: str) -> None:
    """Raise InputError at the first missing entry of a sequence."""
    if set(map(type, items)) <= _NEVER_MISSING and NO_LABEL not in items:
        return
    for position, value in enumerate(items):
        if is_missing(value):
            more = sum(map(is_missing, items)) - 1
            others = f" and {more} more" if more else ""
            raise InputError(
                f"{argument} has a missing value at position {position}{others}: {remedy}."
            )
