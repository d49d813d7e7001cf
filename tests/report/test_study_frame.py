"""The long table of a store: rows, columns, and text that a spreadsheet would run."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

from labelcert._errors import InputError
from labelcert.report.study_frame import COLUMNS, study_frame, write_study_frame
from labelcert.studies import Settings, Store, load_study, run_study
from labelcert.studies.tasks import failure

STUDY = """\
name: small
datasets: [{name: karate, title: "=HYPERLINK(\\"x\\")"}]
split: {per_class: 3, test: 8}
seeds: [0, 1]
models:
  - {name: gcn, title: "@<script>\\"a,b\\"", C: 0.1}
  - {name: mlp, title: "+mlp", ridge: 0.5}
budgets: {max_flips: 2}
certificates: [CERTIFICATES]
"""


def frame_of(certificates: str = "sample_wise, collective", work=None) -> pd.DataFrame:
    Path("s.yaml").write_text(STUDY.replace("CERTIFICATES", certificates))
    more = {} if work is None else {"work": work}
    run_study(load_study("s.yaml"), Path("s.db"), Settings(jobs=1), **more)
    with Store.reading(Path("s.db")) as store:
        return study_frame(store)[0]


@pytest.fixture(autouse=True)
def empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_a_row_for_every_unit_and_budget():
    frame = frame_of()
    assert list(frame.columns) == list(COLUMNS)
    assert len(frame) == 2 * 2 * 3
    assert frame["budget"].tolist() == [0, 1, 2] * 4
    assert frame["C"].isna().sum() == frame["ridge"].notna().sum() == 6
    assert frame["ridge"].dropna().unique().tolist() == [0.5]
    assert (frame["share_of_labels"] == frame["budget"] / 12).all()
    assert (frame["certified_ratio"] <= frame["certified_ratio_upper"]).all()
    assert (frame["certified_accuracy"] <= frame["accuracy"]).all()
    assert (frame["certified_ratio"] <= frame["collective_ratio"]).all()
    first = frame[(frame["seed"] == 1) & (frame["network"] == "gcn")]
    with Store.reading(Path("s.db")) as store:
        record = list(store.rows())[2].record
    assert first["certified_ratio"].tolist() == record["certified_ratio"]["lower"]
    broken = record["collective"]["broken_lower"]
    assert first["collective_ratio_upper"].tolist() == [(8 - b) / 8 for b in broken]


def test_without_collective_counts_their_columns_are_empty():
    assert frame_of("sample_wise")["collective_ratio"].isna().all()


def test_what_failed_has_no_rows_and_is_counted():
    frame = frame_of(work=lambda task: failure(task["key"], "no luck"))
    assert len(frame) == 0
    assert list(frame.columns) == list(COLUMNS)
    with Store.reading(Path("s.db")) as store:
        assert study_frame(store)[1] == {"failed": 4}
    write_study_frame(frame, "empty.csv")
    write_study_frame(frame, "empty.parquet")
    assert Path("empty.csv").read_text() == ",".join(COLUMNS) + "\n"


def test_text_is_text_in_csv():
    write_study_frame(frame_of(), "s.csv")
    with Path("s.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["dataset"] for row in rows} == {'\'=HYPERLINK("x")'}
    assert {row["model"] for row in rows} == {'\'@<script>"a,b"', "'+mlp"}
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_parquet_keeps_text_and_figures():
    frame = frame_of()
    write_study_frame(frame, "s.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet("s.parquet"), frame, check_dtype=False)


def test_another_suffix_is_refused():
    with pytest.raises(InputError, match=r"output 's\.txt' has the suffix '\.txt'"):
        write_study_frame(pd.DataFrame(columns=pd.Index(COLUMNS)), "s.txt")
