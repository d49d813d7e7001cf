"""Tables as text: what separates their cells, what stands before the header, and row lengths.

Spreadsheets of many countries separate cells by semicolons and write decimal commas, Excel may put
``sep=;`` before the header, and instruments a few lines that begin with ``#``. All that is
recognised, and told. The header is taken from the text itself, for pandas renames doubles.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from labelcert._errors import InputError

_CALLED = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_LOOKED_AT = 20
"""Rows that must agree on a separator."""
_DECIMAL = r"[ ]*[-+]?\d+{}\d+(?:[eE][-+]?\d+)?[ ]*"


@dataclass(frozen=True)
class DelimitedText:
    """A table as text.

    content: the header and the rows. header: names as they are written. separator, decimal: one
    character each. told: sentences on what is not the usual.
    """

    content: str
    header: list[str]
    separator: str
    decimal: str
    told: tuple[str, ...]


def delimited(text: str, usual: str, where: str) -> DelimitedText:
    """Recognise how a table is written.

    usual: the separator that the file's suffix stands for. Raises InputError: no header, or a row
    with more or fewer cells than the header has names.
    """
    content, told, separator = _without_preamble(text)
    if not content:
        raise InputError(f"{where} cannot be read (no content): write a header and rows.")
    if separator is None:
        separator = _separator(content, usual)
    if separator != usual:
        told.append(f"cells are separated by {_CALLED.get(separator, repr(separator))}")
    header = next(_records(content, separator))
    _check_lengths(content, separator, len(header), where)
    decimal = _decimal(content, separator)
    if decimal == ",":
        told.append("numbers have decimal commas")
    return DelimitedText(content, header, separator, decimal, tuple(told))


def _without_preamble(text: str) -> tuple[str, list[str], str | None]:
    """The text from the header on, what was left out before it, and the separator it names."""
    separator, comments = None, 0
    while text:
        line, _, rest = text.partition("\n")
        named = re.fullmatch(r"\"?sep=(.)\"?", line.strip(" "), flags=re.IGNORECASE)
        if named and separator is None:
            separator = named[1]
        elif _is_comment(line):
            comments += 1
        elif line.strip():
            break
        text = rest
    lines = "line" if comments == 1 else f"{comments} lines"
    told = [f"left out the first {lines} (#)"] if comments else []
    return text, told, separator


def _is_comment(line: str) -> bool:
    """Whether a line is no header; a column may well be called "#"."""
    return line.startswith("#") and not re.match(r"#\s*[,;\t|]", line)


def _records(content: str, separator: str) -> Iterator[list[str]]:
    return (row for row in csv.reader(io.StringIO(content), delimiter=separator) if row)


def _separator(content: str, usual: str) -> str:
    """The usual separator where it divides header and first rows alike, else one that does."""
    candidates = [usual, *(other for other in _CALLED if other != usual)]
    lengths = {one: _lengths(content, one) for one in candidates}
    for fits in (lambda found: found[0] > 1 and len(set(found)) == 1, lambda found: found[0] > 1):
        for one in candidates:
            if lengths[one] and fits(lengths[one]):
                return one
    return usual


def _lengths(content: str, separator: str) -> list[int]:
    try:
        return [len(row) for row in islice(_records(content, separator), _LOOKED_AT + 1)]
    except csv.Error:
        return []


def _check_lengths(content: str, separator: str, expected: int, where: str) -> None:
    """Raise InputError for the first row that is longer or shorter than the header."""
    try:
        for number, row in enumerate(_records(content, separator)):
            if len(row) != expected:
                raise InputError(_uneven(number, row, expected, where))
    except csv.Error:  # a cell of more than 128 kB; pandas reads it, and refuses rows too long
        return


def _uneven(number: int, row: list[str], expected: int, where: str) -> str:
    cells = f"row {number} has {_count(len(row), 'cell')} for {_count(expected, 'column name')}"
    if row[0].startswith("#"):
        remedy = "remove lines that begin with # between the rows"
    elif len(row) == expected + 1 and not row[-1].strip():
        remedy = "remove the separator at the end of the rows"
    elif number == 1 and expected == 1 < len(row):
        remedy = "remove the lines above the names of the columns"
    elif number == 1 and len(row) == expected + 1:
        # How R writes row names; as pandas reads it, every name would belong to another column.
        remedy = "give every column a name (in R, write.csv(..., row.names = FALSE))"
    else:
        remedy = "mend the row, and quote cells that hold the separator"
    return f"{where} cannot be read ({cells}): {remedy}."


def _decimal(content: str, separator: str) -> str:
    """The decimal sign: a comma only where no number is written with a point."""
    if separator == ",":
        return "."
    edge = re.escape(separator)

    def found(sign: str) -> bool:
        cell = rf"(?:^|{edge})\"?{_DECIMAL.format(sign)}\"?(?={edge}|$)"
        return re.search(cell, content, flags=re.MULTILINE) is not None

    return "," if found(",") and not found(r"\.") else "."


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
