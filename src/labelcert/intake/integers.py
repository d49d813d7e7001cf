"""One integer for each of n points, such as what flipping a label costs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.intake.items import items_of
from labelcert.intake.missing import refuse_missing


def as_integers(values: Any, argument: str, count: int, each: str, *, least: int) -> list[int]:
    """(count,) integers of at least `least`, of any size, as Python integers.

    Floats are taken where they are whole and small enough to be one integer, as tables hold them.
    each: what has one, for messages. Raises InputError: another length, missing values, fractions,
    booleans, text, or values below `least`.
    """
    items = items_of(values, argument, f"one integer for each {each}")
    if len(items) != count:
        raise InputError(
            f"{argument} has {len(items)} entries for {count} {each}s: pass one for each."
        )
    refuse_missing(items, argument, "fill it in")
    numbers: list[int] = []
    for position, value in enumerate(items):
        number = _integer(value)
        if number is None or number < least:
            raise InputError(
                f"{argument} must be integers of {least} or more, and position {position} holds "
                f"{value!r}: pass whole numbers."
            )
        numbers.append(number)
    return numbers


def _integer(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, (float, np.floating)) and math.isfinite(value):
        return int(value) if value == math.floor(value) and abs(value) < 2**53 else None
    return None
