"""Kinds of parameters: which values are allowed, in words, and how the shell's text is read.

A value is looked at in one place, so that a wrong one is refused in the same words whether it came
from Python, the shell or a study file. A new kind is one more function that returns a `Kind`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np

from labelcert.intake.numbers import real_or_none, whole_or_none


class Verdict(Enum):
    """What `Kind.plain` returns in place of a value."""

    REFUSED = "refused"


REFUSED = Verdict.REFUSED


@dataclass(frozen=True)
class Kind:
    """The values that a parameter may have.

    Attributes:
        metavar: what stands for a value in the shell's help.
        told: what a value must be, as the middle of a sentence.
        short: the same, to be put behind a description.
        plain: from a value to what is kept of it in records (None, bool, int, float or str, the
            same for all that equal it), or `REFUSED`.
        words: all values, in the words of the shell, where they are a few words.
        parse: from the shell's text to a value, or the text where it stands for none of this kind.
    """

    metavar: str
    told: str
    short: str
    plain: Callable[[Any], Any]
    parse: Callable[[str], Any]
    words: tuple[str, ...] = ()


def whole(least: int) -> Kind:
    """Integers of at least `least`."""

    def plain(value: Any) -> Any:
        number = whole_or_none(value)
        return REFUSED if number is None or number < least else number

    told = f"an integer of at least {least}"
    return Kind("N", told, f", at least {least}", plain, _number)


def real(low: float, high: float = math.inf, *, above: bool = False) -> Kind:
    """Finite numbers from `low` to `high`, both included; without `low` itself if `above`."""

    def plain(value: Any) -> Any:
        number = real_or_none(value)
        if number is None or not low <= number <= high or math.isinf(number):
            return REFUSED
        return REFUSED if above and number == low else number

    if math.isinf(high):
        limit = f"above {low:g}" if above else f"of at least {low:g}"
        told, short = f"a finite number {limit}", f", {limit.removeprefix('of ')}"
    else:
        limit = f"in {'(' if above else '['}{low:g}, {high:g}]"
        told, short = f"a number {limit}", f", {limit}"
    return Kind("X", told, short, plain, lambda text: _number(text, (float,)))


def choice(values: Mapping[str | None, str]) -> Kind:
    """A few words, or None, each with what it means ("" where the word says it)."""

    def plain(value: Any) -> Any:
        # `True == 1` and array comparisons are kept out: choices are strings or None.
        allowed = value is None or isinstance(value, str)
        return value if allowed and value in values else REFUSED

    told = f"one of {', '.join(map(repr, values))}"
    words = tuple(value or "none" for value in values)
    meant = listed([f"{value or 'none'} {meaning}".strip() for value, meaning in values.items()])
    return Kind("NAME", told, f": {meant}", plain, lambda text: text, words)


def flag() -> Kind:
    """True or False."""

    def plain(value: Any) -> Any:
        return bool(value) if isinstance(value, (bool, np.bool_)) else REFUSED

    known = {"true": True, "false": False}
    return Kind(
        "true|false", "True or False", "", plain, lambda text: known.get(text.lower(), text)
    )


def anything() -> Kind:
    """Numbers, texts, true, false and none, where only the kernel itself knows more."""

    def plain(value: Any) -> Any:
        if value is None or isinstance(value, (bool, str)):
            return value
        number = whole_or_none(value)
        number = real_or_none(value) if number is None else number
        return REFUSED if number is None or not math.isfinite(number) else number

    known = {"true": True, "false": False}
    return Kind(
        "VALUE", "a number, a text, true, false or none", "", plain,
        lambda text: known.get(text.lower(), _number(text)),
    )  # fmt: skip


def file_path() -> Kind:
    """The path of a file."""

    def plain(value: Any) -> Any:
        return str(value) if isinstance(value, (str, Path)) else REFUSED

    return Kind("FILE", "the path of a file", "", plain, lambda text: text)


def optional(kind: Kind) -> Kind:
    """None, or a value of another kind."""

    def plain(value: Any) -> Any:
        return None if value is None else kind.plain(value)

    return Kind(
        kind.metavar, f"{kind.told}, or None", f"{kind.short}, or none", plain, kind.parse,
        (*kind.words, "none") if kind.words else (),
    )  # fmt: skip


def listed(words: Iterable[str]) -> str:
    """Words as "a, b or c"."""
    return " or ".join(", ".join(words).rsplit(", ", 1))


def _number(text: str, readings: tuple[Callable[[str], Any], ...] = (int, float)) -> Any:
    for reading in readings:
        try:
            return reading(text)
        except ValueError:
            continue
    return text
