"""`labelcert figures`: the charts of a study as files for a paper."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from labelcert.cli.commands import StoreCommand
from labelcert.cli.store_options import Quiet, StoreFile, StudyName

HELP = "\n\n".join(
    (
        "Write every chart of a store as SVG, PDF and PNG, with the data behind them as CSV.",
        "Of each data set: certified ratios sample-wise, collective and side by side, certified "
        "accuracy, the gap between the two, the ranking of the models, and the radii of the first "
        "split. Over all of them: the effects of design choices.",
    )
)

EPILOG = "\n\n".join(("Example:", "labelcert figures tour.db -o figures --format pdf"))


def figures(
    store: StoreFile,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="Folder of the files, made if needed.", metavar="DIR"),
    ],
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            help="svg, pdf or png; may be repeated. All three unless given.",
            metavar="NAME",
        ),
    ] = None,
    study: StudyName = None,
    quiet: Quiet = False,
) -> None:
    """Write the figures; the help of the command is `HELP`."""
    make_figures(store, output, formats, study, quiet)


def make_figures(
    store: Path, output: Path, formats: list[str] | None, study: str | None, quiet: bool
) -> None:
    """Write all figures of a store, or of one of its studies, and say so; raises InputError."""
    from rich.console import Console

    from labelcert.cli.progress import live
    from labelcert.report.charts.figures import FORMATS, write_figures
    from labelcert.report.study_results import read_store

    evaluation = read_store(store, study)
    wanted = FORMATS if formats is None else tuple(dict.fromkeys(formats))
    with live(Console(stderr=True, highlight=False), quiet) as progress:
        written = write_figures(
            evaluation, output, wanted, lambda share: progress("figures", share)
        )
    if not quiet:
        from labelcert.cli.printing import text

        console = Console(highlight=False, emoji=False)
        console.print(text(f"wrote {len(written)} files into {output}"), soft_wrap=True)


def register(app: typer.Typer) -> None:
    """Add the command to an application."""
    app.command("figures", cls=StoreCommand, help=HELP, epilog=EPILOG)(figures)
