"""Tables whose labels are the majority of several votes a row.

The votes are lists in a column of the table, or rows of a long table beside it: node, annotator and
label. What has no majority is told.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from labelcert._errors import InputError
from labelcert.data.no_label import is_labeled
from labelcert.data.table_cells import names_of, text_ids
from labelcert.data.table_columns import ID_NAMES, default_ids, require_column
from labelcert.data.table_files import Table, read_table
from labelcert.data.tables import identifiers
from labelcert.data.vote_cells import votes_in
from labelcert.data.votes import Majority, majority
from labelcert.intake.numbers import told

LABEL = "label"
NODE_NAMES = ("node", "row", *ID_NAMES)
"""What the column of a long table may be called that names the rows."""


@dataclass(frozen=True, eq=False)
class VotedTable:
    """A table with a column of labels, `label`, that are majorities.

    costs (rows,): the fewest votes that change each label, None where a row has no vote. drop: of
    the columns to leave out those that are still there.
    """

    table: Table
    label: str
    costs: list[int | None]
    drop: tuple[str, ...] = ()


def voted_by_column(table: Table, column: str, *, drop: Sequence[str] = ()) -> VotedTable:
    """The table whose column of votes became one of labels; raises InputError.

    drop: columns to leave out, which a column "label" beside that of the votes has to be.
    """
    column = require_column(table, column)
    if column != LABEL:
        table, drop = _without_label(table, drop)
    where = f"{table.where}, column {column!r}"
    votes = [
        votes_in(cell, f"{where}, row {row + 1},")
        for row, cell in enumerate(table.frame[column].tolist())
    ]
    found = _majority(votes, None, where)
    cast = int(found.votes.sum())
    voted = _labeled(table, column, found, list(range(len(votes))), cast, None)
    return replace(voted, drop=tuple(drop))


def voted_by_file(
    table: Table,
    path: str | os.PathLike[str],
    *,
    label: str = LABEL,
    id: str | None = None,
    drop: Sequence[str] = (),
) -> VotedTable:
    """The table with the majorities of a long table as its labels, in the column "label".

    path: a table with the columns node (or row, id, or what `id` names), `label`, and, if there is
    one, annotator. Nodes go by the ids of the table (the column `id`, or one called so), without
    ids by their numbers from 0. drop: as in `voted_by_column`.

    Raises InputError: the table has a column "label" of its own, not dropped, a vote on a row that
    it lacks, or an annotator who votes twice on a row.
    """
    table, drop = _without_label(table, drop)
    columns = NODE_NAMES if id is None else (id, *NODE_NAMES)
    given = read_table(path, "annotations", text_columns=(label, "annotator", *columns))
    present = given.frame.columns.tolist()
    node = next((name for name in columns if name in present), None)
    if node is None:
        raise InputError(
            f"{given.where} does not say which row a vote is on: add a column node (ids of the "
            "table, or row numbers from 0) beside annotator and label."
        )
    label = require_column(given, label, "label")
    names, votes = text_ids(given, node).tolist(), names_of(given, label)
    annotators = _annotators(given, names)
    found = _majority(votes, names, given.where)
    position = _positions(table, id, found.rows.tolist(), given.where)
    table = replace(table, told=[*table.told, *given.told])
    voted = _labeled(table, LABEL, found, position, int(found.votes.sum()), annotators)
    return replace(voted, drop=tuple(drop))


def _without_label(table: Table, drop: Sequence[str]) -> tuple[Table, tuple[str, ...]]:
    """The table without a column "label", which has to be among those to leave out."""
    if LABEL not in table.frame.columns:
        return table, tuple(drop)
    if LABEL not in [name.strip() for name in drop]:
        raise InputError(
            f"{table.where} has labels in the column {LABEL!r}, and annotations give others: leave "
            f"that column out with drop (in the shell --drop {LABEL})."
        )
    rest = tuple(name for name in drop if name.strip() != LABEL)
    told_now = [*table.told, f"left out: {LABEL!r} (labels come from the annotations)"]
    return replace(table, frame=table.frame.drop(columns=[LABEL]), told=told_now), rest


def _majority(votes: Any, rows: Any, where: str) -> Majority:
    try:
        return majority(votes, rows)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None


def _labeled(
    table: Table, label: str, found: Majority, position: Sequence[int], cast: int,
    annotators: int | None,
) -> VotedTable:  # fmt: skip
    """The table with its labels; position (k,): the row of each majority; cast: votes in all."""
    count = len(table.frame)
    labels: list[Any] = [None] * count
    costs: list[int | None] = [None] * count
    there = zip(
        position, found.labels.tolist(), is_labeled(found.labels).tolist(), found.costs.tolist(),
        strict=True,
    )  # fmt: skip
    for row, name, is_there, cost in there:
        if is_there:
            labels[row], costs[row] = name, cost
    frame = table.frame.copy(deep=False)
    frame[label] = _column(labels)
    by = "" if annotators is None else f" of {annotators} annotators"
    rows = sum(name is not None for name in labels)
    ties = () if found.told or not rows else ("no row has a tie",)
    sentence = f"labels are the majority of {cast} votes{by} on {rows} rows"
    told_now = [*table.told, sentence, *found.told, *ties]
    return VotedTable(replace(table, frame=frame, told=told_now), label, costs)


def _column(labels: list[Any]) -> Any:
    import pandas as pd

    return pd.Series(labels, dtype=object).to_numpy()


def _annotators(given: Table, names: Sequence[str]) -> int | None:
    """How many annotators there are, None where nobody is named."""
    if "annotator" not in given.frame.columns:
        return None
    cells = names_of(given, "annotator")
    seen: set[tuple[str, Any]] = set()
    for name, annotator in zip(names, cells, strict=True):
        if annotator is not None and (name, annotator) in seen:
            raise InputError(
                f"{given.where} has two votes of annotator {annotator!r} on {name!r}: keep one."
            )
        seen.add((name, annotator))
    return len({annotator for annotator in cells if annotator is not None})


def _positions(table: Table, id: str | None, rows: Sequence[str], where: str) -> list[int]:
    """The row of the table that each name means; raises InputError for one that it lacks."""
    ids = _row_ids(table, id)
    if ids is None:
        count = len(table.frame)
        known = {str(row): row for row in range(count)}
        remedy = f"write numbers from 0 to {count - 1}, or name a column of ids with --id"
    else:
        known = {name: row for row, name in enumerate(ids)}
        remedy = "use its ids"
    for name in rows:
        if name not in known:
            raise InputError(
                f"{where} has a vote on {told(name)}, which the table does not have: {remedy}."
            )
    return [known[name] for name in rows]


def _row_ids(table: Table, id: str | None) -> list[str] | None:
    """What the table calls its rows, None where it has no names for them."""
    quiet = replace(table, told=[])  # told when the table's columns are read
    if id is not None:
        return identifiers(quiet, require_column(table, id, "id"), None).tolist()
    found = default_ids(quiet, LABEL, ())
    if found is None:
        return None
    try:
        return identifiers(quiet, found, None).tolist()
    except InputError:
        return None
