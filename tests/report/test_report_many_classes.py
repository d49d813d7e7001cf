"""Tables, files and charts of a certificate of more than two classes."""

from __future__ import annotations

import json
from dataclasses import replace

import pandas as pd
import pytest

import labelcert as lc
from labelcert.report.curves import curve_records
from labelcert.report.frames import certificate_frame, write_frame
from labelcert.report.tables import summarize
from oracles.hand_made_many import hand_made_many

COLUMNS = {"nodes": [10, 11, 12, 13], "labeled": [20, 21, 22, 23, 24], "y_true": list("bcbc")}


@pytest.fixture
def certificate():
    return hand_made_many()


def test_summary(certificate):
    summary = summarize(certificate, **COLUMNS, extremes=2)
    assert summary.correct == 1
    assert [row.node for row in summary.weakest] == [13, 10]
    assert [row.node for row in summary.strongest] == [12, 11]
    assert summary.weakest[1].witness == ((22, "c"),)
    assert summary.strongest[1].witness == ((20, "b"), (21, "b"), (23, "=a"))
    assert summary.strongest[1].prediction == "c"
    assert summary.relaxation == certificate.relaxation_gap
    assert summarize(replace(certificate, relaxed_radius=None)).relaxation is None


def test_of_equal_radii_the_smaller_margin_is_weaker(certificate):
    equal = replace(
        certificate, radius=certificate.radius * 0 + 1, radius_upper=certificate.radius * 0 + 1
    )
    summary = summarize(equal, extremes=4)
    assert [row.node for row in summary.weakest] == [3, 0, 1, 2]  # margins −1e-12, 0.25, 2, 3


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".json"])
def test_files_name_the_new_labels(certificate, tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    write_frame(certificate, path, **COLUMNS)
    if suffix == ".json":
        rows = json.loads(path.read_text(encoding="utf-8"))
    else:
        frame = pd.read_csv(path) if suffix == ".csv" else pd.read_parquet(path)
        rows = frame.to_dict("records")
    names = ["'=a", "c", "'=a", "'=a"] if suffix == ".csv" else ["=a", "c", "=a", "=a"]
    assert [row["prediction"] for row in rows] == names
    assert [row["margin"] for row in rows] == certificate.margin.tolist()
    read = json.loads if suffix == ".csv" else list
    assert [list(read(row["decision"])) for row in rows] == certificate.decision.tolist()
    assert read(rows[1]["witness"]) == [20, 21, 23]
    assert read(rows[1]["witness_labels"]) == ["b", "b", "=a"]


def test_columns_stand_in_the_documented_order(certificate):
    frame = certificate_frame(certificate, **COLUMNS)
    assert list(frame.columns) == [
        "node", "true_label", "prediction", "margin", "error_bar", "decision", "radius",
        "radius_upper", "exact", "witness", "witness_labels", "proven_by", "broken_by",
    ]  # fmt: skip


def test_curves_and_chart(certificate, tmp_path):
    records = curve_records(certificate)
    assert [r["lower"] for r in records if r["kind"] == "sample-wise"] == [0.75, 0.5, 0.25, 0.25]
    lc.plot(certificate, tmp_path / "a.svg", title="three classes")
    assert "three classes" in (tmp_path / "a.svg").read_text(encoding="utf-8")
