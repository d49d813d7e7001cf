from __future__ import annotations

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

import labelcert as lc
from labelcert.report.frames import certificate_frame, write_frame

COLUMNS = {"nodes": [10, 11, 12, 13], "labeled": [20, 21, 22, 23, 24], "y_true": list("bbb+")}


def test_parquet_reads_back_equal(certificate, tmp_path):
    write_frame(certificate, tmp_path / "a.parquet", **COLUMNS)
    frame = pd.read_parquet(tmp_path / "a.parquet")
    assert frame["decision"].tolist() == certificate.decision.tolist()
    assert frame["true_label"].tolist() == list("bbb+")
    assert frame["prediction"].tolist() == ["b", "=a", "b", "=a"]
    assert [None if w is None else list(w) for w in frame["witness"]] == [
        [22], [20, 21, 23], None, [],
    ]  # fmt: skip


def test_csv_reads_back_equal_and_holds_no_formula(certificate, tmp_path):
    write_frame(certificate, tmp_path / "a.csv", **COLUMNS)
    frame = pd.read_csv(tmp_path / "a.csv")
    assert frame["prediction"].tolist() == ["b", "'=a", "b", "'=a"]
    assert frame["true_label"].tolist() == ["b", "b", "b", "'+"]
    assert frame["decision"].tolist() == certificate.decision.tolist()
    assert json.loads(frame["witness"][1]) == [20, 21, 23]
    assert json.loads(frame["witness_labels"][1]) == ["b", "b", "=a"]
    assert frame["radius"].tolist() == [0, 1, 3, -1]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_every_start_of_a_formula_is_defused(certificate, tmp_path, start):
    named = dataclasses.replace(certificate, classes=np.array([f"{start}1", "b"]))
    write_frame(named, tmp_path / "a.csv")
    assert pd.read_csv(tmp_path / "a.csv")["prediction"][1].startswith("'")


def test_negative_numbers_are_no_formulas(certificate, tmp_path):
    numbers = dataclasses.replace(certificate, classes=np.array([-1, 1]))
    write_frame(numbers, tmp_path / "a.csv")
    frame = pd.read_csv(tmp_path / "a.csv")
    assert frame["prediction"].tolist() == [1, -1, 1, -1]
    assert frame["decision"].tolist() == certificate.decision.tolist()


def test_json_records_are_exact(certificate, tmp_path):
    write_frame(certificate, tmp_path / "a.json", **COLUMNS)
    records = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert [r["decision"] for r in records] == certificate.decision.tolist()
    assert [r["witness"] for r in records] == [[22], [20, 21, 23], None, []]
    assert [r["node"] for r in records] == [10, 11, 12, 13]


def test_without_names_points_are_numbered_and_truth_left_out(certificate):
    frame = certificate_frame(certificate)
    assert frame["node"].tolist() == [0, 1, 2, 3]
    assert "true_label" not in frame
    assert frame["witness"][1] == [0, 1, 3]


def test_unknown_suffix(certificate, tmp_path):
    with pytest.raises(lc.InputError, match=r"\.csv, \.parquet, \.json"):
        write_frame(certificate, tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []
