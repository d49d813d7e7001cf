"""`labelcert report`: a study's store, or the document of a run, as one HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from labelcert._errors import InputError
from labelcert.cli.commands import StoreCommand
from labelcert.cli.store_options import Quiet, StudyName

HELP = "\n\n".join(
    (
        "Make one HTML page of a store: curves, ranking, radii, single predictions, findings.",
        "The page is one file that needs no network. It shows what is in the store by now, so a "
        "study may still be running. Graphs are drawn where their data are on this machine.",
        "Of a .json file that 'certify --output' or Certificate.to_json wrote, the page is that of "
        "the one certificate.",
    )
)

EPILOG = "\n\n".join(
    (
        "Examples:",
        "labelcert report tour.db -o tour.html",
        "labelcert report results.db --study seed-figure -o seed-figure.html",
        "labelcert report run.json -o run.html",
    )
)


def report(
    store: Annotated[
        Path,
        typer.Argument(
            help="A store that 'study run' has made, or a run's .json file.", show_default=False
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The page, an .html file.", metavar="FILE")
    ],
    title: Annotated[
        str | None,
        typer.Option(help="Title of the page; that of the study unless given.", metavar="TEXT"),
    ] = None,
    study: StudyName = None,
    quiet: Quiet = False,
) -> None:
    """Write the page; the help of the command is `HELP`."""
    check_page("output", output, store)
    if store.suffix.lower() == ".json":
        make_run_page(store, output, title, study, quiet)
    else:
        make_page(store, output, title, study, quiet)


def check_page(name: str, page: Path, store: Path) -> None:
    """Raise InputError for a page that could not be written; name: of the option."""
    from labelcert.cli.outputs import check_path
    from labelcert.report.page.page_html import SUFFIXES

    check_path(name, page, SUFFIXES, read=(store,))


def make_run_page(
    run: Path, output: Path, title: str | None, study: str | None, quiet: bool
) -> None:
    """Write the page of a run's document, and say so; raises InputError."""
    from rich.console import Console

    from labelcert.cli.printing import tell_files
    from labelcert.report.page.document_page import write_document_page

    if study is not None:
        raise InputError(f"--study goes with a store, and {str(run)!r} is a run: leave it out.")
    write_document_page(run, output, title)
    if not quiet:
        tell_files(Console(highlight=False, emoji=False), [output])


def make_page(store: Path, output: Path, title: str | None, study: str | None, quiet: bool) -> None:
    """Write the page of a store, or of one of its studies, and say so; raises InputError."""
    from dataclasses import replace

    from rich.console import Console

    from labelcert.cli.printing import tell_files
    from labelcert.cli.progress import live
    from labelcert.report.page.page_html import write_page
    from labelcert.report.study_results import read_store

    evaluation = read_store(store, study)
    if title is not None:
        evaluation = replace(evaluation, title=title)
    with live(Console(stderr=True, highlight=False), quiet) as progress:
        write_page(evaluation, output, progress=lambda share: progress("graphs", share))
    if not quiet:
        tell_files(Console(highlight=False, emoji=False), [output])


def register(app: typer.Typer) -> None:
    """Add the command to an application."""
    app.command("report", cls=StoreCommand, help=HELP, epilog=EPILOG)(report)
