"""SIGKILL at random moments: the same command goes on, and the store ends up as if undisturbed."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from labelcert.studies import Settings, run_study
from signals import needs_signals

pytestmark = needs_signals

KILLS = 20
LONGEST = 120.0
MANY = [
    ("[0, 1, 2]", str(list(range(20)))),
    ("per_class: 3", "per_class: 4"),
    ("max_flips: 3", "max_flips: 8"),
]
UNITS = 40

# Starting Python, importing and loading compiled code takes seconds. So that kills strike the work
# instead, one process does that once; for every line on its input it starts a child that runs the
# study, and tells its number and how it ended.
STARTER = """
import os, sys
from pathlib import Path
from labelcert.studies import Settings, load_study, run_study
study = load_study("study.yaml")
run_study(study, Path("warm.db"), Settings(jobs=1))
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        run_study(study, Path("s.db"), Settings(jobs=int(line)))
        os._exit(0)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
COMMAND = [
    sys.executable, "-m", "labelcert", "study", "run", "study.yaml",
    "--store", "s.db", "--jobs", "2",
]  # fmt: skip


@pytest.fixture
def undisturbed(study_of, rows_of):
    """The rows of a run in which nothing happened."""
    run_study(study_of(*MANY), Path("undisturbed.db"), Settings(jobs=1))
    rows = rows_of(Path("undisturbed.db"))
    assert len(rows["units"]) == UNITS
    return rows


def stored() -> int:
    """Finished units in the store, 0 where it is not there yet."""
    try:
        connection = sqlite3.connect("file:s.db?mode=ro", uri=True, timeout=10.0)
    except sqlite3.OperationalError:
        return 0
    try:
        return connection.execute("SELECT count(*) FROM units").fetchone()[0]
    except sqlite3.OperationalError:  # no tables yet, or a journal to roll back
        return 0
    finally:
        connection.close()


def test_twenty_kills_at_random_moments(undisturbed, rows_of):
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")  # shown where the test fails
    chance = random.Random(seed)
    with subprocess.Popen(
        [sys.executable, "-c", STARTER],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
    ) as starter:  # fmt: skip
        assert starter.stdin is not None
        assert starter.stdout is not None
        for kill in range(KILLS):
            # Some over two processes, the others in one; some as they begin.
            child = start(starter, jobs=2 if kill % 7 == 0 else 1)
            wait_for(stored() + chance.choice([0, 0, 1, 2]), chance.uniform(0.0, 0.05))
            os.kill(child, signal.SIGKILL)
            assert starter.stdout.readline() == f"{-signal.SIGKILL}\n"
        assert 0 < stored() < UNITS
        start(starter, jobs=1)
        assert starter.stdout.readline() == "0\n"
        starter.stdin.close()
    assert rows_of(Path("s.db")) == undisturbed


def start(starter: subprocess.Popen[str], jobs: int) -> int:
    """Start the study in a process of its own; its number."""
    assert starter.stdin is not None
    assert starter.stdout is not None
    starter.stdin.write(f"{jobs}\n")
    starter.stdin.flush()
    return int(starter.stdout.readline())


def wait_for(count: int, seconds: float) -> None:
    """Wait until so many units are stored, then some more."""
    end = time.monotonic() + LONGEST
    while stored() < count:
        assert time.monotonic() < end
        time.sleep(0.005)
    time.sleep(seconds)


# The workers of a command are its children, and only Linux lists them in files.
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds workers in /proc")
def test_workers_and_the_command_killed(undisturbed, rows_of):
    """It goes on by itself where a worker is killed, and when called again where it is itself."""
    with subprocess.Popen([*COMMAND, "-q"]) as runner:
        wait_for(1, 0.0)
        os.kill(workers_of(runner.pid)[0], signal.SIGKILL)
        wait_for(6, 0.0)
        runner.kill()
    assert 0 < stored() < UNITS
    done = subprocess.run(COMMAND, capture_output=True, text=True, check=True)
    assert f"small: {UNITS} of {UNITS} units done" in done.stdout
    assert rows_of(Path("s.db")) == undisturbed


def workers_of(pid: int) -> list[int]:
    """Processes of loky that another process has started."""
    found: list[int] = []
    for thread in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(child) for child in thread.read_text().split()]
    return [
        child
        for child in found
        if b"popen_loky_posix" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]
