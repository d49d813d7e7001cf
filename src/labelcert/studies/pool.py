"""Spread tasks over workers, through joblib; a worker that dies costs only its own task.

A `Spread` takes tasks and yields their outcomes in any order. `in_turn` runs them in this process;
`processes` on this machine's cores, with loky; `cluster.dask_cluster` gives one for a Dask cluster.
"""

from __future__ import annotations

import os
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from labelcert._errors import InputError
from labelcert._version import __version__
from labelcert.studies.tasks import Outcome, Task, failure

Work = Callable[[Task], Outcome]
Spread = Callable[[Work, Iterable[Task]], Iterator[Outcome]]

MOST_DEATHS = 3
"""Workers that one task may take with it before it is a failure."""


class WorkerLost(Exception):
    """A worker died, and with it all that was under way; nobody knows whose fault it was."""


def run_tasks(work: Work, tasks: Sequence[Task], spread: Spread) -> Iterator[Outcome]:
    """Yield one outcome for each task, "done" or "failed", as they get done.

    Tasks that were under way when a worker died, or waited for it, run again, each alone, so that
    the guilty one is found; after `MOST_DEATHS` it is a failure. An "interrupted" outcome (Ctrl-C
    reached one worker) raises KeyboardInterrupt, a "refused" one InputError.
    """
    left = {task["key"]: task for task in tasks}
    deaths: Counter[str] = Counter()
    while left:
        started: dict[str, Task] = {}
        suspects: list[Task] = []
        try:
            for outcome in spread(work, _fed(list(left.values()), started)):
                task = started.pop(outcome["key"])
                if outcome["state"] == "lost":
                    suspects.append(task)
                    continue
                del left[task["key"]]
                yield _checked(outcome)
        except WorkerLost:
            if not started:
                raise
            suspects += started.values()
        for task in suspects:
            deaths[task["key"]] += 1
            yield _alone(work, task, spread, deaths)
            del left[task["key"]]


def in_turn(work: Work, tasks: Iterable[Task]) -> Iterator[Outcome]:
    """One after the other in this process."""
    for task in tasks:
        yield work(task)


def processes(jobs: int) -> Spread:
    """A spread over this many processes (at least 2) of this machine."""

    def spread(work: Work, tasks: Iterable[Task]) -> Iterator[Outcome]:
        from joblib import Parallel, delayed
        from joblib.externals.loky import BrokenProcessPool

        own = os.getpid()
        # Tasks are handed out one by one, so that few are under way when a worker dies.
        parallel: Any = Parallel(
            n_jobs=max(jobs, 2),
            backend="loky",
            batch_size=1,  # pyright: ignore[reportArgumentType]
            pre_dispatch="n_jobs",
            return_as="generator_unordered",
        )
        folder = os.getcwd()
        results = parallel(
            delayed(_within)(folder, work, {**task, "parent": own}) for task in tasks
        )
        with warnings.catch_warnings():
            # joblib warns of workers that it renews, and of tasks that were cancelled on purpose.
            warnings.simplefilter("ignore", UserWarning)
            try:
                yield from results
            except BrokenProcessPool:
                raise WorkerLost from None
            finally:
                results.close()

    return spread


def _within(folder: str, work: Work, task: Task) -> Outcome:
    """Do a task where the run was started: workers stay from one run to the next, and whoever
    starts it may have gone to another folder meanwhile."""
    with suppress(OSError):
        os.chdir(folder)
    return work(task)


def _fed(tasks: Iterable[Task], started: dict[str, Task]) -> Iterator[Task]:
    """The tasks, each noted as it is handed out."""
    for task in tasks:
        started[task["key"]] = task
        yield task


def _alone(work: Work, task: Task, spread: Spread, deaths: Counter[str]) -> Outcome:
    key = task["key"]
    while deaths[key] < MOST_DEATHS:
        try:
            (outcome,) = spread(work, [task])  # to its end: the pool lives on for the next one
        except WorkerLost:
            deaths[key] += 1
            continue
        if outcome["state"] != "lost":
            return _checked(outcome)
        deaths[key] += 1
    return _lost(key)


def _checked(outcome: Outcome) -> Outcome:
    if outcome["state"] == "interrupted":
        raise KeyboardInterrupt
    if outcome["state"] == "refused":
        raise InputError(
            f"scheduler has a worker with labelcert {outcome.get('message')}: install labelcert "
            f"{__version__} there too; what is finished is stored."
        )
    return outcome


def _lost(key: str) -> Outcome:
    message = (
        "its worker process died each time that it was tried, perhaps of a memory shortage: "
        "certify fewer test nodes (split: test), or use fewer jobs."
    )
    return failure(key, message)
