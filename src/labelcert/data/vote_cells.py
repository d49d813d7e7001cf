"""What a cell with several votes holds: a list, or text that spells one.

Text is split where that can be told: ``["spam", "ham"]``, ``[1, 0]``, ``spam;ham``, ``spam|ham``.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.data.table_files import Table
from labelcert.intake.missing import is_missing

_ITEM = r"""\s*(?:'([^'\\]*)'|"([^"\\]*)"|([^\s'",\[\]]+))\s*"""
_LIST = re.compile(rf"\[(?:{_ITEM}(?:,{_ITEM})*)?\]")
_ONE = re.compile(_ITEM)
_NO_VOTE = ("null", "None", "nan", "NaN")
_BETWEEN = re.compile(r"[;|]")


def is_list(cell: Any) -> bool:
    """Whether a cell of a table is a list of its own."""
    return isinstance(cell, (list, tuple, np.ndarray))


def votes_in(cell: Any, where: str) -> list[Any]:
    """The votes in a cell, none where it is empty; where: how to call the cell in messages.

    Raises InputError for text in which votes cannot be told apart.
    """
    if is_list(cell):
        return list(cell)
    if is_missing(cell):
        return []
    if not isinstance(cell, str):
        return [cell]
    text = cell.strip()
    if text.startswith("[") or "," in text:
        found = _listed(text)
        if found is None:
            raise InputError(
                f'{where} is {cell!r}, in which votes cannot be told apart: write ["a", "b"] or '
                "a;b."
            )
        return found
    return [part.strip() or None for part in _BETWEEN.split(text)]


def several_votes_at(table: Table, column: Any) -> int | None:
    """The first row whose cell holds a list, or None where the column has one name a cell.

    Text counts where every filled cell is in brackets, and one holds more than an interval could:
    ``[0, 10]`` may be the name of a class.
    """
    cells = table.frame[column].tolist()
    row = next((row for row, cell in enumerate(cells) if is_list(cell)), None)
    if row is not None:
        return row
    texts = [cell.strip() if isinstance(cell, str) else None for cell in cells]
    filled = [t for t, cell in zip(texts, cells, strict=True) if not is_missing(cell)]
    if not all(text is not None and text[:1] == "[" and text[-1:] == "]" for text in filled):
        return None
    return next((row for row, text in enumerate(texts) if text and _is_several(text)), None)


def _is_several(text: str) -> bool:
    """Whether text in brackets is several votes: quoted ones, or more than the ends of an interval.

    What pandas writes of an array has no commas: ``['ham' 'spam']``.
    """
    quotes = text.count("'") + text.count('"')
    return quotes > 2 or len(_listed(text) or ()) > 2


def _listed(text: str) -> list[Any] | None:
    """The entries of a list that is written out, as text; None for something else."""
    if not _LIST.fullmatch(text):
        return None
    found: list[Any] = []
    for single, double, bare in _ONE.findall(text[1:-1]):
        found.append(None if bare in _NO_VOTE else single or double or bare)
    return found
