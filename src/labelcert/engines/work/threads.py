"""Run compiled loops in threads that a clock can stop at any moment, one queue of work for all."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeVar

import numpy as np

from labelcert.engines.work.clock import Clock

T = TypeVar("T")
R = TypeVar("R")

CHECK_EVERY = 0.05
"""Seconds between two looks at the clock."""


def work_off(
    tasks: Sequence[T],
    worker: Callable[[], tuple[Callable[[T], None], R]],
    clock: Clock,
    jobs: int,
    stop: np.ndarray,
    report: Callable[[float], None],
) -> tuple[list[R], bool]:
    """Let up to `jobs` threads work off a list of tasks, until the clock expires.

    worker: called once in each thread; returns what does one task, and what that thread gathers.
    stop as in `run_in_threads`; report: told the share of the tasks done, from any thread.
    Returns what the threads gathered, and whether every task was done and none was stopped.
    """
    queue, lock, done = iter(tasks), threading.Lock(), 0

    def run() -> R:
        nonlocal done
        do, gathered = worker()
        while not clock.expired:
            with lock:
                task = next(queue, None)
            if task is None:
                break
            do(task)
            with lock:
                done += 1
                share = done / len(tasks)
            report(share)
        return gathered

    found = run_in_threads(run, clock, max(1, min(jobs, len(tasks))), stop)
    return found, done == len(tasks) and stop[0] == 0


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
