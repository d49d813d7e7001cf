"""Pieces of work survive a dying worker, a clock and an order of their own."""

import os
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

from labelcert._jit import waited_for_compiling
from labelcert.engines.work import workers
from labelcert.engines.work.clock import Clock
from labelcert.engines.work.workers import run_pieces

FOLDER = Path(__file__).parent


def square(number):
    return number * number


def die_elsewhere(number, parent):
    """Kill the process unless it is the one that started the work."""
    if number == 2 and os.getpid() != parent:
        os._exit(9)
    return number * number


def test_every_piece_once_with_one_and_two_processes():
    for jobs in (1, 2):
        results = dict(run_pieces(square, [(k,) for k in range(7)], Clock(), jobs))
        assert results == {k: k * k for k in range(7)}


def test_a_killed_worker_costs_only_its_own_piece():
    results = dict(run_pieces(die_elsewhere, [(k, os.getpid()) for k in range(6)], Clock(), 2))
    assert results == {k: k * k for k in range(6)}


def test_an_expired_clock_ends_the_work():
    assert dict(run_pieces(square, [(1,), (2,)], Clock(0.0), 1)) == {}


def test_stopping_early_leaves_standard_error_quiet():
    code = textwrap.dedent(
        """
        import time

        from labelcert.engines.work.clock import Clock
        from labelcert.engines.work.workers import run_pieces

        clock = Clock(1.5)
        pieces = [(0.4,)] * 12
        done = dict(run_pieces(time.sleep, pieces, clock, 2))
        print(len(done) < 12)
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "True"
    assert done.stderr == ""


def test_workers_outlive_an_expired_clock_and_leave_no_shared_arrays_behind():
    code = textwrap.dedent(
        """
        import os

        import numpy as np

        from labelcert.engines.work.clock import Clock
        from labelcert.engines.work.workers import run_pieces
        from loky_pieces import wait

        shared = np.zeros(2**18)  # joblib hands on what is larger than 1 MB as a file
        pids = []
        for limit in (1.0, 30.0):
            pieces = [(shared, 0.4)] * 8
            pids.append({pid for _, pid in run_pieces(wait, pieces, Clock(limit), 2)})
        print(len(pids[0]), pids[0] == pids[1])
        """
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*sys.path, str(FOLDER)])}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, check=True, timeout=120, env=environment,
    )  # fmt: skip
    assert done.stdout.split() == ["2", "True"]
    assert done.stderr == ""


def test_a_piece_cancelled_as_it_starts_prints_no_traceback(monkeypatch):
    told = []
    monkeypatch.setattr(threading, "excepthook", lambda failed: told.append(failed.exc_type))
    workers._expect_cancelled_pieces.cache_clear()
    workers._expect_cancelled_pieces()

    def fail(kind):
        raise kind

    for name, kind in (("ExecutorManagerThread", KeyError), ("ExecutorManagerThread", OSError)):
        thread = threading.Thread(target=fail, args=(kind,), name=name)
        thread.start()
        thread.join()
    assert told == [OSError]  # whatever else goes wrong there is told


def compile_for_a_while(seconds):
    """As if the compiler had worked so long in this process."""
    time.sleep(seconds)
    waited_for_compiling(seconds)
    return seconds


def test_what_workers_compile_does_not_count():
    dict(run_pieces(square, [(1,), (2,)], Clock(), 2))  # workers are there
    clock = Clock(3.0)
    pieces = [(3.5,), (3.5,), (0.0,), (0.0,)]
    done = dict(run_pieces(compile_for_a_while, pieces, clock, 2))
    assert done == {0: 3.5, 1: 3.5, 2: 0.0, 3: 0.0}
    assert clock.compiling >= 3.5


def test_what_workers_do_besides_counts():
    clock = Clock(0.5)
    assert len(dict(run_pieces(time.sleep, [(1.0,)] * 12, clock, 2))) < 12
    assert clock.compiling == 0
