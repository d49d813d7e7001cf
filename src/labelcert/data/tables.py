"""Graphs without edges from plain tables, and what they have in common with node tables."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from labelcert._errors import InputError
from labelcert.data.graph import Graph
from labelcert.data.no_label import told_unlabeled
from labelcert.data.table_cells import (
    feature_matrix,
    labels_of,
    require_different,
    text_ids,
)
from labelcert.data.table_columns import (
    ID_NAMES,
    default_ids,
    feature_columns,
    listed,
    require_column,
)
from labelcert.data.table_files import Table, read_table, table_name
from labelcert.intake.names import told_names

if TYPE_CHECKING:
    import pandas as pd


def from_table(
    table: str | os.PathLike[str] | pd.DataFrame | Table,
    *,
    label: str = "label",
    id: str | None = None,
    drop: Sequence[str] = (),
    keep: Sequence[str] = (),
    name: str | None = None,
) -> Graph:
    """Read a plain table, one row per point, for networks without a graph.

    What was read and what was left out is told in the graph's ``notes``.

    Args:
        table: a CSV, TSV or Parquet file, or a pandas frame. Named levels of a frame's index are
            columns.
        label: column of the class labels: text in a CSV or TSV file, else of the column's type. A
            row with an empty cell there has no label, and is neither labeled nor tested. All other
            columns are features, and must hold numbers or lists of numbers of one length.
        id: column of identifiers, integers or text; they become the graph's ``node_ids``. None
            takes the index of a frame or a column called id, where its cells are all different.
        drop: columns to leave out (dates, free text).
        keep: columns to use as features that would be left out: true and false, row numbers, a
            column without a name, the index of a frame.
        name: name of the graph; None takes the file name.

    Returns:
        A graph without edges, (n, d) dense features in the order of the columns.

    Raises:
        InputError: the file cannot be read, a column is missing, or one holds something else than
            numbers in a cell; all such columns are named, with the row.
    """
    drop, keep = listed(drop, "drop"), listed(keep, "keep")
    read = read_table(table, "table", text_columns=(label, *(ID_NAMES if id is None else (id,))))
    label = require_column(read, label, "label")
    ids, taken = row_names(read, label, id, (*drop, *keep))
    labels, matrix, _ = labels_and_features(read, [label, *taken], drop, keep)
    if matrix is None:
        raise without_features(read, label)
    no_graph: Any = None
    return Graph(
        matrix, no_graph, labels, name or table_name(table), node_ids=ids, notes=tuple(read.told)
    )


def without_features(table: Table, label: Any) -> InputError:
    """The error of a table in which no column is left to be a feature."""
    return InputError(f"{table.where} has no feature columns: add numeric columns beside {label!r}")


def labels_and_features(
    table: Table,
    taken: Sequence[Any],
    drop: Sequence[str],
    keep: Sequence[str],
) -> tuple[NDArray[Any], NDArray[np.float64] | None, list[Any]]:
    """The (n,) labels of a table, its (n, d) features, None where no column is left, and their
    columns.

    taken: the label column, and those of identifiers. What was read is told first, then the rest.
    Raises InputError: a column is missing, or holds something else than it should.
    """
    if len(table.frame) == 0:
        raise InputError(f"{table.where} has no rows: pass at least one")
    written, table.told[:] = [*table.told], []
    columns = feature_columns(table, taken, drop, keep)
    labels = labels_of(table, taken[0])
    matrix = feature_matrix(table, columns) if columns else None
    what = f"labels from column {taken[0]!r}"
    if matrix is not None:
        count = matrix.shape[1]
        what += f", {count} feature{'' if count == 1 else 's'} ({told_names(columns)})"
    table.told[:] = [
        what,
        *table.told,
        *written,
        *told_unlabeled(labels),
    ]
    return labels, matrix, columns


def identifiers(table: Table, id: Any, label: Any) -> NDArray[np.str_]:
    """(n,) different identifiers of a column; raises InputError."""
    if id == label:
        raise InputError(f"id names the label column {label!r}: name another column")
    ids = text_ids(table, id)
    require_different(table, ids.tolist(), id)
    return ids


def row_names(
    table: Table, label: Any, id: str | None, used: Sequence[str]
) -> tuple[NDArray[np.str_] | None, list[Any]]:
    """Identifiers (n,) of the rows of a plain table, if there are any, and their column.

    used: columns that were asked for, or asked to be left out. Raises InputError as `identifiers`
    does for the column `id`.
    """
    if id is not None:
        id = require_column(table, id, "id")
        return identifiers(table, id, label), [id]
    found = default_ids(table, label, used)
    if found is None:
        return None, []
    try:
        ids = identifiers(table, found, label)
    except InputError:
        table.told.append(f"left out: {found!r} (identifiers that are not all different)")
        return None, [found]
    table.told.append(f"{found!r} names the rows")
    return ids, [found]
