"""Study files to write, run and compare; every test works in an empty folder."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from labelcert.studies import Study, load_study
from labelcert.studies.graphs import forget
from mails_table import mails_table
from shared_files import DATA

SMALL = """\
name: small
title: A small study
datasets: [karate]
split: {per_class: 3, test: 8}
seeds: [0, 1, 2]
models:
  - {name: gcn, title: GCN, grid: {depth: [1, 2]}, C: 0.1}
budgets: {max_flips: 3}
certificates: [sample_wise, collective]
"""

Rows = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(autouse=True)
def surroundings(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LABELCERT_DATA_DIR", str(DATA if DATA.is_dir() else tmp_path / "data"))
    forget()


@pytest.fixture
def study_of() -> Callable[..., Study]:
    """Write a study file, the small one with pieces replaced, and load it."""

    def write(*changes: tuple[str, str], text: str = SMALL, name: str = "study.yaml") -> Study:
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        Path(name).write_text(text, encoding="utf-8")
        return load_study(name)

    return write


@pytest.fixture
def rows_of() -> Callable[[Path], Rows]:
    """Everything in a store but what is measured, in a fixed order."""

    def read(path: Path) -> Rows:
        connection = sqlite3.connect(path)
        try:
            units = (
                "SELECT key, content, state, time_limit, complete, record, message, traceback "
                "FROM units ORDER BY key"
            )
            return {
                "units": connection.execute(units).fetchall(),
                "studies": connection.execute("SELECT * FROM studies ORDER BY name").fetchall(),
                "members": connection.execute(
                    "SELECT * FROM members ORDER BY study, position"
                ).fetchall(),
            }
        finally:
            connection.close()

    return read


@pytest.fixture
def mails():
    """A table of mails, written as mails.csv."""
    frame = mails_table()
    frame.to_csv("mails.csv", index=False)
    return frame
