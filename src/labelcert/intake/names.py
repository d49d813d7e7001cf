"""Names: those that look alike, and the one that was probably meant."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

from labelcert._errors import InputError

_INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060"
_NOWHERE_SEEN = str.maketrans(dict.fromkeys("\ufeff\u200b\u2060\u00ad"))
"""Without width also inside a name (joiners, which change how letters are drawn, are not)."""
_MOST_LISTED = 12


def refuse_look_alikes(names: Iterable[str], argument: str) -> None:
    """Raise InputError where two names differ only in what nobody sees.

    That is outer white space, the kind and the amount of white space within, invisible characters,
    or the way an accent is encoded.
    """
    seen: dict[str, str] = {}
    for name in dict.fromkeys(names):
        other = seen.setdefault(_visible(name), name)
        if other != name:
            raise InputError(
                f"{argument} has both {other!a} and {name!a}, which look the same: write "
                "them alike, or tell them apart by another name."
            )


def suggestion(word: str, known: Sequence[str]) -> str:
    """The rest of a sentence on an unknown name: the nearest known one, and all of them."""
    shown = [name if name == name.strip() else repr(name) for name in known]
    listing = ", ".join(shown[:_MOST_LISTED]) + (", …" if len(known) > _MOST_LISTED else "")
    near = near_miss(word, known)
    return f"did you mean {near!r}? Known: {listing}" if near else f"use one of {listing}"


def near_miss(word: str, known: Sequence[str]) -> str | None:
    """The known name that was probably meant, if any is near: case and white space do not count."""
    for name in known:
        if _visible(name).casefold() == _visible(word).casefold():
            return name
    close = get_close_matches(word, known, n=1)
    return close[0] if close else None


def told_names(names: Sequence[Any]) -> str:
    """Some names for a sentence, quoted where they are text."""
    shown = ", ".join(repr(name) for name in names[:_MOST_LISTED])
    return shown + (", …" if len(names) > _MOST_LISTED else "")


def _visible(name: str) -> str:
    text = unicodedata.normalize("NFC", name).translate(_NOWHERE_SEEN)
    return " ".join(text.split()).strip(_INVISIBLE + " ")
