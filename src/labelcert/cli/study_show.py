"""What the commands of `labelcert study` print."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from labelcert.cli.errors import printable
from labelcert.cli.printing import head, plain_table, print_through, text
from labelcert.cli.study_progress import duration

if TYPE_CHECKING:
    from labelcert.studies import Finished, Store, Study

_MOST_NAMED = 3


def show_finished(
    console: Console, errors: Console, study: Study, path: Path, finished: Finished, quiet: bool
) -> None:
    """Print what a run came to; failures go to `errors`, also with `quiet`."""
    failures = group_failures([(unit.told, message) for unit, message in finished.failures])
    if not quiet:
        for title, notes in finished.notes.items():
            if notes:
                console.print(text(f"{title}: {'; '.join(notes)}"), soft_wrap=True)
        done = finished.total - len(finished.failures)
        spent = f"{finished.computed} computed now, in {duration(finished.seconds)}"
        line = f"{study.spec.name}: {done} of {finished.total} units done ({spent})"
        console.print(text(f"{line}; store {path}"), soft_wrap=True)
        if finished.open:
            console.print(
                f"{_units(finished.open)} open, with proven intervals; a longer --time-limit "
                "computes them again and may close them.",
                style="yellow",
                soft_wrap=True,
            )
    if not failures:
        return
    errors.print(f"{_units(len(finished.failures))} failed:", style="red")
    for line in failures:
        errors.print(Text.assemble("  ", text(line)), soft_wrap=True)
    if not quiet:
        errors.print("Run again with --retry-failed once that is mended.")


def group_failures(failures: list[tuple[str, str]]) -> list[str]:
    """One line for each different message, with the first units that it is about."""
    groups: dict[str, list[str]] = {}
    for unit, message in failures:
        groups.setdefault(message, []).append(unit)
    lines: list[str] = []
    for message, units in groups.items():
        named = "; ".join(units[:_MOST_NAMED])
        more = f"; and {len(units) - _MOST_NAMED} more" if len(units) > _MOST_NAMED else ""
        lines.append(f"{named}{more}: {message}")
    return lines


def show_status(console: Console, store: Store) -> None:
    """Print the counts of every study, and its failures."""
    print_through(console, lambda: _show_status(console, store))


def _show_status(console: Console, store: Store) -> None:
    for i, (name, title) in enumerate(store.studies().items()):
        counts: dict[str, Counter[str]] = {}
        failures: list[tuple[str, str]] = []
        known = store.known()
        for row in store.rows(name, records=False):
            count = counts.setdefault(row.dataset, Counter())
            count[row.state] += 1
            if row.state == "done" and not known[row.key].complete:
                count["open"] += 1
            if row.measured is not None:
                count["seconds"] += sum(row.measured.get("seconds", {}).values())
            if row.state == "failed":
                failures.append((f"{row.dataset}, {row.model}", row.message or ""))
        if i:
            console.print()
        console.print(Text.assemble((printable(name), "bold"), f"  {printable(title)}"))
        _table(console, counts)
        if failures:
            head(console, "Failed")
            for line in group_failures(failures):
                console.print(text(line), soft_wrap=True)


def _table(console: Console, counts: dict[str, Counter[str]]) -> None:
    table = plain_table()
    table.add_column("data set", overflow="fold")
    columns = ("done", "of them open", "failed", "waiting", "computing time")
    for column in columns:
        table.add_column(column, justify="right")
    total: Counter[str] = Counter()
    for count in counts.values():
        total.update(count)
    for title, count in (*counts.items(), *([("all", total)] if len(counts) > 1 else [])):
        cells = [str(count[name]) for name in ("done", "open", "failed", "waiting")]
        table.add_row(text(title), *cells, duration(count["seconds"]))
    console.print(table)


def show_shipped(console: Console) -> None:
    """Print name, size and title of every shipped study."""
    print_through(console, lambda: _show_shipped(console))


def _show_shipped(console: Console) -> None:
    from labelcert.studies.shipped import load_study, shipped
    from labelcert.studies.units import count_units

    table = plain_table()
    table.add_column("name", no_wrap=True)
    table.add_column("units", justify="right")
    table.add_column("title", overflow="fold")
    for name in shipped():
        study = load_study(name, draw=False)
        table.add_row(name, str(count_units(study)), study.spec.title)
    console.print(table)


def tell_left_out(console: Console, left_out: dict[str, int]) -> None:
    """Print how many units an export has no rows of."""
    parts = [f"{state} ({count})" for state, count in left_out.items() if count]
    if parts:
        console.print(f"left out: units that are {' or '.join(parts)}; see labelcert study status")


def _units(count: int) -> str:
    return f"{count} unit{'' if count == 1 else 's'}"
