"""The command `labelcert`: its commands, its version, and the entry point."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from labelcert._version import __version__
from labelcert.cli import advise, certify, datasets, figures, models, report, study, transfer, tune
from labelcert.cli.errors import INTERRUPTED, OneLineErrors, complain

HELP = """Exact certificates that predictions of graph neural networks survive poisoned labels.

Start with: labelcert certify karate
"""

app = typer.Typer(
    name="labelcert",
    cls=OneLineErrors,
    help=HELP,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"labelcert {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _top(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


for _command in (certify, advise, tune, transfer, study, report, figures, datasets, models):
    _command.register(app)


def run() -> None:
    """Entry point of the console script.

    Exit code 0; 1 where units of a study failed; 2 for bad input; 130 if interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        # A terminal that lacks a character shows a question mark instead of ending the program.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app(prog_name="labelcert")
    except KeyboardInterrupt:
        complain("interrupted before there was a result")
        sys.exit(INTERRUPTED)
