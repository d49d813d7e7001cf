"""A table to train on and a table of new rows, as one graph without edges.

Each table is read on its own, as what it is: one may be text and the other Parquet, and an error
names the file and the row in it.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelcert._errors import InputError
from labelcert.data.graph import Graph
from labelcert.data.no_label import is_labeled, with_placeholders
from labelcert.data.splits import Split
from labelcert.data.table_cells import feature_matrix, labels_of, names_of, text_ids
from labelcert.data.table_columns import ID_NAMES, listed, require_column
from labelcert.data.table_files import Table, read_table, table_name
from labelcert.data.tables import (
    identifiers,
    labels_and_features,
    row_names,
    without_features,
)
from labelcert.intake.names import refuse_look_alikes, told_names


def with_new_rows(
    table: str | os.PathLike[str] | Table,
    new: str | os.PathLike[str],
    *,
    label: str = "label",
    id: str | None = None,
    drop: Sequence[str] = (),
    keep: Sequence[str] = (),
    name: str | None = None,
) -> tuple[Graph, Split]:
    """The rows of both tables, and the split that trains on all labeled rows of the first.

    table, label, id, drop, keep: as in `labelcert.datasets.from_table`; what of the first table is
    a feature is one of the second too. new: a table with the columns of the features and, if there
    is one, of the identifiers; the labels may be missing, in some rows or as a column, and labels
    of no class of the first table are told. Other columns are left out, and told.

    Raises InputError: a column that the new table lacks, an identifier that both have, no row with
    a label, or what `from_table` refuses.
    """
    drop, keep = listed(drop, "drop"), listed(keep, "keep")
    texts = (label, *(ID_NAMES if id is None else (id,)))
    old, fresh = (
        read_table(path, argument, text_columns=texts)
        for path, argument in ((table, "table"), (new, "new"))
    )
    label = require_column(old, label, "label")
    if len(old.frame) and all(cell is None for cell in names_of(old, label)):
        raise InputError(f"{old.where} has no row with a label: there is nothing to train on.")
    ids, named_by = row_names(old, label, id, (*drop, *keep))
    _, trained, columns = labels_and_features(old, [label, *named_by], drop, keep)
    if trained is None:
        raise without_features(old, label)
    in_use = [*columns, *(() if ids is None else named_by)]
    _require_columns(old, fresh, in_use)
    features = np.concatenate([trained, _features(old, fresh, columns, trained.shape[1])])
    if ids is not None:
        ids = _names_of_both(old, fresh, ids, named_by[0], asked=id is not None)
    labels = _labels_of_both(old, fresh, label)
    count = len(old.frame)
    extra = [each for each in fresh.frame.columns if each not in old.frame.columns]
    notes = (*old.told, *_notes(fresh, new, labels, count, extra))
    no_graph: Any = None
    graph = Graph(features, no_graph, labels, name or table_name(table), node_ids=ids, notes=notes)
    labeled = np.flatnonzero(graph.is_labeled[:count])
    nothing = np.zeros(0, dtype=np.int64)
    return graph, Split(labeled, nothing, np.arange(count, graph.num_nodes))


def _require_columns(old: Table, fresh: Table, columns: Sequence[Any]) -> None:
    """Raise InputError where the new table lacks a column that is in use."""
    given = fresh.frame.columns.tolist()
    missing = [name for name in columns if name not in given]
    if missing:
        raise InputError(
            f"{fresh.where} lacks {told_names(missing)}, which {old.where} has: add what is "
            "missing, or leave it out with drop (in the shell --drop)."
        )
    if len(fresh.frame) == 0:
        raise InputError(f"{fresh.where} has no rows: pass at least one")


def _features(old: Table, fresh: Table, columns: Sequence[Any], width: int) -> NDArray[np.float64]:
    """(m, d) features of the new rows; raises InputError where a list has another length."""
    matrix = feature_matrix(fresh, columns)
    if matrix.shape[1] == width:
        return matrix
    for name in columns:
        here, there = (feature_matrix(table, [name]).shape[1] for table in (fresh, old))
        if here != there:
            raise InputError(
                f"{fresh.where}, column {name!r}: {here} numbers a row where {old.where} has "
                f"{there}: compute both in the same way."
            )
    raise AssertionError("unreachable")


def _names_of_both(
    old: Table, fresh: Table, ids: NDArray[np.str_], column: Any, *, asked: bool
) -> NDArray[np.str_] | None:
    """(n + m,) identifiers of all rows, None where they were not asked for and are not different.

    Raises InputError where they were: an empty cell, or a name that comes twice.
    """
    try:
        fresh_ids = identifiers(fresh, column, None)
    except InputError:
        if asked:
            raise
        fresh_ids = text_ids(fresh, column)
    places = {one: row for row, one in enumerate(ids.tolist())}
    again = next((row for row, one in enumerate(fresh_ids.tolist()) if one in places), None)
    if again is not None and asked:
        one = str(fresh_ids[again])
        raise InputError(
            f"{fresh.where}, row {again + 1}, is called {one!r} in column {column!r}, as row "
            f"{places[one] + 1} of {old.where} is: give each row a name of its own, or remove it "
            "from one of the tables."
        )
    if again is not None or len(set(fresh_ids.tolist())) < len(fresh_ids):
        told = f"{column!r} names the rows"
        old.told[:] = [note for note in old.told if note != told]
        old.told.append(f"left out: {column!r} (identifiers that are not all different)")
        return None
    return np.concatenate([ids, fresh_ids])


def _labels_of_both(old: Table, fresh: Table, label: Any) -> NDArray[Any]:
    """(n + m,) labels, with a placeholder where there is none."""
    cells = names_of(old, label)
    if label not in fresh.frame.columns:
        return with_placeholders([*cells, *[None] * len(fresh.frame)])
    added = names_of(fresh, label)
    if any(cell is not None for cell in added):
        labels_of(fresh, label)  # for what it refuses, with the row
    every = [*cells, *added]
    where = f"{fresh.where}, column {label!r}, beside that of {old.where}"
    refuse_look_alikes([cell for cell in every if isinstance(cell, str)], f"{where},")
    try:
        return with_placeholders(every)
    except InputError as error:
        raise InputError(f"{where}: {error}") from error


def _notes(
    fresh: Table,
    new: str | os.PathLike[str],
    labels: NDArray[Any],
    count: int,
    extra: Sequence[Any],
) -> list[str]:
    """What is to be told of the new rows; extra: columns that the first table lacks."""
    notes = [f"{len(fresh.frame)} new rows from {os.fspath(new)!r}"]
    there = is_labeled(labels)
    known = set(labels[:count][there[:count]].tolist())
    strange = Counter(one for one in labels[count:][there[count:]].tolist() if one not in known)
    if strange:
        called = told_names([str(one) for one in strange])
        notes.append(
            f"{strange.total()} of the new rows have a label that no row trained on has "
            f"({called}), which counts as predicted wrong: leave the cell empty where it is unknown"
        )
    notes += fresh.told
    return [*notes, *([f"left out of the new rows: {told_names(extra)}"] if extra else [])]
