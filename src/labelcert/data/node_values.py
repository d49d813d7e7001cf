"""What a table says of single nodes besides features and labels: costs, groups."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from labelcert._errors import InputError
from labelcert.data.node_ids import numbers_of
from labelcert.data.table_cells import names_of, text_ids
from labelcert.data.table_columns import require_column
from labelcert.data.table_files import read_table
from labelcert.data.text_files import read_text
from labelcert.intake.names import near_miss

if TYPE_CHECKING:
    import os

    from labelcert.data.graph import Graph


@dataclass(frozen=True)
class NodeValues:
    """A value for each node, None where a cell is empty.

    where: how to call them in messages. values: by what a file calls the node, or, of a column of
    the node table, by row. told: sentences on how the table was read, if that is worth one.
    """

    where: str
    values: Mapping[str, Any] | Sequence[Any]
    told: tuple[str, ...] = ()

    @property
    def all_values(self) -> list[Any]:
        """Every value that is there."""
        values = self.values.values() if isinstance(self.values, Mapping) else self.values
        return [value for value in values if value is not None]

    def of(self, nodes: Sequence[int], graph: Graph, rows: Sequence[int] | None) -> list[Any]:
        """Values of some nodes of a graph, None where there is none.

        rows: (num_nodes,) the row of each node in its table, None where they are the nodes'
        numbers. Raises InputError for values of a node that the graph lacks, or that comes twice.
        """
        if isinstance(self.values, Mapping):
            numbers = numbers_of(graph, list(self.values), self.where)
            entry = {number: name for name, number in numbers.items()}
            return [self.values[entry[n]] if n in entry else None for n in nodes]
        return [self.values[node if rows is None else rows[node]] for node in nodes]


def values_of_column(
    table: str | os.PathLike[str], column: str, name: str, *, as_text: bool
) -> NodeValues | None:
    """The values of a column of a node table, or None if it has no such column.

    name: of the argument, for messages. as_text: names such as 007 stay as they are written.
    Raises InputError: a table that cannot be read.
    """
    found = read_table(table, "table", text_columns=(column,) if as_text else ())
    column = column.strip()
    if column not in found.frame.columns:
        return None
    found.told.clear()  # told with the graph
    where = f"{name} column {column!r}"
    return NodeValues(where, names_of(found, column), tuple(found.told))


def near_column(table: str | os.PathLike[str], column: str) -> str:
    """A few words on the column of a table that was probably meant, "" where none is near."""
    names = [str(name) for name in read_table(table, "table").frame.columns]
    near = near_miss(column, names)
    return f" (did you mean {near!r}?)" if near else ""


def values_of_file(
    path: str | os.PathLike[str], cell: str, name: str, *, as_text: bool
) -> NodeValues:
    """The values of a table with the columns "node" and `cell`; arguments as above.

    Raises InputError: a file that cannot be read, or that names a node twice.
    """
    texts = ("node", cell) if as_text else ("node",)
    found = read_table(path, f"{name} file", text_columns=texts)
    for column in ("node", cell):
        require_column(found, column)
    where = found.where
    values: dict[str, Any] = {}
    for node, value in zip(text_ids(found, "node").tolist(), names_of(found, cell), strict=True):
        if node in values:
            raise InputError(f"{where} lists node {node} twice: keep one row per node.")
        values[node] = value
    return NodeValues(where, values, tuple(found.told))


def read_node_list(path: str | os.PathLike[str], name: str) -> list[str]:
    """What a text file calls nodes, one a line; text after # is ignored, and so are repetitions.

    name: of the argument, for messages. Raises InputError for a file that cannot be read, or that
    holds a mask.
    """
    where = f"{name} file {str(path)!r}"
    lines = [line.partition("#")[0].strip() for line in read_text(path, where).splitlines()]
    entries = [line for line in lines if line]
    refuse_mask(entries, where)
    return list(dict.fromkeys(entries))


def refuse_mask(entries: Sequence[Any], where: str) -> None:
    """Raise InputError for a mask of zeros and ones, which would name nodes 0 and 1."""
    written = {str(entry) for entry in entries}
    if written <= {"0", "1"} and len(written) < len(entries):
        raise InputError(
            f"{where} holds {len(entries)} entries of 0 and 1, as a mask does: name the nodes "
            "instead, each once."
        )


def whole_number(value: Any) -> int | None:
    """The integer that a cell holds, as a number or as text; None if it holds none."""
    written = isinstance(value, str)
    if isinstance(value, (bool, np.bool_)) or (written and (not value.isascii() or "_" in value)):
        return None
    try:
        number = float(value)
        if not math.isfinite(number) or number != int(number):
            return None
        return int(value) if written and value.strip().isdigit() else int(number)
    except (TypeError, ValueError, OverflowError):
        return None


def as_name(value: Any) -> str:
    """A group's name as text; whole floats (a habit of tables) read like the integers they are."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
