"""`labelcert datasets`: the named data sets."""

from __future__ import annotations

import typer

from labelcert.cli.commands import ShellCommand

HELP = "\n\n".join(
    (
        "List the named data sets.",
        "Their files are looked for in the folder that the environment variable "
        "LABELCERT_DATA_DIR names, or else in the system's cache folder, and downloaded there the "
        "first time.",
    )
)


def datasets() -> None:
    """Print name, size and source of every named data set; reads none of them."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from labelcert.cli.errors import printable
    from labelcert.data import datasets as known

    folder = known.data_folder()
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("name", no_wrap=True)
    for name in ("nodes", "edges", "classes", "features"):
        table.add_column(name, justify="right")
    table.add_column("files", no_wrap=True)
    sources: dict[str, list[str]] = {}
    for info in known.describe():
        sources.setdefault(info.source, []).append(info.name)
        here = all((folder / file.filename).is_file() for file in info.files) or (
            info.whole is not None and (folder / info.whole).is_file()
        )
        missing = "to download" if info.can_be_downloaded else "to be put there"
        where = "built in" if not info.needs_download else "on disk" if here else missing
        sizes = (info.nodes, info.edges, info.classes, info.features)
        table.add_row(info.name, *(str(size) for size in sizes), where)
    console = Console(highlight=False, emoji=False)
    console.print(table)
    for source, names in sources.items():
        console.print(Text(f"{', '.join(names)}: {source}"))
    console.print(Text(f"folder: {printable(str(folder))}"), soft_wrap=True)


def register(app: typer.Typer) -> None:
    """Add the command to an application."""
    app.command("datasets", cls=ShellCommand, help=HELP)(datasets)
