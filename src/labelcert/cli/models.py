"""`labelcert models`: the networks and their options."""

from __future__ import annotations

import typer

from labelcert.cli.commands import ShellCommand
from labelcert.cli.errors import printable
from labelcert.cli.kernel_options import word_of

HELP = "\n\n".join(
    (
        "List the networks that can be certified, with their options and defaults.",
        "Pass one to 'labelcert certify' as --model NAME, and its options under the same names. A "
        "kernel of your own is --model package.module:Class, or --model precomputed --matrix FILE.",
    )
)


def models() -> None:
    """Print every kernel of the registry with its options."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from labelcert.kernels import registry
    from labelcert.kernels.installed import installed

    console = Console(highlight=False, emoji=False)
    for name, kernel in registry.names().items():
        console.print(Text.assemble((name, "bold"), f"  {kernel.summary}"))
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True, min_width=19)
        table.add_column(no_wrap=True, min_width=9)
        table.add_column(overflow="fold")
        for parameter in kernel.parameters():
            option = "  --" + parameter.name.replace("_", "-")
            table.add_row(option, word_of(parameter.default), Text(parameter.told))
        console.print(table)
        console.print()
    for name, reason in installed()[1].items():
        console.print(Text(printable(f"{name}  is installed and cannot be loaded: {reason}")))


def register(app: typer.Typer) -> None:
    """Add the command to an application."""
    app.command("models", cls=ShellCommand, help=HELP)(models)
