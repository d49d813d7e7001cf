"""Which bad groups break predictions by themselves, as a table in the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from labelcert.cli.printing import head, plain_table, text
from labelcert.report.bad_groups_told import ONCE, Breaking, breaking_groups, groups_of
from labelcert.report.document import Run
from labelcert.report.tables import PredictionRow

_MOST_ROWS = 12
_FEW_NAMED = 3


def show_breaking_groups(console: Console, run: Run) -> None:
    """Print the groups that break predictions by themselves; nothing where none is known to."""
    found = breaking_groups(run)
    if not found:
        return
    head(console, "Groups that break predictions by themselves")
    console.print(_table(found[:_MOST_ROWS]))
    if len(found) > _MOST_ROWS:
        console.print(f"and {len(found) - _MOST_ROWS} more")
    console.print(ONCE)


def group_text(run: Run, row: PredictionRow) -> str:
    """The witness of a prediction that bad groups alone break, in words; "" for any other."""
    if row.radius_upper >= 0 or not row.witness:
        return ""
    names = groups_of(run, run.test.tolist().index(row.node))
    if not names:
        return ""
    few = ", ".join(f"{run.called(node)} to {label}" for node, label in row.witness[:_FEW_NAMED])
    count = len(row.witness)
    some = " such as" if count > _FEW_NAMED else ":"
    return f"{' and '.join(names)} alone, by {count} label{'s' * (count > 1)}{some} {few}"


def _table(rows: list[Breaking]) -> Table:
    table = plain_table()
    table.add_column("group", overflow="fold")
    table.add_column("its labels", justify="right")
    table.add_column("predictions broken", justify="right")
    for row in rows:
        table.add_row(text(row.told), str(row.labels), str(row.predictions))
    return table
