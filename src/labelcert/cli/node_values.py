"""What a table says of labeled nodes: `--groups` and `--costs`, each COLUMN or FILE."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from labelcert._errors import InputError
from labelcert.cli.graphs import is_table, table_rows
from labelcert.cli.request import Request
from labelcert.data import Graph

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class NodeValues:
    """Values by node number, or by row of the node table; None where a cell is empty.

    name: the option. column: of the node table, None for a file of its own.
    """

    name: str
    column: str | None
    where: str
    values: Mapping[int, Any] | Sequence[Any]

    @property
    def all_values(self) -> list[Any]:
        """Every value that is there, also of nodes that are not labeled."""
        values = self.values.values() if isinstance(self.values, Mapping) else self.values
        return [value for value in values if value is not None]

    def of(self, request: Request, graph: Graph, labeled: np.ndarray) -> list[Any]:
        """Values of the labeled nodes (n,), None where there is none.

        Raises InputError for a file that names a node which the graph lacks.
        """
        if isinstance(self.values, Mapping):
            for node in self.values:
                if not 0 <= node < graph.num_nodes:
                    raise InputError(
                        f"{self.where} names node {node}: pass numbers from 0 to "
                        f"{graph.num_nodes - 1}."
                    )
            return [self.values.get(node) for node in labeled.tolist()]
        rows = table_rows(request, graph)
        return [self.values[row] for row in rows[labeled].tolist()]


def read_values(request: Request, name: str, cell: str) -> NodeValues | None:
    """Read the option `name` of a request, whose file has the columns node and `cell`.

    Returns None where it is not given. Raises InputError: neither a column nor a file, or a file
    that cannot be used.
    """
    asked = getattr(request, name)
    if asked is None:
        return None
    if is_table(request.dataset):
        found = _from_column(request, name, asked)
        if found is not None:
            return found
    if Path(asked).is_file():
        return _from_file(name, asked, cell)
    table = "a column of the table" if is_table(request.dataset) else "a column (there is no table)"
    raise InputError(
        f"{name} {asked!r} is neither {table} nor a file: check the spelling, or pass a .csv file "
        f"with the columns node, {cell}."
    )


def without_columns(request: Request, values: Sequence[NodeValues | None]) -> Request:
    """The request with the columns that hold such values left out of the features."""
    columns = [v.column for v in values if v is not None and v.column is not None]
    return replace(request, drop=(*request.drop, *columns))


def _from_column(request: Request, name: str, asked: str) -> NodeValues | None:
    from labelcert.data.tables import read_table

    frame, _ = read_table(request.dataset, "table", text_columns=_text(name, asked))
    if asked not in frame.columns:
        return None
    if asked == (request.label or "label"):
        raise InputError(f"{name} names the label column {asked!r}: name another column.")
    where = f"{name} column {asked!r}"
    return NodeValues(name, asked, where, _cells(frame, asked))


def _from_file(name: str, path: str, cell: str) -> NodeValues:
    from labelcert.data.tables import read_table, require_column, require_filled

    frame, where = read_table(path, f"{name} file", text_columns=_text(name, cell))
    for column in ("node", cell):
        require_column(frame, column, where)
    require_filled(frame, "node", where)
    values: dict[int, Any] = {}
    for found, value in zip(frame["node"].tolist(), _cells(frame, cell), strict=True):
        node = whole_number(found)
        if node is None:
            raise InputError(f"{where} names the node {found!r}: write node numbers.")
        if node in values:
            raise InputError(f"{where} lists node {node} twice: keep one row per node.")
        values[node] = value
    return NodeValues(name, None, where, values)


def _text(name: str, column: str) -> tuple[str, ...]:
    """Names such as 007 stay as they are written; costs are numbers."""
    return (column,) if name == "groups" else ()


def _cells(frame: pd.DataFrame, column: str) -> list[Any]:
    return [
        None if empty else value
        for value, empty in zip(frame[column].tolist(), frame[column].isna().tolist(), strict=True)
    ]


def whole_number(value: Any) -> int | None:
    """The integer that a cell holds, as a number or as text; None if it holds none."""
    try:
        number = float(value)
        if not math.isfinite(number) or number != int(number):
            return None
        return int(value) if isinstance(value, str) and value.strip().isdigit() else int(number)
    except (TypeError, ValueError):
        return None


def as_name(value: Any) -> str:
    """A group's name as text; whole floats (a habit of tables) read like the integers they are."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
