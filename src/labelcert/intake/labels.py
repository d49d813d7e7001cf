"""Class labels, and everything that names one: integers or text, each as what it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelcert._errors import InputError
from labelcert.intake.items import items_of, plain
from labelcert.intake.missing import NO_LABEL, is_blank, is_missing, refuse_missing
from labelcert.intake.names import near_miss, refuse_look_alikes, told_names

LabelArray = NDArray[Any]
"""int64, uint64 (only where a label needs it) or NumPy unicode."""

_SPELLED_MISSING = ("nan", "NaN", "<NA>", "NaT")
"""What `str` makes of a missing value."""


def as_labels(
    values: Any, argument: str = "labels", *, count: int | None = None, each: str = "labeled point"
) -> LabelArray:
    """Labels (n,) as int64, uint64 or NumPy unicode; n at least 1.

    Integers of every kind keep their identity; booleans become 0 and 1, and floats the integers
    that they are. Bytes are decoded as UTF-8. count: the n that there must be; each: what has a
    label, for messages.

    Raises InputError: not one-dimensional, of another length, a missing value, fractions, floats
    too large to be one integer, integers beyond 64 bits, mixed types, empty text, or names that
    differ in what nobody sees.
    """
    plain = type(values) is np.ndarray and values.dtype.kind in "iu" and values.ndim == 1
    if plain and values.size > 0 and count in (None, values.size):
        low = int(values.min())
        if low != NO_LABEL:  # nothing to bend
            return _of_range(values, low, int(values.max()), argument)
    items = items_of(values, argument, f"one label for each {each}")
    if count is not None and len(items) != count:
        raise InputError(
            f"{argument} has {len(items)} entries for {count} {each}s: pass one label for each."
        )
    if not items:
        raise InputError(f"{argument} is empty: pass one label for each {each}.")
    refuse_missing(items, argument, f"leave that {each} out, or give it a label")
    return _typed(items, argument, _largest_whole(values))


def labels_or_missing(
    values: Any, argument: str = "labels", each: str = "node"
) -> tuple[LabelArray, NDArray[np.bool_]]:
    """The labels that are there, (k,) in their order, and which of the n entries hold one, (n,).

    Missing values and blank text are no labels. Raises InputError as `as_labels`, and where no
    entry has a label.
    """
    items = items_of(values, argument, f"one label for each {each}")
    present = np.array([not (is_missing(v) or is_blank(v)) for v in items], dtype=bool)
    there = [value for value, is_there in zip(items, present.tolist(), strict=True) if is_there]
    if not there:
        raise InputError(f"{argument} holds no label at all: label at least one {each}.")
    return _typed(there, argument, _largest_whole(values)), present


def label_number(value: Any, classes: LabelArray, argument: str, each: str = "label") -> int:
    """Position in classes (K,) of a label of their own type; raises InputError for another one.

    each: what the classes are called in messages.
    """
    given = plain(value)
    if is_missing(given):
        raise InputError(f"{argument} has a missing value: name one of the {each}s.")
    (label,) = _typed([given], argument, _largest_whole(value)).tolist()
    known = classes.tolist()
    if label in known:
        return known.index(label)
    other = [name for name in known if str(name) == str(label)]
    if other:
        hint = f"write {other[0]!r}, which is {_kind(classes)}"
    else:
        near = near_miss(str(label), [str(name) for name in known])
        meant = next((name for name in known if str(name) == near), None)
        meant_told = "" if meant is None else f"did you mean {meant!r}? "
        hint = f"{meant_told}there are {told_names(known)}"
    raise InputError(f"{argument} names the {each} {label!r}, which there is not: {hint}.")


def label_from_text(text: str, classes: LabelArray, argument: str) -> Any:
    """The class that a text names, as a shell or a study file write it; raises InputError.

    The one place where text may stand for an integer label, written as Python prints it.
    """
    named = {str(name): name for name in classes.tolist()}
    if text in named:
        return named[text]
    near = near_miss(text, list(named))
    meant = "" if near is None else f"did you mean {near!r}? "
    listing = ", ".join(list(named)[:12]) + (", …" if len(named) > 12 else "")
    raise InputError(f"{argument} names the label {text!r}: {meant}The labels are {listing}.")


def refuse_other_type(labels: LabelArray, classes: LabelArray, argument: str, other: str) -> None:
    """Raise InputError where one holds text and the other integers."""
    if (labels.dtype.kind == "U") != (classes.dtype.kind == "U"):
        raise InputError(
            f"{argument} holds {_kind(labels)} and {other} {_kind(classes)}, such as "
            f"{labels[0].item()!r} and {classes[0].item()!r}: pass both alike."
        )


def _kind(labels: LabelArray) -> str:
    return "text" if labels.dtype.kind == "U" else "integers"


def _largest_whole(values: Any) -> int:
    """Below this the floats of an array are the integers they look like."""
    kind = getattr(values, "dtype", None)
    if isinstance(kind, np.dtype) and kind.kind == "f" and kind.itemsize < 8:
        return 2 ** (int(np.finfo(kind.type).nmant) + 1)
    return 2**53


def _typed(items: Sequence[Any], argument: str, largest: int) -> LabelArray:
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
        f"{argument} holds {value!r} of type {type(value).__name__} at position {position}: pass "
        "integers or text."
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
            if abs(value) >= largest:
                raise InputError(
                    f"{argument} holds {value!r} at position {position}, a float so large that it "
                    "stands for several integers: pass integers or text."
                )
        whole.append(int(value))
    return _of_range(whole, min(whole), max(whole), argument)


def _of_range(whole: Any, low: int, high: int, argument: str) -> LabelArray:
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
