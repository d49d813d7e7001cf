"""A table to train on and a table of new rows, as one graph without edges."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from labelcert._errors import InputError
from labelcert.data.graph import Graph
from labelcert.data.no_label import told_unlabeled
from labelcert.data.splits import Split
from labelcert.data.table_columns import ID_NAMES, listed, require_column
from labelcert.data.table_files import Table, read_table, table_name
from labelcert.data.tables import from_table
from labelcert.intake.names import told_names


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

    table, label, id, drop, keep: as in `labelcert.datasets.from_table`. new: a table with the same
    columns; the labels may be missing, in some rows or as a column. Other columns are left out, and
    told. Raises InputError: a column that the new table lacks, no row with a label, or what
    `from_table` refuses.
    """
    import pandas as pd

    dropped = [str(name).strip() for name in listed(drop, "drop")]
    texts = (label, *(ID_NAMES if id is None else (id,)))
    old, fresh = (
        read_table(path, argument, text_columns=texts)
        for path, argument in ((table, "table"), (new, "new"))
    )
    label = require_column(old, label, "label")
    columns = old.frame.columns.tolist()
    given = fresh.frame.columns.tolist()
    missing = [name for name in columns if name not in (*given, *dropped, label)]
    if missing:
        raise InputError(
            f"{fresh.where} lacks {told_names(missing)}, which {old.where} has: add what is "
            "missing, or leave it out with drop (in the shell --drop)."
        )
    extra = [name for name in given if name not in columns]
    rows = fresh.frame.reindex(columns=columns).astype({label: object})
    both = pd.concat([old.frame.astype({label: object}), rows], ignore_index=True)
    graph = from_table(
        both, label=label, id=id, drop=drop, keep=keep, name=name or table_name(table)
    )
    count = len(old.frame)
    notes = _notes(graph, old, fresh, extra, count)
    labeled = np.flatnonzero(graph.is_labeled[:count])
    if len(labeled) == 0:
        raise InputError(f"{old.where} has no row with a label: there is nothing to train on.")
    nothing = np.zeros(0, dtype=np.int64)
    split = Split(labeled, nothing, np.arange(count, graph.num_nodes))
    return replace(graph, notes=notes), split


def _notes(
    graph: Graph, old: Table, fresh: Table, extra: Sequence[str], count: int
) -> tuple[str, ...]:
    """What was read, of both tables; rows without a label are told of the first one only."""
    untold = set(told_unlabeled(graph.labels))
    left_out = [f"left out of the new rows: {told_names(extra)}"] if extra else []
    return (
        *(note for note in graph.notes if note not in untold),
        *old.told,
        *told_unlabeled(graph.labels[:count]),
        f"{len(fresh.frame)} new rows from {fresh.where}",
        *fresh.told,
        *left_out,
    )
