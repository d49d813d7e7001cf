"""Limits: compile time does not count, an interrupt keeps what is proven."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest

import labelcert as lc
from labelcert import _jit
from labelcert.engines import planner
from labelcert.engines.work.clock import Clock, clock_until
from signals import needs_signals


def test_compiling_does_not_count(monkeypatch):
    spent = [0.0]
    monkeypatch.setattr("labelcert.engines.work.clock.compile_seconds", lambda: spent[0])
    clock = Clock(time_limit=5.0)
    spent[0] = 100.0
    clock.start -= 101.0
    assert clock.compiling == 100.0
    assert 1.0 <= clock.elapsed < 2.0
    assert not clock.expired


def test_the_compiler_is_timed(tmp_path):
    code = textwrap.dedent(
        """
        from labelcert._jit import compile_seconds, compiled
        from labelcert.learners import duality
        import numpy as np
        before = compile_seconds()
        duality.multiply(np.eye(2), np.ones(2), np.ones(2))
        print(before == 0.0 and compile_seconds() > 0.0)
        """
    )
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "True"
    assert _jit.compile_seconds() >= 0.0


def hard_problem():
    rng = np.random.default_rng(0)
    points, tests = rng.standard_normal((60, 60)), rng.standard_normal((10, 60))
    labels = (points[:, 0] > 0).astype(int)
    return points @ points.T, tests @ points.T, labels


def test_no_time_at_all_is_still_honest():
    gram, cross, labels = hard_problem()
    cert = lc.certify(gram, cross, labels, C=1.0, max_flips=30, time_limit=0.0, collective=True)
    assert cert.stopped == "time limit"
    assert (cert.radius == 0).all()
    assert (cert.radius_upper == 30).all()


INTERRUPTED = """
import os, signal
import numpy as np
import labelcert as lc

rng = np.random.default_rng(0)
points, tests = rng.standard_normal((60, 60)), rng.standard_normal((40, 60))
labels = (points[:, 0] > 0).astype(int)
sent = []

def press_ctrl_c(stage, share):
    if not sent:
        sent.append(stage)
        os.kill(os.getpid(), signal.SIGINT)

cert = lc.certify(
    points @ points.T, tests @ points.T, labels, C=1.0, max_flips=30, time_limit=300,
    progress=press_ctrl_c,
)
assert cert.stopped == "interrupted", cert.stopped
assert (cert.radius >= 0).all()
assert (cert.radius <= cert.radius_upper).all()
assert cert.seconds < 100
print("kept")
"""


def says_kept(script: str):
    """The script holds its own assertions, in a process of its own: it presses Ctrl-C."""
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.stdout.strip() == "kept", done.stderr


@needs_signals
def test_ctrl_c_keeps_what_is_proven():
    says_kept(INTERRUPTED)


BETWEEN_LOOPS = """
import os, signal
import numpy as np
import labelcert as lc
from labelcert.engines.by_sort import Sort

def press_ctrl_c_and_run(*arguments):
    os.kill(os.getpid(), signal.SIGINT)
    return run(*arguments)

run, Sort.run = Sort.run, press_ctrl_c_and_run
rng = np.random.default_rng(0)
points, tests = rng.standard_normal((60, 60)), rng.standard_normal((90, 60))
labels = (points[:, 0] > 0).astype(int)
before = signal.getsignal(signal.SIGINT)
cert = lc.certify(points @ points.T, tests @ points.T, labels, ridge=1.0, max_flips=30)
assert cert.stopped == "interrupted", cert.stopped
assert (cert.radius[70:] == 0).all() and (cert.radius_upper[70:] == 30).all()
assert signal.getsignal(signal.SIGINT) is before
print("kept")
"""


@needs_signals
def test_ctrl_c_outside_of_compiled_loops_keeps_what_is_proven():
    """It ended `certify` with nothing, wherever no thread or worker was at work."""
    says_kept(BETWEEN_LOOPS)


def press_ctrl_c():
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.05)


@needs_signals
def test_a_second_ctrl_c_ends_the_call():
    clock = Clock()
    with clock.minding_interrupts():
        press_ctrl_c()
        assert clock.interrupted
        with pytest.raises(KeyboardInterrupt):
            press_ctrl_c()
    clock = Clock()
    with clock.minding_interrupts(), clock.waiting(), pytest.raises(KeyboardInterrupt):
        press_ctrl_c()


@needs_signals
@pytest.mark.parametrize("learner", [{"C": 1.0}, {"ridge": 1.0}])
def test_ctrl_c_is_told_where_nothing_was_left_to_do(learner, monkeypatch):
    """A study of quick certificates went on as if nobody had pressed it."""
    decide = planner.decide

    def decide_and_press(*arguments):
        decide(*arguments)
        press_ctrl_c()

    monkeypatch.setattr(planner, "decide", decide_and_press)
    cert = lc.certify(np.eye(2), np.eye(2), [0, 1], max_flips=1, collective=True, **learner)
    assert cert.exact.all()
    assert cert.stopped == cert.collective.stopped == "interrupted"


def test_costs_in_cents_end_in_time():
    """One test point's knapsack took longer than the limit, and nobody looked at the clock."""
    rng = np.random.default_rng(0)
    points, tests = rng.standard_normal((200, 60)), rng.standard_normal((100, 60))
    labels = (points[:, 0] > 0).astype(int)
    threat = lc.ThreatModel(50_000, costs=rng.integers(100, 10_000, 200).tolist())
    begin = time.monotonic()
    cert = lc.certify(
        points @ points.T, tests @ points.T, labels, ridge=1.0, threat=threat, collective=True,
        time_limit=1.0,
    )  # fmt: skip
    assert time.monotonic() - begin - _jit.compile_seconds() < 3.1 + 2.0
    assert cert.stopped == "time limit"
    assert (cert.radius >= 0).all()


@needs_signals
def test_ctrl_c_waits_for_the_compiler():
    """Inside, the compiler would swallow it and leave half a function behind."""
    patient = _jit._PatientInterrupt()
    before = signal.getsignal(signal.SIGINT)
    patient.on_start(None)
    patient.on_start(None)  # a function that the first one calls
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.05)
    patient.on_end(None)
    with pytest.raises(KeyboardInterrupt):
        patient.on_end(None)
    assert signal.getsignal(signal.SIGINT) is before
    patient.on_start(None)
    patient.on_end(None)
    assert signal.getsignal(signal.SIGINT) is before


COMPILING = """
import os, signal, threading
from labelcert import _jit

def press():
    started.wait()
    os.kill(os.getpid(), signal.SIGINT)

started = threading.Event()
threading.Thread(target=press, daemon=True).start()

@_jit.compiled
def double(x):
    return 2 * x

class Starts(_jit.event.Listener):
    def on_start(self, event):
        started.set()
    def on_end(self, event):
        pass

_jit.event.register("numba:compile", Starts())
try:
    double(1)
    print("not interrupted")
except KeyboardInterrupt:
    print(double(2))
"""


@needs_signals
def test_what_was_being_compiled_can_be_used_afterwards(tmp_path):
    script = tmp_path / "script.py"  # machine code is cached by the name of a file
    script.write_text(COMPILING)
    done = subprocess.run(
        [sys.executable, str(script)],
        env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.stdout.strip() == "4", done.stderr


def test_machine_code_of_changed_source_is_never_met(tmp_path):
    """The cache folder is named after the source, so an upgrade cannot load old code."""
    code = "from labelcert import _jit; print(_jit._CACHE)"
    environment = {k: v for k, v in os.environ.items() if k != "NUMBA_CACHE_DIR"}
    environment["XDG_CACHE_HOME"] = str(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    folder = done.stdout.strip()
    assert folder.startswith(str(tmp_path))
    assert folder == _jit._cache_folder().replace(
        str(_jit.Path(_jit._cache_folder()).parent), os.path.join(str(tmp_path), "labelcert")
    )


def test_pieces_of_other_processes_share_one_deadline():
    clock = Clock(0.2)
    deadline = clock.deadline
    time.sleep(0.25)
    assert clock_until(deadline).expired
    assert clock_until(Clock().deadline, 0.0).expired
    assert not clock_until(Clock().deadline).expired
