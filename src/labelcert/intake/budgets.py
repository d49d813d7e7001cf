"""A budget is a count or a percentage; always told as a count."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from labelcert._errors import InputError
from labelcert.intake.numbers import told, whole_or_none

_COUNT = re.compile(r"[+-]?[0-9]{1,4000}", re.ASCII)
_SHARE = re.compile(r"[+-]?[0-9]{1,400}(\.[0-9]{0,400}|/[0-9]{1,400})?|\.[0-9]{1,400}", re.ASCII)


def as_count(budget: Any, total: int, name: str = "max_flips") -> int:
    """Turn a budget into a count, a Python integer of any size.

    budget: an integer ≥ 0, or a string such as "3", "10%" or "12.5%" (of the total, rounded down
    in exact arithmetic: 29% of 100 labels is 29). A count may exceed the total: who asks caps it
    at what can be spent. Raises InputError for anything else.
    """
    if isinstance(budget, str):
        return _from_text(budget.strip(), total, name)
    count = whole_or_none(budget)
    if count is None:
        raise InputError(
            f"{name}={told(budget)} is not a count: pass an integer, or a percentage such as '10%'."
        )
    if count < 0:
        raise InputError(f"{name}={told(count)} is negative: pass 0 or more flips.")
    return count


def _from_text(text: str, total: int, name: str) -> int:
    if _COUNT.fullmatch(text):
        return as_count(int(text), total, name)
    number = text[:-1].strip()
    try:
        share = Fraction(number) / 100 if text.endswith("%") and _SHARE.fullmatch(number) else None
    except ZeroDivisionError:
        share = None
    if share is None:
        raise InputError(
            f"{name}={told(text)} is not a budget: pass a count such as 3 or a percentage such as "
            "10%."
        )
    if not 0 <= share <= 1:
        raise InputError(f"{name}={told(text)} is out of range: pass 0% to 100%.")
    return int(share * total)
