"""`labelcert study`: run a study file into a store, look at the store, export it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from labelcert._errors import InputError
from labelcert.cli import study_tools
from labelcert.cli.commands import PlainGroup, ShellCommand, StoreCommand
from labelcert.cli.errors import INTERRUPTED, complain
from labelcert.cli.store_options import Quiet, StoreFile, StudyName

HELP = "\n\n".join(
    (
        "Run whole studies: many certificates from one file, kept in one store.",
        "Start with: labelcert study run karate-tour --store tour.db",
    )
)
RUN_HELP = "\n\n".join(
    (
        "Compute all certificates of a study that its store lacks.",
        "Every result is stored as soon as it is there. Interrupt or kill the command at any "
        "moment: the same command goes on where it stood. What fails is recorded, shown at the "
        "end (exit code 1), and does not stop the rest.",
    )
)
EPILOG = "\n\n".join(
    (
        "Examples:",
        "labelcert study run karate-tour --store tour.db --report tour.html",
        "labelcert study run my-study.yaml --n-jobs 4 --time-limit 300",
        "labelcert study run architectures --scheduler tcp://login1:8786",
        "labelcert study run architectures --shard 3/20 --store part3.db",
        "labelcert study merge part*.db -o all.db",
        "labelcert study export tour.db -o tour.csv",
    )
)
FAILED = 1

app = typer.Typer(cls=PlainGroup, help=HELP, epilog=EPILOG, no_args_is_help=True)


@app.command("run", cls=ShellCommand, help=RUN_HELP, epilog=EPILOG)
def run(
    file: Annotated[
        str,
        typer.Argument(
            help="A study file (.yaml), or the name of a shipped study, see 'study list'.",
            show_default=False,
        ),
    ],
    store: Annotated[
        Path | None,
        typer.Option(help="File of the results; NAME.db unless given.", metavar="PATH"),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--n-jobs", help="Processes; those of the study file, else all cores.", metavar="N"
        ),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            help="Let the workers of a Dask scheduler compute (pip install 'labelcert\\[dask]').",
            metavar="ADDRESS",
        ),
    ] = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Compute again what has failed before.")
    ] = False,
    time_limit: Annotated[
        float | None,
        typer.Option(
            help="Seconds for each certificate, inf for no limit; that of the study file unless "
            "given. What an earlier limit has ended is computed again under a longer one.",
            metavar="S",
        ),
    ] = None,
    shard: Annotated[
        str | None,
        typer.Option(
            help="Compute only this share of the units, for job arrays: I of N, from 1. Give each "
            "share a store of its own; 'study merge' puts them together.",
            metavar="I/N",
        ),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(help="Then write its page: .html, see 'labelcert report'.", metavar="FILE"),
    ] = None,
    figures: Annotated[
        Path | None,
        typer.Option(
            help="Then write its figures into this folder, see 'labelcert figures'.", metavar="DIR"
        ),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Run a study; the help of the command is `RUN_HELP`."""
    from rich.console import Console

    from labelcert.cli.figures import make_figures
    from labelcert.cli.report import check_page, make_page
    from labelcert.cli.study_progress import following
    from labelcert.cli.study_show import show_finished
    from labelcert.studies import Settings, Shard, load_study, run_study

    share = None if shard is None else Shard.parse(shard)
    study = load_study(file)
    path = store or Path(f"{study.spec.name}.db")
    if report is not None:
        check_page("report", report, path)
    if figures is not None and figures.exists() and not figures.is_dir():
        raise InputError(f"figures {str(figures)!r} is a file: name a folder.")
    settings = Settings(jobs, scheduler, retry_failed, time_limit, share)
    try:
        with following(Console(stderr=True, highlight=False), quiet) as observer:
            finished = run_study(study, path, settings, observer)
    except KeyboardInterrupt:
        complain("interrupted; what is finished is stored, and the same command goes on from there")
        raise typer.Exit(INTERRUPTED) from None
    console = Console(highlight=False, emoji=False)
    show_finished(console, Console(stderr=True, highlight=False), study, path, finished, quiet)
    if len(finished.failures) < finished.total:
        if report is not None:
            make_page(path, report, None, study.spec.name, quiet)
        if figures is not None:
            make_figures(path, figures, None, study.spec.name, quiet)
    if finished.failures:
        raise typer.Exit(FAILED)


@app.command("status", cls=StoreCommand)
def status(store: StoreFile) -> None:
    """Show what a store holds: done, failed, waiting, for every study and data set."""
    from rich.console import Console

    from labelcert.cli.study_show import show_status
    from labelcert.studies.store import Store

    with Store.reading(store) as opened:
        show_status(Console(highlight=False, emoji=False), opened)


@app.command("export", cls=StoreCommand)
def export(
    store: StoreFile,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="A .csv, .parquet or .tex file.", metavar="FILE"),
    ],
    study: StudyName = None,
    budget: Annotated[
        list[int] | None,
        typer.Option(
            "--budget",
            help="A column of a LaTeX table for each data set; may be repeated (1, and a tenth of "
            "the labels).",
            metavar="N",
        ),
    ] = None,
    quantity: Annotated[
        str,
        typer.Option(
            "--quantity",
            help="What a LaTeX table shows: certified_ratio, certified_accuracy or "
            "collective_ratio.",
            metavar="NAME",
        ),
    ] = "certified_ratio",
    quiet: Quiet = False,
) -> None:
    """Write the results: a row for every certificate and budget, or a LaTeX table of means."""
    from rich.console import Console

    from labelcert.cli.printing import tell_files
    from labelcert.cli.study_show import tell_left_out
    from labelcert.report.atomic import write_bytes
    from labelcert.report.latex import latex_table
    from labelcert.report.study_frame import check_path, study_frame, write_study_frame
    from labelcert.studies.store import Store

    if output.suffix.lower() != ".tex":
        check_path(output)
    with Store.reading(store) as opened:
        frame, left_out = study_frame(opened, study)
        titles = opened.studies()
    if output.suffix.lower() == ".tex":
        write_bytes(output, latex_table(frame, budget or (), quantity, titles).encode())
    else:
        write_study_frame(frame, output)
    if not quiet:
        console = Console(highlight=False, emoji=False)
        tell_files(console, [output])
        tell_left_out(console, left_out)


@app.command("list", cls=ShellCommand)
def list_studies() -> None:
    """List the studies that come with labelcert."""
    from rich.console import Console

    from labelcert.cli.study_show import show_shipped

    show_shipped(Console(highlight=False, emoji=False))


@app.command("show", cls=ShellCommand)
def show(
    file: Annotated[
        str, typer.Argument(help="Name of a shipped study, or a study file.", show_default=False)
    ],
) -> None:
    """Check a study file and print it: the way to a shipped one that can be changed."""
    from labelcert.studies import load_study

    typer.echo(load_study(file).text, nl=False)


def register(parent: typer.Typer) -> None:
    """Add the commands to an application."""
    study_tools.register(app)
    parent.add_typer(app, name="study")
