"""A budget is a count of flips or a percentage of the labels; always told as a count."""

from __future__ import annotations

import operator
from fractions import Fraction
from typing import Any

from labelcert._errors import InputError


def as_count(budget: Any, n: int, name: str = "max_flips") -> int:
    """Turn a budget into a count of flips.

    budget: an integer ≥ 0, or a string such as "3", "10%" or "12.5%" (of the n labels, rounded down
    in exact arithmetic: 29% of 100 labels is 29). Raises InputError for anything else.
    """
    if isinstance(budget, str):
        return _from_text(budget.strip(), n, name)
    try:
        count = operator.index(budget)
    except TypeError:
        raise InputError(
            f"{name}={budget!r} is not a count: pass an integer, or a percentage such as '10%'."
        ) from None
    if isinstance(budget, bool):
        raise InputError(f"{name}={budget!r} is not a count: pass an integer.")
    if count < 0:
        raise InputError(f"{name}={count} is negative: pass 0 or more flips.")
    return count


def _from_text(text: str, n: int, name: str) -> int:
    is_share = text.endswith("%")
    try:
        count = 0 if is_share else int(text)
        share = Fraction(text[:-1].strip()) / 100 if is_share else Fraction(0)
    except (ValueError, ZeroDivisionError):
        raise InputError(
            f"{name}={text!r} is not a budget: pass a count such as 3 or a percentage such as 10%."
        ) from None
    if not is_share:
        return as_count(count, n, name)
    if not 0 <= share <= 1:
        raise InputError(f"{name}={text!r} is out of range: pass 0% to 100%.")
    return int(share * n)
