"""Time limits, interrupts and progress, for everything that may take long."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType

from labelcert._jit import compile_seconds

ProgressCallback = Callable[[str, float], None]
"""Called with the name of the stage and the share of it that is done, 0 to 1."""


class Clock:
    """A deadline that can also be pulled by hand.

    time_limit: seconds from now, None for no limit. Shared by all stages of one call; a stage asks
    `expired` between pieces of work of at most about a tenth of a second. Time spent compiling (at
    the first use of an engine after an installation) does not count.
    """

    def __init__(self, time_limit: float | None = None, progress: ProgressCallback | None = None):
        self.start = time.monotonic()
        self._compiled_before = compile_seconds()
        self.time_limit = time_limit
        self._progress = progress
        self._stopped = threading.Event()
        self._waits = 0

    @property
    def elapsed(self) -> float:
        """Seconds since the clock was made, without those spent compiling."""
        return time.monotonic() - self.start - self.compiling

    @property
    def compiling(self) -> float:
        """Seconds spent compiling since the clock was made."""
        return compile_seconds() - self._compiled_before

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

    @contextmanager
    def minding_interrupts(self) -> Iterator[None]:
        """While it lasts Ctrl-C ends all stages soon, instead of any of them at any line.

        Where a ledger is being written an exception could leave half a note. A second Ctrl-C is
        what it was before, and so is the first in other threads and under a handler of the user's.
        """
        before = signal.getsignal(signal.SIGINT)
        main = threading.current_thread() is threading.main_thread()
        if not main or before is not signal.default_int_handler:
            yield
            return

        def press(number: int, frame: FrameType | None) -> None:
            again = self.interrupted
            self.interrupt()
            if again or self._waits > 0:
                signal.default_int_handler(number, frame)

        signal.signal(signal.SIGINT, press)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def waiting(self) -> AbstractContextManager[None]:
        """A wait that does not look at the clock: inside, Ctrl-C raises KeyboardInterrupt."""
        return self._wait()

    @contextmanager
    def _wait(self) -> Iterator[None]:
        self._waits += 1
        try:
            yield
        finally:
            self._waits -= 1

    def within(self, seconds: float) -> Clock:
        """A clock for one stage: it expires after `seconds`, or with this one."""
        return _StageClock(self, seconds)

    @property
    def deadline(self) -> float:
        """When it expires, in `time.time` of this machine, for other processes."""
        return time.time() + self.remaining

    def report(self, stage: str, share: float) -> None:
        """Tell the progress callback, if there is one."""
        if self._progress is not None:
            self._progress(stage, min(max(share, 0.0), 1.0))


def clock_until(deadline: float, seconds: float = float("inf")) -> Clock:
    """A clock of another process: it expires at `Clock.deadline`, or after some seconds."""
    return Clock(min(max(deadline - time.time(), 0.0), seconds, 1e9))


class _StageClock(Clock):
    """A clock inside another: its own limit, the other's interrupts and progress."""

    def __init__(self, outer: Clock, seconds: float):
        super().__init__(seconds)
        self._outer = outer

    @property
    def remaining(self) -> float:
        """Seconds left of the stage or of the whole, whichever is less."""
        return min(super().remaining, self._outer.remaining)

    def interrupt(self) -> None:
        """End the whole, not just the stage."""
        self._outer.interrupt()

    def waiting(self) -> AbstractContextManager[None]:
        """As of the whole."""
        return self._outer.waiting()

    @property
    def interrupted(self) -> bool:
        """Whether somebody stopped the whole."""
        return self._outer.interrupted

    def report(self, stage: str, share: float) -> None:
        """Tell the outer clock's progress callback."""
        self._outer.report(stage, share)
