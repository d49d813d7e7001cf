"""A Dask cluster of two workers: one is killed, one task kills its workers, nobody answers."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from labelcert._errors import InputError
from labelcert.studies import Settings, Store, run_study
from signals import needs_signals

distributed = pytest.importorskip("distributed", reason="Dask is not installed")
pytestmark = needs_signals

PATH = Path("s.db")


@pytest.fixture(scope="module")
def cluster():
    """Two workers of one thread, which a nanny starts again; tasks are given up at once."""
    import dask

    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
        ) as found,
    ):
        yield found


@pytest.fixture(autouse=True)
def all_workers(cluster):
    """Wait until those that an earlier test has killed are back."""
    with distributed.Client(cluster, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)


class Killer:
    """An observer that kills a worker as soon as the first unit is there."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.done_units: list[str] = []
        self.killed = 0

    def begin(self, total, stored):
        pass

    def done(self, unit, outcome):
        self.done_units.append(unit.key)
        if not self.killed:
            with distributed.Client(self.address, set_as_default=False) as client:
                self.killed = next(iter(client.run(os.getpid).values()))
                os.kill(self.killed, signal.SIGKILL)


def test_a_killed_worker_loses_nothing_and_nothing_comes_twice(cluster, study_of, rows_of):
    study = study_of(("[0, 1, 2]", str(list(range(10)))))
    run_study(study, Path("undisturbed.db"), Settings(jobs=1))
    killer = Killer(cluster.scheduler_address)
    settings = Settings(scheduler=cluster.scheduler_address)
    finished = run_study(study, PATH, settings, killer)
    assert killer.killed
    assert finished.total == finished.computed == 20
    assert len(set(killer.done_units)) == len(killer.done_units) == 20
    assert finished.failures == []
    assert rows_of(PATH) == rows_of(Path("undisturbed.db"))


def test_a_task_that_kills_its_workers_is_a_failure(cluster, study_of):
    def work(task):
        if task["content"]["split"]["seed"] == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return {"key": task["key"], "state": "failed", "message": "not so", "measured": {}}

    study = study_of(("depth: [1, 2]", "depth: [1]"))
    settings = Settings(scheduler=cluster.scheduler_address)
    finished = run_study(study, PATH, settings, work=work)
    messages = [message for _, message in finished.failures]
    assert len(messages) == 3
    assert messages[0] == messages[2] == "not so"
    assert messages[1].startswith("its worker process died each time")
    with Store.reading(PATH) as store:
        assert len(store.known()) == 3


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense://x", "no address"])
def test_nobody_answers(study_of, monkeypatch, address):
    monkeypatch.setattr("labelcert.studies.cluster.CONNECT_SECONDS", 0.5)
    with pytest.raises(InputError) as error:
        run_study(study_of(), PATH, Settings(scheduler=address))
    assert str(error.value).startswith(f"scheduler {address!r} cannot be reached (")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("failures", [1, 2, 5])
def test_a_machine_too_busy_to_start_a_client_gets_two_more_tries(
    cluster, study_of, monkeypatch, failures
):
    begun: list[int] = []

    class Busy(distributed.Client):
        def __init__(self, *arguments, **named):
            begun.append(len(begun))
            assert len(begun) > failures
            super().__init__(*arguments, **named)

        def __del__(self):
            pass

    monkeypatch.setattr(distributed, "Client", Busy)
    settings = Settings(scheduler=cluster.scheduler_address)
    if failures < 3:
        assert run_study(study_of(), PATH, settings).computed > 0
    else:
        with pytest.raises(InputError, match="the machine is too busy"):
            run_study(study_of(), PATH, settings)
        assert len(begun) == 3


def test_without_dask_the_extra_is_named(study_of, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'labelcert\[dask\]'"):
        run_study(study_of(), PATH, Settings(scheduler="tcp://127.0.0.1:9"))


def test_a_worker_with_another_version_is_refused(cluster, study_of, monkeypatch):
    monkeypatch.setattr("labelcert.studies.cluster.__version__", "99.0")
    with pytest.raises(InputError, match=r"install labelcert 99\.0 with the extra dask there too"):
        run_study(study_of(), PATH, Settings(scheduler=cluster.scheduler_address))


def test_nothing_to_do_needs_no_cluster(study_of):
    run_study(study_of(), PATH, Settings(jobs=1))
    assert run_study(study_of(), PATH, Settings(scheduler="tcp://127.0.0.1:9")).computed == 0
