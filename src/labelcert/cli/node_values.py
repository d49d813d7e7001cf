"""What `--groups` and `--costs` name: a COLUMN of the node table, or a FILE."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.cli.annotations import means_votes, read_voted
from labelcert.cli.graphs import is_table, table_rows
from labelcert.cli.request import Request
from labelcert.data import Graph
from labelcert.data.node_values import NodeValues, near_column, values_of_column, values_of_file


@dataclass(frozen=True)
class GivenValues:
    """The values that an option names; column: of the node table, None for a file of its own."""

    column: str | None
    values: NodeValues
    is_feature: bool = True
    """Whether the column would be one if it were not left out."""

    @property
    def told(self) -> list[str]:
        """What there is to say of how their table was read."""
        return [f"{self.values.where}: {sentence}" for sentence in self.values.told]

    def of(self, request: Request, graph: Graph, labeled: np.ndarray) -> list[Any]:
        """Values of the labeled nodes (n,), None where there is none; raises InputError."""
        rows = None if self.column is None else table_rows(request, graph)
        return self.values.of(labeled.tolist(), graph, None if rows is None else rows.tolist())


def read_values(request: Request, name: str, cell: str) -> GivenValues | None:
    """Read the option `name` of a request, whose file has the columns node and `cell`.

    Returns None where it is not given. Raises InputError: neither a column nor a file, or a file
    that cannot be used.
    """
    asked = getattr(request, name)
    if asked is None:
        return None
    if name == "costs" and means_votes(request):
        costs = read_voted(request).costs
        values = NodeValues(
            "costs by votes", costs, ("a flip costs the fewest votes that make it",)
        )
        return GivenValues(request.annotations, values, is_feature=False)
    as_text = name == "groups"
    if is_table(request.dataset):
        found = values_of_column(request.dataset, asked, name, as_text=as_text)
        if found is not None and asked == ("label" if request.label is None else request.label):
            raise InputError(f"{name} names the label column {asked!r}: name another column.")
        if found is not None:
            return GivenValues(asked, found)
    if Path(asked).is_file():
        return GivenValues(None, values_of_file(asked, cell, name, as_text=as_text))
    table, near = "a column (there is no table)", ""
    if is_table(request.dataset):
        table, near = "a column of the table", near_column(request.dataset, asked)
    raise InputError(
        f"{name} {asked!r} is neither {table} nor a file{near}: check the spelling, or pass a "
        f".csv file with the columns node, {cell}."
    )


def without_columns(request: Request, values: Sequence[GivenValues | None]) -> Request:
    """The request with the columns that hold such values left out of the features."""
    columns = [v.column for v in values if v is not None and v.column and v.is_feature]
    return replace(request, drop=(*request.drop, *columns))
