"""The console script as others run it: pipes, colours, encodings, imports."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

FAST = ("certify", "karate", "--per-class", "2", "--max-flips", "2")
SOURCE = Path(__file__).resolve().parents[2] / "src"
HEAVY = ("altair", "pandas", "pyarrow", "sklearn", "networkx", "numba", "torch", "pooch")


def environment():
    return {**os.environ, "PYTHONPATH": str(SOURCE)}


def test_a_pipe_gets_plain_text_of_80_columns(process):
    result = process(*FAST)
    assert result.returncode == 0
    assert result.stderr == ""
    assert "\x1b" not in result.stdout
    assert max(len(line) for line in result.stdout.splitlines()) <= 80
    assert all(line == line.rstrip() for line in result.stdout.splitlines())


def test_an_ascii_terminal_does_not_end_the_program(process):
    result = process(*FAST, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert result.returncode == 0
    assert "Weakest and strongest" in result.stdout


def test_an_error_is_one_line_without_a_traceback(process):
    result = process("certify", "karate", "-C", "0")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == "error: -C 0.0 is not allowed: pass a positive number.\n"


def test_a_closed_pipe_is_quiet():
    command = f"{sys.executable} -m labelcert models | head -n 1"
    result = subprocess.run(
        ["sh", "-c", command],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=environment(),
    )
    assert "Traceback" not in result.stderr
    assert "Exception" not in result.stderr


def loaded(statements):
    """Which heavy modules a fresh interpreter has loaded after some statements."""
    code = f"import sys\n{statements}\nprint(*[m for m in {HEAVY!r} if m in sys.modules])"
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env=environment(),
    )
    return set(result.stdout.splitlines()[-1].split())


def test_help_loads_nothing_heavy():
    assert (
        loaded(
            "from labelcert.cli.main import app\n"
            "try: app(['certify', '--help'], prog_name='labelcert')\n"
            "except SystemExit: pass"
        )
        == set()
    )


def test_certifying_karate_loads_only_what_it_needs():
    assert loaded(
        "from labelcert.cli.main import app\n"
        f"try: app({list(FAST)!r}, prog_name='labelcert')\n"
        "except SystemExit: pass"
    ) == {"networkx", "numba"}
