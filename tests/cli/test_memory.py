"""Peak memory: that of this process and its workers, of nobody else, and only where it is known."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from labelcert.cli import memory
from labelcert.cli.memory import watched

FAST = ("certify", "karate", "--per-class", "2", "--max-flips", "2")

# Other systems do not list the children of a thread, and then only the command itself counts.
told_by_linux = pytest.mark.skipif(
    not Path("/proc/thread-self/children").exists(), reason="only Linux tells workers apart"
)


def worker(megabytes, seconds):
    """A process that fills some megabytes for some seconds."""
    code = f"import time; x = b'x' * {megabytes}_000_000; time.sleep({seconds})"
    return subprocess.Popen([sys.executable, "-S", "-c", code])


def peak(block):
    with watched() as found:
        block()
    assert found.megabytes is not None
    return found.megabytes


def alone():
    """The peak of this process."""
    with watched() as found:
        pass
    found._together.clear()
    assert found.megabytes is not None
    return found.megabytes


def added(block, monkeypatch):
    """Megabytes that the workers of a block take, besides those that other tests have left."""
    monkeypatch.setattr(memory, "EVERY", 0.05)
    return peak(block) - peak(lambda: time.sleep(0.3))


@told_by_linux
def test_workers_count_with_what_they_take_themselves(monkeypatch):
    """That is neither nothing nor the size of the process that starts them."""
    own = np.ones(25_000_000)  # 200 MB
    assert own.nbytes / 1e6 < alone()
    assert 60 < added(lambda: worker(60, 0.6).wait(), monkeypatch) < 120


@told_by_linux
def test_workers_at_the_same_time_add_up_and_later_ones_do_not(monkeypatch):
    def together():
        both = [worker(60, 0.6), worker(60, 0.6)]
        for one in both:
            one.wait()

    def in_turn():
        for _ in range(2):
            worker(60, 0.3).wait()

    assert 120 < added(together, monkeypatch) < 240
    assert 60 < added(in_turn, monkeypatch) < 120


@told_by_linux
def test_a_killed_worker_counts(monkeypatch):
    def killed():
        one = worker(60, 60)
        time.sleep(0.6)
        one.kill()
        one.wait()

    assert 60 < added(killed, monkeypatch) < 120


def test_where_there_is_no_proc_getrusage_tells(monkeypatch, tmp_path):
    resource = pytest.importorskip("resource")
    monkeypatch.setattr(memory, "_PROCESSES", tmp_path)
    peaks = [
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    ]
    unit = 1 if sys.platform == "darwin" else 1024
    assert alone() == pytest.approx(unit * sum(peaks) / 1e6, rel=0.05)


@pytest.fixture
def unknown(monkeypatch, tmp_path):
    """A system that tells nothing of the memory of a process."""
    monkeypatch.setattr(memory, "_PROCESSES", tmp_path / "no-proc")
    monkeypatch.setitem(sys.modules, "resource", None)


@pytest.mark.parametrize("command", [FAST, ("advise", *FAST[1:], "-k", "1")])
def test_the_shell_tells_it_with_the_seconds(invoke, command):
    result = invoke(*command, "-o", "run.json")
    line = next(row for row in result.stdout.splitlines() if row.startswith("seconds "))
    with open("run.json", encoding="utf-8") as stream:
        told = json.load(stream)["peak_memory_mb"]
    assert 30 < told < 10_000
    assert line.endswith(f"), peak memory {told:.0f} MB")


def test_what_is_unknown_is_left_out(invoke, unknown):
    result = invoke(*FAST, "-o", "run.json")
    assert result.exit_code == 0
    assert "peak memory" not in result.stdout
    with open("run.json", encoding="utf-8") as stream:
        assert json.load(stream)["peak_memory_mb"] is None


@told_by_linux
def test_workers_of_branch_and_bound_count(invoke):
    invoke(*FAST, "--engine", "branch_and_bound", "--jobs", "2", "-q", "-o", "run.json")
    with open("run.json", encoding="utf-8") as stream:
        assert json.load(stream)["peak_memory_mb"] > alone() + 100


def test_an_error_ends_the_watch():
    before = threading.active_count()
    with contextlib.suppress(ValueError), watched():
        assert threading.active_count() == before + 1
        raise ValueError
    assert threading.active_count() == before
