"""Labels from several votes a row: `--annotations`, a COLUMN of the table or a FILE beside it."""

from __future__ import annotations

from pathlib import Path

from labelcert._errors import InputError
from labelcert.cli.request import Request
from labelcert.data.node_values import near_column
from labelcert.data.table_columns import ID_NAMES
from labelcert.data.table_files import read_table
from labelcert.data.vote_tables import VotedTable, voted_by_column, voted_by_file

VOTES = "votes"
"""What `--costs` is given where a flip costs the votes that change a label."""


def read_voted(request: Request) -> VotedTable:
    """The table of a request with the majority of its annotations as labels.

    Raises InputError: neither a column nor a file, or votes that cannot be used.
    """
    asked = request.annotations or ""
    ids = ID_NAMES if request.id is None else (request.id,)
    table = read_table(request.dataset, "table", text_columns=(asked, *ids))
    if asked.strip() in table.frame.columns:
        if request.label not in (None, asked):
            raise InputError(
                f"--label names {request.label!r}, and --annotations the column of the votes: "
                "leave --label out."
            )
        return voted_by_column(table, asked, drop=request.drop)
    if not Path(asked).is_file():
        near = near_column(request.dataset, asked).replace("did you mean", "perhaps")
        raise InputError(
            f"--annotations {asked!r} is neither a column of the table nor a file{near}: check the "
            "spelling, or pass a .csv file with the columns node, annotator, label."
        )
    label = "label" if request.label is None else request.label
    ids_of = "id" if request.id is None and request.edges is not None else request.id
    return voted_by_file(table, asked, label=label, id=ids_of, drop=request.drop)


def means_votes(request: Request) -> bool:
    """Whether `--costs` asks for the votes that change each label."""
    if request.annotations is None or request.costs is None:
        return False
    if request.costs.strip() != VOTES:
        return False
    columns = read_table(request.dataset, "table").frame.columns
    return VOTES not in columns or request.annotations.strip() == VOTES
