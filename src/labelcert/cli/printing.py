"""How all commands print: tables of one style, text of the data as it is.

Text that comes from the data is put into Rich `Text` objects, so nothing in it is taken for markup.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from labelcert.cli.errors import printable


def print_through(console: Console, draw: Callable[[], None]) -> None:
    """Let `draw` print on the console, without trailing blanks where that is no terminal."""
    if console.is_terminal:
        draw()
        return
    with console.capture() as captured:
        draw()
    # Rich fills lines with blanks, which only a terminal has a use for.
    lines = [line.rstrip() for line in captured.get().splitlines()]
    console.file.write("\n".join(lines) + "\n")


def head(console: Console, title: str) -> None:
    """Print the title of a table."""
    console.print()
    console.print(Text(title, style="bold"))


def plain_table() -> Table:
    """An empty table in the style of all of them."""
    return Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)


def print_whole(console: Console, table: Table) -> None:
    """Print a table; where there is no terminal, as wide as it needs, so that nothing is cut."""
    if console.is_terminal:
        console.print(table)
        return
    needed = console.measure(table, options=console.options.update(width=9999)).maximum
    room = max(console.width, needed)  # a console prints nothing wider than itself
    Console(file=console.file, width=room, highlight=False, emoji=False).print(table)


def percent(share: float) -> str:
    """A share with one decimal."""
    return f"{100 * share:.1f}%"


def tell_files(console: Console, paths: Sequence[Path]) -> None:
    """Print which files were written."""
    console.print(Text("wrote " + ", ".join(printable(str(path)) for path in paths)))


def text(value: object) -> Text:
    """Text of the data's as it is: no markup, nothing that steers a terminal."""
    return Text(printable(str(value)))
