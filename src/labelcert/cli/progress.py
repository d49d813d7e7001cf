"""A live progress bar on a terminal, and silence in a pipe."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

Report = Callable[[str, float], None]
"""Called with the name of a stage and the share of it done, 0 to 1, from any thread."""

_RESTART = 0.5
"""A share that falls by more than this starts the stage anew; less is threads overtaking."""


@contextmanager
def live(console: Console, quiet: bool = False) -> Iterator[Report]:
    """Show a bar with elapsed and estimated remaining time on `console` while the block runs.

    Shows nothing where the console is no terminal, or with `quiet`. The bar is removed at the end.
    """
    if quiet or not console.is_terminal or console.is_dumb_terminal:
        yield lambda stage, share: None
        return
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    progress = Progress(
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(),
        TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(),
        console=console, transient=True,
    )  # fmt: skip
    with progress:
        yield _Stages(progress)


class _Stages:
    """Turns the engines' reports into one bar that starts anew with every stage."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("starting", total=None)
        self._stage = ""
        self._share = 0.0
        self._lock = threading.Lock()

    def __call__(self, stage: str, share: float) -> None:
        with self._lock:
            if stage != self._stage or self._share - share > _RESTART:
                self._progress.reset(self._task, total=1.0, description=stage)
                self._stage, self._share = stage, 0.0
            self._share = max(self._share, share)
            self._progress.update(self._task, completed=self._share)
