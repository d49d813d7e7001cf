"""The study file of the documentation is one, and its table of columns is complete."""

from __future__ import annotations

import re
from pathlib import Path

from labelcert.report.study_frame import COLUMNS
from labelcert.studies import expand
from mails_table import mails_table

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "studies.md").read_text(encoding="utf-8")


TEXT, FEATURES, THREAT = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_study_file_of_the_page_reads(study_of):
    units = expand(study_of(text=TEXT))
    # Karate, Cora-MLb and two CSBM graphs; four of GCN, two of APPNP and two of MLP; three seeds.
    assert len(units) == 4 * (4 + 2 + 2) * 3
    assert "GCN, depth 2, skip pc" in {unit.model for unit in units}


def test_the_features_of_the_page_read(study_of):
    about = "name: small\ndatasets: [mnist]\nseeds: [0, 1]\nbudgets: {max_flips: 5}\n"
    units = expand(study_of(text=about + FEATURES))
    assert all(unit.content["split"]["standard"] for unit in units)
    # One model of two ridges; two parts, each with its ridge, by two votes; two seeds.
    assert len(units) == (2 + 2 * 2) * 2
    assert len({unit.key for unit in units}) == len(units)


def test_the_attacker_of_the_page_reads(study_of):
    mails_table().rename(columns={"who": "annotator"}).to_csv("mails.csv", index=False)
    Path("verified.txt").write_text("3\n")
    mails = ("[karate]", "[{path: mails.csv, label: class}]")
    (unit, *_) = expand(study_of(mails, ("name: small", f"name: small\n{THREAT}")))
    assert unit.content["threat"] == {
        "max_flips": 3,
        "directions": [["ham", "spam"]],
        "trusted": ["3"],
        "costs": {"column": "price"},
        "groups": {"column": "annotator"},
        "group_budgets": {"bob": 0, "default": 2},
        "bad_groups": 1,
    }
    assert unit.content["dataset"]["drop"] == ["annotator", "price"]


def test_every_column_of_an_export_is_explained():
    table = PAGE[PAGE.index("## Export") : PAGE.index("## Clusters")]
    assert set(re.findall(r"`(\w+)`", table)) >= set(COLUMNS)
