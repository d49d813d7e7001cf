"""Run the command line in this process, or as a real one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from labelcert.cli.main import app
from mails_table import mails_table
from shared_files import DATA

SOURCE = Path(__file__).resolve().parents[2] / "src"


@pytest.fixture(autouse=True)
def surroundings(tmp_path, monkeypatch):
    """An empty working folder, the shared graphs, and a terminal of 80 columns."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LABELCERT_DATA_DIR", str(DATA if DATA.is_dir() else tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def invoke() -> Callable[..., Result]:
    runner = CliRunner()

    def call(*args: object) -> Result:
        result = runner.invoke(app, [str(a) for a in args], prog_name="labelcert")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return call


@pytest.fixture
def process() -> Callable[..., subprocess.CompletedProcess[str]]:
    def call(*args: object, **extra: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(SOURCE), **extra}
        return subprocess.run(
            [sys.executable, "-m", "labelcert", *(str(a) for a in args)],
            capture_output=True, text=True, env=environment, timeout=120, check=False,
            encoding="utf-8",
        )  # fmt: skip

    return call


@pytest.fixture
def mails(tmp_path):
    """A small table of mails, as CSV and Parquet."""
    frame = mails_table()
    frame.to_csv(tmp_path / "mails.csv", index=False)
    frame.to_parquet(tmp_path / "mails.parquet")
    return frame
