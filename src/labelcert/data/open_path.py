"""Open a user's own file by its suffix."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from labelcert._errors import InputError
from labelcert.data.edge_list import from_edge_list
from labelcert.data.graph import Graph
from labelcert.data.npz import from_npz
from labelcert.data.table_files import CSV_SUFFIXES, PARQUET_SUFFIXES
from labelcert.data.tables import from_table

SUFFIXES = (".npz", *CSV_SUFFIXES, *PARQUET_SUFFIXES)


def open_path(
    path: str | os.PathLike[str],
    *,
    label: str | None = None,
    edges: str | os.PathLike[str] | None = None,
    id: str | None = None,
    drop: Sequence[str] = (),
    keep: Sequence[str] = (),
) -> Graph:
    """Open a graph file, a table, or a node table with its edge table.

    Args:
        path: ``.npz`` (see :func:`~labelcert.data.npz.from_npz`), or ``.csv``, ``.tsv``,
            ``.parquet``, ``.pq``: with ``edges`` a node table, without a plain table.
        label: column of the labels (None: ``label``), or key in an ``.npz`` file (None:
            ``labels``, ``node_labels`` or ``y``).
        edges: edge table that goes with a node table.
        id: column of the table's identifiers (None: ``id`` with ``edges``, else there is none).
        drop: columns of the table to leave out.
        keep: columns of the table to use as features though they would be left out.

    Raises:
        InputError: unknown suffix, options that do not go with it, or a file that cannot be used.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(
            f"path {str(path)!r} has the suffix {suffix!r}: pass a file with one of "
            f"{', '.join(SUFFIXES)}"
        )
    if suffix == ".npz":
        for name, given in (("edges", edges), ("id", id), ("drop", drop), ("keep", keep)):
            if given:
                raise InputError(
                    f"{name} goes with tables only: an .npz file holds its graph, leave it out"
                )
        return from_npz(path, labels=label)
    column = "label" if label is None else label
    if edges is not None:
        ids = "id" if id is None else id
        return from_edge_list(edges, path, label=column, id=ids, drop=drop, keep=keep)
    return from_table(path, label=column, id=id, drop=drop, keep=keep)
