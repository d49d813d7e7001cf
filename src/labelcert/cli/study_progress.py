"""How a study gets on: a bar with an estimate on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from labelcert.cli.errors import printable

if TYPE_CHECKING:
    from rich.console import Console

    from labelcert.studies import Unit

EVERY = 10.0
"""Seconds between two lines."""


def remaining(done: int, todo: int, elapsed: float) -> float | None:
    """Seconds that the rest of `todo` units takes, None where too little is known.

    elapsed: seconds since the first of the `done` units was there. What comes before, starting
    workers and compiling, does not come again.
    """
    return elapsed * (todo - done) / (done - 1) if 2 < done < todo else None


def duration(seconds: float) -> str:
    """Seconds in words, roughly: "40 s", "12 min", "3.5 h"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


class Following:
    """An observer of a study that tells one line of words."""

    def __init__(self, tell: Callable[[str, int, int], None]) -> None:
        self._tell = tell
        self._first = time.monotonic()
        self._total = self._stored = self._done = self._failed = 0

    def begin(self, total: int, stored: int) -> None:
        """See `runner.Observer`."""
        self._total, self._stored = total, stored
        self._tell(self._line("starting"), stored, total)

    def done(self, unit: Unit, outcome: Any) -> None:
        """See `runner.Observer`."""
        if self._done == 0:
            self._first = time.monotonic()
        self._done += 1
        self._failed += outcome["state"] == "failed"
        self._tell(self._line(printable(unit.told)), self._stored + self._done, self._total)

    def _line(self, what: str) -> str:
        left = remaining(self._done, self._total - self._stored, time.monotonic() - self._first)
        failed = f", {self._failed} failed" if self._failed else ""
        count = f"{self._stored + self._done} of {self._total} units{failed}"
        estimate = "" if left is None else f", about {duration(left)} left"
        return f"{count}{estimate}: {what}"


@contextmanager
def following(console: Console, quiet: bool) -> Iterator[Following]:
    """Show progress on `console` while the block runs; nothing with `quiet`."""
    if quiet:
        yield Following(lambda line, done, total: None)
    elif console.is_terminal and not console.is_dumb_terminal:
        with _bar(console) as tell:
            yield Following(tell)
    else:
        yield Following(_lines(console))


@contextmanager
def _bar(console: Console) -> Iterator[Callable[[str, int, int], None]]:
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.text import Text

    class Words(TextColumn):
        """The line as it is: names in it are no markup."""

        def render(self, task: Any) -> Text:
            return Text(task.description, overflow="ellipsis", no_wrap=True)

    columns = (BarColumn(20), TimeElapsedColumn(), Words(""))
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("starting", total=None)
        yield lambda line, done, total: progress.update(
            task, description=line, completed=done, total=total
        )


def _lines(console: Console) -> Callable[[str, int, int], None]:
    last = -EVERY

    def tell(line: str, done: int, total: int) -> None:
        nonlocal last
        if done == total or time.monotonic() - last >= EVERY:
            last = time.monotonic()
            console.print(line, markup=False, soft_wrap=True)

    return tell
