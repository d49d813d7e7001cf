"""Peak memory of this process and of the workers that it starts, watched while a block runs.

Linux tells the peak of every process that is alive, so those of workers are read now and then, and
one that is killed at a time limit counts too. Its `getrusage` would not do: there a process starts
with the peak of the one that started it, and counts only once it has ended. Where there is no
``/proc``, `getrusage` tells the peak of this process and of the largest worker that has ended.
Windows has neither.
"""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

EVERY = 0.5
"""Seconds between two looks at the workers."""

_PROCESSES = Path("/proc")


class Memory:
    """The peaks seen so far, in bytes."""

    def __init__(self) -> None:
        self._last: dict[int, int] = {}
        self._together: set[frozenset[int]] = set()

    @property
    def megabytes(self) -> float | None:
        """Peak of this process, and of its workers added up, in 10⁶ bytes; None if unknown."""
        own = _peak_of("self") if (_PROCESSES / "thread-self" / "children").exists() else None
        if own is None:
            own = _from_getrusage()
        workers = max(
            (sum(self._last[pid] for pid in group) for group in self._together), default=0
        )
        return None if own is None else round((own + workers) / 1e6, 1)

    def look(self, settled: bool = False) -> None:
        """Read the peaks of all workers that are alive.

        Unless settled, a process counts from the second look on: at the first it may not be a
        worker yet but still a copy of this process.
        """
        alive = {pid: peak for pid in _workers() if (peak := _peak_of(pid)) is not None}
        self._together.add(frozenset(alive if settled else alive.keys() & self._last.keys()))
        self._last |= alive


@contextmanager
def watched() -> Iterator[Memory]:
    """Watch the memory of the workers that are alive while the block runs."""
    memory, done = Memory(), threading.Event()

    def look() -> None:
        while not done.wait(EVERY):
            memory.look()

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield memory
    finally:
        done.set()
        thread.join()
        memory.look(settled=True)


def _workers() -> list[int]:
    """Processes that this one has started and that have not ended."""
    found: list[int] = []
    for thread in (_PROCESSES / "self" / "task").glob("*/children"):
        try:
            found += [int(pid) for pid in thread.read_text().split()]
        except OSError:  # the thread has ended meanwhile
            continue
    return found


def _peak_of(process: int | str) -> int | None:
    try:
        status = (_PROCESSES / str(process) / "status").read_text()
    except OSError:
        return None
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return None if found is None else 1024 * int(found[1])


def _from_getrusage() -> int | None:
    try:
        import resource
    except ImportError:  # Windows
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    asked = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return unit * sum(resource.getrusage(who).ru_maxrss for who in asked)
