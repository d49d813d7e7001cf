"""Time limits, interrupts and progress, for everything that may take long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

ProgressCallback = Callable[[str, float], None]
"""Called with the name of the stage and the share of it that is done, 0 to 1."""


class Clock:
    """A deadline that can also be pulled by hand.

    time_limit: seconds from now, None for no limit. Shared by all stages of one call; a stage asks
    `expired` between pieces of work of at most about a tenth of a second.
    """

    def __init__(self, time_limit: float | None = None, progress: ProgressCallback | None = None):
        self.start = time.monotonic()
        self.time_limit = time_limit
        self._progress = progress
        self._stopped = threading.Event()

    @property
    def elapsed(self) -> float:
        """Seconds since the clock was made."""
        return time.monotonic() - self.start

    @property
    def remaining(self) -> float:
        """Seconds left; infinite without a limit."""
        if self._stopped.is_set():
            return 0.0
        if self.time_limit is None:
            return float("inf")
        return self.time_limit - self.elapsed

    @property
    def expired(self) -> bool:
        """Whether to stop now."""
        return self.remaining <= 0

    @property
    def interrupted(self) -> bool:
        """Whether somebody stopped it before its time."""
        return self._stopped.is_set()

    def interrupt(self) -> None:
        """End all stages soon; what is proven so far is kept."""
        self._stopped.set()

    def report(self, stage: str, share: float) -> None:
        """Tell the progress callback, if there is one."""
        if self._progress is not None:
            self._progress(stage, min(max(share, 0.0), 1.0))
