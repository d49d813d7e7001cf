"""Run a study: everything that is not stored yet, each result stored as it arrives."""

from __future__ import annotations

import time
import uuid
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from labelcert._version import __version__
from labelcert.certificates.run.option_checks import check_jobs, check_time_limit
from labelcert.studies.graphs import begin_run
from labelcert.studies.own_data import check_own_data
from labelcert.studies.pool import Spread, Work, in_turn, processes, run_tasks
from labelcert.studies.shards import Shard
from labelcert.studies.shipped import Study
from labelcert.studies.store import Store
from labelcert.studies.tasks import Outcome, Task
from labelcert.studies.units import Unit, expand
from labelcert.studies.work import run_task


class Observer(Protocol):
    """Told how a study gets on, from the thread that runs it."""

    def begin(self, total: int, stored: int) -> None:
        """Of `total` different units `stored` need nothing any more."""
        ...

    def done(self, unit: Unit, outcome: Outcome) -> None:
        """A unit was computed and stored."""
        ...


class Silent:
    """An observer that does nothing."""

    def begin(self, total: int, stored: int) -> None:
        """Do nothing."""

    def done(self, unit: Unit, outcome: Outcome) -> None:
        """Do nothing."""


@dataclass
class Finished:
    """What a run of a study came to.

    total: different units of the study, or of its share; computed: now; failures: every unit of
    these that failed, now or before, with its message; open: units that are not exact under their
    time limit; seconds: of this run; notes: by data set, what was read of the user's own files.
    """

    total: int
    computed: int = 0
    failures: list[tuple[Unit, str]] = field(default_factory=list)
    open: int = 0
    seconds: float = 0.0
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Settings:
    """How a study is run.

    jobs: processes, None for what the file says, else all cores. scheduler: address of a Dask
    scheduler, whose workers then do the work. retry_failed: compute failed units again.
    time_limit: seconds for each unit, infinite for no limit, None for what the file says. shard:
    the share of the study's units to compute, None for all.
    """

    jobs: int | None = None
    scheduler: str | None = None
    retry_failed: bool = False
    time_limit: float | None = None
    shard: Shard | None = None


def run_study(
    study: Study,
    path: Path,
    settings: Settings | None = None,
    observer: Observer | None = None,
    work: Work = run_task,
) -> Finished:
    """Compute what the store lacks of a study.

    A unit that is stored counts as done whichever study it was computed for; one that its time
    limit ended is computed again under a longer one; one that failed, where `retry_failed` says so.
    Raises InputError: the study's files or data do not fit together, or the store or the scheduler
    cannot be used. A KeyboardInterrupt passes through; what was finished is stored.
    """
    settings = settings or Settings()
    observer = observer or Silent()
    start = time.monotonic()
    limit = _time_limit(study, settings)
    jobs = check_jobs(study.spec.limits.jobs if settings.jobs is None else settings.jobs)
    units = expand(study)
    run, kept = uuid.uuid4().hex, dict[str, str]()
    begin_run(run)
    notes = check_own_data(study, units)
    with Store.writing(path) as store:
        store.enroll(study, units)
        different = {unit.key: unit for unit in units}
        if settings.shard is not None:
            different = settings.shard.of(different)
        todo = _unsettled(store, different, limit, settings.retry_failed)
        finished = Finished(len(different), notes=notes)
        observer.begin(len(different), len(different) - len(todo))
        alone = jobs == 1 and settings.scheduler is None
        tasks = [_task(unit, limit, None if alone else 1, run) for unit in todo]
        processes_wanted = 1 if alone else max(2, min(jobs, len(todo)))
        with _spread(settings.scheduler, processes_wanted, bool(todo)) as spread:
            for outcome in run_tasks(work, tasks, spread):
                unit = different[outcome["key"]]
                if not store.put(unit, outcome, limit):
                    kept[unit.key] = f"{outcome.get('message')} (the result of before was kept)"
                finished.computed += 1
                observer.done(unit, outcome)
        _look_back(store, different, finished, kept)
    finished.seconds = time.monotonic() - start
    return finished


def _look_back(
    store: Store, units: dict[str, Unit], finished: Finished, kept: dict[str, str]
) -> None:
    """kept: messages of units that failed now and have a result from before."""
    known = store.known()
    finished.open = sum(known[key].state == "done" and not known[key].complete for key in units)
    messages = store.messages() | kept
    finished.failures = [(unit, messages[key]) for key, unit in units.items() if key in messages]


def _unsettled(
    store: Store, units: dict[str, Unit], limit: float | None, retry_failed: bool
) -> list[Unit]:
    known = store.known()
    todo: list[Unit] = []
    for key, unit in units.items():
        stored = known.get(key)
        if stored is not None and stored.state == "failed":
            if retry_failed:
                todo.append(unit)
        elif stored is None or not stored.settles(limit):
            todo.append(unit)
    return todo


def _time_limit(study: Study, settings: Settings) -> float | None:
    if settings.time_limit is None:
        return study.spec.limits.time_limit
    return check_time_limit(settings.time_limit)


def _task(unit: Unit, limit: float | None, jobs: int | None, run: str) -> Task:
    return {
        "key": unit.key,
        "content": unit.content,
        "files": unit.files,
        "time_limit": limit,
        "jobs": jobs,
        "parent": None,
        "run": run,
        "version": __version__,
    }


def _spread(scheduler: str | None, jobs: int, needed: bool) -> AbstractContextManager[Spread]:
    if scheduler is not None and needed:
        from labelcert.studies.cluster import dask_cluster

        return dask_cluster(scheduler)
    return nullcontext(in_turn if jobs == 1 else processes(jobs))
