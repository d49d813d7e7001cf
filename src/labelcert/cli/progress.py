"""A live progress bar on a terminal, and silence in a pipe."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

Report = Callable[[str, float], None]
"""Called with the name of a stage and the share of it done, 0 to 1, from any thread."""

COMPILING = "compiling, the first time only"
_TICK = 1.0
"""Seconds between two looks at the compiler."""

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
        stages, over = _Stages(progress), threading.Event()
        watcher = threading.Thread(target=_watch, args=(stages, over), daemon=True)
        watcher.start()
        try:
            yield stages
        finally:
            over.set()
            watcher.join()


def _watch(stages: _Stages, over: threading.Event) -> None:
    """Tell, tick by tick, whether the compiler is at work, which takes long the first time."""
    before = _compiled()
    while not over.wait(_TICK):
        now = _compiled()
        stages.compiling(now - before > _TICK / 2)
        before = now


def _compiled() -> float:
    """Seconds spent compiling so far, 0.0 where the compiler is not even loaded."""
    jit = sys.modules.get("labelcert._jit")
    return 0.0 if jit is None else jit.compile_seconds()


class _Stages:
    """Turns the engines' reports into one bar that starts anew with every stage."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("starting", total=None)
        self._stage = ""
        self._share = 0.0
        self._compiling = False
        self._lock = threading.Lock()

    def compiling(self, now: bool) -> None:
        """Say beside the stage whether code is being compiled."""
        with self._lock:
            if now != self._compiling:
                self._compiling = now
                self._progress.update(self._task, description=self._told())

    def _told(self) -> str:
        stage = self._stage or "starting"
        return f"{stage} ({COMPILING})" if self._compiling else stage

    def __call__(self, stage: str, share: float) -> None:
        with self._lock:
            if stage != self._stage or self._share - share > _RESTART:
                self._stage, self._share = stage, 0.0
                self._progress.reset(self._task, total=1.0, description=self._told())
            self._share = max(self._share, share)
            self._progress.update(self._task, completed=self._share)
