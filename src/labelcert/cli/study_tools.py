"""`labelcert study merge` and `compare`: several stores at once."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labelcert.cli.commands import ShellCommand
from labelcert.cli.store_options import Quiet, StoreFile, StudyName

if TYPE_CHECKING:
    from labelcert.report.store_comparison import Comparison

CONTRADICTION = 1
MERGE_HELP = "\n\n".join(
    (
        "Put stores together, such as those of the shares of a job array.",
        "Of a unit that several have, the best result is taken: complete before ended by its time "
        "limit, a result before a failure. Where two results cannot both be right, or two studies "
        "of one name differ, nothing is written. 'study run' goes on with the merged store.",
    )
)
COMPARE_HELP = "\n\n".join(
    (
        "Compare two stores: the same units, and models that both have under one title.",
        "Units that are the same must not contradict each other: the exit code is 1 where they do. "
        "Others are paired by the titles of data set and model, and the seed.",
    )
)


def merge(
    stores: Annotated[
        list[Path], typer.Argument(help="Stores that 'study run' has made.", show_default=False)
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", help="The store that all go into; may exist.", metavar="PATH"
        ),
    ],
    quiet: Quiet = False,
) -> None:
    """Put stores together; the help of the command is `MERGE_HELP`."""
    from rich.console import Console

    from labelcert.cli.printing import text
    from labelcert.studies import merge_stores

    merged = merge_stores(stores, output)
    if not quiet:
        line = f"store {output}: {merged.units} units, {merged.brought} of them brought in"
        Console(highlight=False, emoji=False).print(
            text(f"{line}; studies {', '.join(merged.studies) or 'none'}"), soft_wrap=True
        )


def compare(
    first: StoreFile,
    second: StoreFile,
    study: StudyName = None,
    budget: Annotated[
        int, typer.Option("--budget", help="Flips that ratios are taken at.", metavar="N", min=0)
    ] = 1,
) -> None:
    """Compare two stores; the help of the command is `COMPARE_HELP`."""
    from labelcert.report.store_comparison import compare_stores
    from labelcert.studies.store import Store

    with Store.reading(first) as a, Store.reading(second) as b:
        comparison = compare_stores(a, b, study, budget)
    _show(comparison)
    if comparison.contradicting:
        raise typer.Exit(CONTRADICTION)


def _show(comparison: Comparison) -> None:
    from rich.console import Console

    from labelcert.cli.printing import percent, plain_table, print_whole, text

    console = Console(highlight=False, emoji=False)
    console.print(
        f"{_units(comparison.same)} the same in both, {comparison.tighter} more are in both with "
        f"tighter radii in one; without a partner: {comparison.only[0]} of the first store, "
        f"{comparison.only[1]} of the second.",
        soft_wrap=True,
    )
    for line in comparison.contradicting:
        console.print(text(f"cannot both be right: {line}"), style="red", soft_wrap=True)
    if not comparison.pairings:
        console.print(
            "Nothing to compare: no unit is in both, and no titles of data set and model with a "
            "seed are.",
            soft_wrap=True,
        )
        return
    table = plain_table()
    for name in ("data set", "model"):
        table.add_column(name, overflow="fold")
    budget = next((p.budget for p in comparison.pairings if p.budget is not None), None)
    certified = "certified" if budget is None else f"certified at {budget}"
    for name in ("pairs", "accuracy", "", certified, "", "change"):
        table.add_column(name, justify="right")
    for p in comparison.pairings:
        change = "" if math.isnan(p.difference[0]) else f"{100 * p.difference[0]:+.1f}"
        change += "" if math.isnan(p.difference[1]) else f" ± {100 * p.difference[1]:.1f}"
        ratios = ["" if math.isnan(value) else percent(value) for value in p.ratio]
        table.add_row(
            text(p.dataset), text(p.model), str(p.seeds), *map(percent, p.accuracy), *ratios, change
        )
    print_whole(console, table)


def _units(count: int) -> str:
    return "1 unit is" if count == 1 else f"{count} units are"


def register(study: typer.Typer) -> None:
    """Add the commands to those of `labelcert study`."""
    study.command("merge", cls=ShellCommand, help=MERGE_HELP)(merge)
    study.command("compare", cls=ShellCommand, help=COMPARE_HELP)(compare)
