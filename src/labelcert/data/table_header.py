"""Names of the columns of a table: blanks around them, doubles, none at all, levels of an index."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from labelcert._errors import InputError
from labelcert.intake.names import told_names

if TYPE_CHECKING:
    import pandas as pd

_NO_NAME = re.compile(r"Unnamed: \d+(_level_\d+)?(\.\d+)?")
"""What pandas calls a column without a name, and writes into a file read and saved again."""

_ROW_NUMBERS = ("index", "level_0")
"""What pandas calls an index without a name that becomes a column."""


def clean_names(names: Sequence[Any], where: str) -> tuple[list[Any], list[str]]:
    """Names without blanks around them, "Unnamed: 0" for an empty one, and what to tell of it.

    Raises InputError where two columns have the same name.
    """
    stripped = [name.strip() if isinstance(name, str) else name for name in names]
    told = []
    padded = [new for old, new in zip(names, stripped, strict=True) if old != new and new]
    if padded:
        told.append(f"blanks around column names were removed ({told_names(padded)})")
    taken = set(stripped)
    clean: list[Any] = []
    for number, name in enumerate(stripped):
        free = name
        if isinstance(name, str) and not name:
            free = f"Unnamed: {number}"
            while free in taken:
                free += ".1"
            taken.add(free)
        clean.append(free)
    seen: set[Any] = set()
    for name in clean:
        if name in seen:
            raise InputError(f"{where} has two columns named {name!r}: rename or remove one")
        seen.add(name)
    return clean, told


def with_index_levels(frame: pd.DataFrame, where: str) -> tuple[pd.DataFrame, frozenset[Any]]:
    """A frame with the named levels of its index, and an index of text, as columns in front.

    Raises InputError where a level is called as a column is.
    """
    index = frame.index
    if index.nlevels == 1 and index.name is None:
        if index.inferred_type != "string" or "index" in frame.columns:
            return frame, frozenset()
        index = index.rename("index")
        frame = frame.set_axis(index, axis="index")
    levels = [name for name in index.names if name is not None]
    for name in levels:
        if name in frame.columns:
            raise InputError(
                f"{where} has a column and a level of its index named {name!r}: rename one"
            )
    return (frame.reset_index(level=levels) if levels else frame), frozenset(levels)


def has_no_name(name: Any) -> bool:
    """Whether a column has none of its own."""
    return isinstance(name, str) and _NO_NAME.fullmatch(name) is not None


def numbers_rows(frame: pd.DataFrame, name: Any) -> bool:
    """Whether a column is pandas' index: the first one, called so, and counting from 0 or 1."""
    if name != frame.columns[0] or name not in _ROW_NUMBERS:
        return False
    values = frame[name].tolist()
    return values in (list(range(len(values))), list(range(1, len(values) + 1)))
