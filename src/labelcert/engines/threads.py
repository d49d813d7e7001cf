"""Run compiled loops in threads that a clock can stop at any moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeVar

import numpy as np

from labelcert.engines.clock import Clock

T = TypeVar("T")

CHECK_EVERY = 0.05
"""Seconds between two looks at the clock."""


def run_in_threads(work: Callable[[], T], clock: Clock, jobs: int, stop: np.ndarray) -> list[T]:
    """Call `work` in `jobs` threads and return the results.

    stop (1,) uint8 is set to 1 once the clock expires or Ctrl-C is pressed; the loops look at it.
    """
    with ThreadPoolExecutor(jobs) as pool:
        futures = [pool.submit(work) for _ in range(jobs)]
        try:
            _watch(futures, clock, stop)
        except KeyboardInterrupt:
            clock.interrupt()
            stop[0] = 1
        return [future.result() for future in futures]


def _watch(futures: list[Future[T]], clock: Clock, stop: np.ndarray) -> None:
    pending = set(futures)
    while pending:
        _, pending = wait(pending, timeout=CHECK_EVERY)
        if clock.expired:
            stop[0] = 1
