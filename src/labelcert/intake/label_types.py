"""Labels of one type: integers that keep their identity, or text that can be told apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelcert._errors import InputError
from labelcert.intake.missing import is_blank
from labelcert.intake.names import refuse_look_alikes
from labelcert.intake.numbers import told

LabelArray = NDArray[Any]
"""int64, uint64 (only where a label needs it) or NumPy unicode."""

_SPELLED_MISSING = ("nan", "NaN", "<NA>", "NaT")
"""What `str` makes of a missing value."""


def largest_whole(values: Any) -> int:
    """Below this the floats of an array are the integers they look like."""
    kind = getattr(values, "dtype", None)
    if isinstance(kind, np.dtype) and kind.kind == "f" and kind.itemsize < 8:
        return 2 ** (int(np.finfo(kind.type).nmant) + 1)
    return 2**53


def typed(items: Sequence[Any], argument: str, largest: int) -> LabelArray:
    """Entries without missing ones as labels of one type; floats count up to `largest`.

    Raises InputError: mixed types, fractions, or text that is no name.
    """
    kinds = {_family(value, argument, position): position for position, value in _firsts(items)}
    if len(kinds) > 1:
        first, second = (items[position] for position in sorted(kinds.values())[:2])
        raise InputError(
            f"{argument} mixes types, such as {first!r} and {second!r}: pass all integers or all "
            "text."
        )
    return _text(items, argument) if "text" in kinds else _integers(items, argument, largest)


def _firsts(items: Sequence[Any]) -> list[tuple[int, Any]]:
    """The first entry of every type, with its position, last ones first."""
    found: dict[type, tuple[int, Any]] = {}
    for position, value in enumerate(items):
        found.setdefault(type(value), (position, value))
    return list(found.values())[::-1]


def _family(value: Any, argument: str, position: int) -> str:
    if isinstance(value, (bool, np.bool_)):
        return "flag"
    if isinstance(value, (int, float, np.floating)):
        return "number"
    if isinstance(value, (str, bytes)):
        return "text"
    raise InputError(
        f"{argument} holds {told(value)} of type {type(value).__name__} at position {position}: "
        "pass integers or text."
    )


def _integers(items: Sequence[Any], argument: str, largest: int) -> LabelArray:
    whole: list[int] = []
    for position, value in enumerate(items):
        if isinstance(value, (float, np.floating)):
            if not np.isfinite(value) or value != np.floor(value):
                raise InputError(
                    f"{argument} must be classes, and {value!r} at position {position} is a "
                    "fraction or infinite: pass integers or text, not real numbers."
                )
            if abs(value) >= min(largest, largest_whole(value)):
                raise InputError(
                    f"{argument} holds {value!r} at position {position}, a float so large that it "
                    "stands for several integers: pass integers or text."
                )
        whole.append(int(value))
    return of_range(whole, min(whole), max(whole), argument)


def of_range(whole: Any, low: int, high: int, argument: str) -> LabelArray:
    """Integers of a range in the smallest type that keeps them apart."""
    if low >= -(2**63) and high < 2**63:
        return np.array(whole, dtype=np.int64)
    if low >= 0 and high < 2**64:
        return np.array(whole, dtype=np.uint64)
    raise InputError(f"{argument} has integers beyond 64 bits: renumber the classes, or pass text.")


def _text(items: Sequence[Any], argument: str) -> LabelArray:
    written = {value: _one_text(value, argument) for value in dict.fromkeys(items)}
    refuse_look_alikes(written.values(), argument)
    return np.array([written[value] for value in items], dtype=np.str_)


def _one_text(value: str | bytes, argument: str) -> str:
    try:
        # The text itself: str() of a member of an enumeration is its name.
        text = value.decode() if isinstance(value, bytes) else str.__str__(value)
        text.encode()
    except UnicodeError:
        raise InputError(f"{argument} holds {value!r}, which is not UTF-8: pass text.") from None
    if is_blank(text) or "\0" in text:
        raise InputError(f"{argument} holds the text {text!r}: write a name, or leave it out.")
    if text in _SPELLED_MISSING:
        raise InputError(
            f"{argument} holds the text {text!r}, which is how a missing value is written: leave "
            "that entry out, or call the class something else."
        )
    return text
