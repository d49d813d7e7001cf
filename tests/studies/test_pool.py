"""Spreading tasks: every task has one outcome, whatever becomes of the workers."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import labelcert as lc
from labelcert._errors import InputError
from labelcert.studies.pool import MOST_DEATHS, WorkerLost, in_turn, processes, run_tasks
from labelcert.studies.tasks import Outcome, Task
from signals import needs_signals


def task(key: str) -> Task:
    return {
        "key": key, "content": {}, "files": {}, "time_limit": None, "jobs": 1, "parent": None,
        "run": "", "version": lc.__version__,
    }  # fmt: skip


def done(key: str) -> Outcome:
    return {"key": key, "state": "done", "measured": {}, "record": {"complete": True}}


# Workers cannot import this module, so what they run is defined inside of functions: it then
# travels by value.


def test_all_outcomes_in_turn():
    found = list(run_tasks(lambda task: done(task["key"]), [task("a"), task("b")], in_turn))
    assert [outcome["key"] for outcome in found] == ["a", "b"]
    assert list(run_tasks(lambda task: done(task["key"]), [], in_turn)) == []


def test_all_outcomes_over_processes():
    def work(task):
        return {**done(task["key"]), "measured": {"pid": os.getpid(), "parent": task["parent"]}}

    names = [str(i) for i in range(12)]
    found = list(run_tasks(work, [task(name) for name in names], processes(2)))
    assert sorted(outcome["key"] for outcome in found) == sorted(names)
    assert os.getpid() not in {outcome["measured"]["pid"] for outcome in found}
    assert {outcome["measured"]["parent"] for outcome in found} == {os.getpid()}


def test_workers_go_where_the_run_is_started(tmp_path, monkeypatch):
    """They are kept between runs, and own kernels lie beside whoever starts one."""

    def work(task):
        return {**done(task["key"]), "measured": {"folder": os.getcwd()}}

    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        found = list(run_tasks(work, [task("a"), task("b")], processes(2)))
        assert {outcome["measured"]["folder"] for outcome in found} == {str(tmp_path / name)}


def test_a_worker_of_another_version_ends_the_run():
    def work(task):
        if task["key"] == "b":
            return {"key": "b", "state": "refused", "message": "9.9", "measured": {}}
        return {"key": "a", "state": "done", "measured": {}, "record": {}}

    found = run_tasks(work, [task("a"), task("b")], in_turn)
    assert next(found)["key"] == "a"
    with pytest.raises(InputError, match=r"labelcert 9\.9: install labelcert .* is stored"):
        next(found)


@needs_signals
def test_a_worker_that_dies_costs_only_its_task(tmp_path):
    folder = str(tmp_path)

    def work(task):
        with open(f"{folder}/{task['key']}", "a") as stream:
            stream.write("x")
        if task["key"] == "guilty":
            os.kill(os.getpid(), 9)
        time.sleep(0.05)
        return {"key": task["key"], "state": "done", "measured": {}, "record": {}}

    names = ["a", "b", "guilty", *"cdefgh"]
    found = {o["key"]: o for o in run_tasks(work, [task(n) for n in names], processes(2))}
    assert set(found) == set(names)
    assert [key for key, o in found.items() if o["state"] != "done"] == ["guilty"]
    assert "its worker process died each time" in found["guilty"]["message"]
    assert len((tmp_path / "guilty").read_text()) <= MOST_DEATHS


@needs_signals
def test_a_worker_that_dies_once_costs_nothing(tmp_path):
    mark = str(tmp_path / "mark")

    def work(task):
        if task["key"] == "3":
            try:
                os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                pass
            else:
                os.kill(os.getpid(), 9)
        return {"key": task["key"], "state": "done", "measured": {}, "record": {}}

    found = list(run_tasks(work, [task(str(i)) for i in range(6)], processes(2)))
    assert sorted(o["key"] for o in found) == [str(i) for i in range(6)]
    assert all(o["state"] == "done" for o in found)


def test_a_lost_pool_that_began_nothing_ends_the_run():
    def spread(work, tasks):
        raise WorkerLost
        yield

    with pytest.raises(WorkerLost):
        list(run_tasks(lambda task: done("a"), [task("a")], spread))


def test_tasks_of_a_lost_pool_run_again_alone():
    calls: list[list[str]] = []

    def spread(work, tasks):
        given = list(tasks)
        calls.append([task["key"] for task in given])
        if len(given) > 1:
            yield work(given[0])
            raise WorkerLost
        yield work(given[0])

    found = list(run_tasks(lambda t: done(t["key"]), [task(n) for n in "abc"], spread))
    assert [o["key"] for o in found] == ["a", "b", "c"]
    assert calls == [["a", "b", "c"], ["b"], ["c"]]


def test_a_lost_outcome_runs_again_alone_and_is_a_failure_in_the_end():
    calls: list[str] = []

    def lost(task):
        calls.append(task["key"])
        first_b = task["key"] == "b" and calls.count("b") == 1
        state = "lost" if task["key"] == "a" or first_b else "done"
        return {"key": task["key"], "state": state, "measured": {}}

    found = {o["key"]: o["state"] for o in run_tasks(lost, [task(n) for n in "abc"], in_turn)}
    assert found == {"a": "failed", "b": "done", "c": "done"}
    assert sorted(calls) == ["a"] * MOST_DEATHS + ["b", "b", "c"]


def test_an_interrupt_that_reached_a_worker_ends_the_run():
    def interrupted(task):
        return {"key": task["key"], "state": "interrupted", "measured": {}}

    with pytest.raises(KeyboardInterrupt):
        list(run_tasks(interrupted, [task("a")], in_turn))


WORKER = """
import os, sys, time
from labelcert.studies.work import _end_with
_end_with(os.getppid())
print(os.getpid(), flush=True)
time.sleep(60)
"""
RUNNER = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {WORKER!r}])"


@needs_signals
def test_workers_end_with_a_killed_runner():
    with subprocess.Popen([sys.executable, "-c", RUNNER], stdout=subprocess.PIPE) as runner:
        assert runner.stdout is not None
        worker = int(runner.stdout.readline())
        assert _alive(worker)
        runner.kill()
    end = time.monotonic() + 20
    while _alive(worker) and time.monotonic() < end:
        time.sleep(0.05)
    assert not _alive(worker)


def _alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    if status.parent.parent.joinpath("self").exists():
        # An orphan may stay as a zombie where nobody collects it.
        return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
