"""The study file of the documentation is one, and its table of columns is complete."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from labelcert.report.study_frame import COLUMNS
from labelcert.studies import expand
from labelcert.studies.spec import SplitSpec
from mails_table import mails_table
from shared_files import needs_data

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "studies.md").read_text(encoding="utf-8")

TEXT, SPLITS, FEATURES, THREAT = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_study_file_of_the_page_reads(study_of):
    units = expand(study_of(text=TEXT))
    # Karate, Cora-MLb and two CSBM graphs; four of GCN, two of APPNP and two of MLP; three seeds.
    assert len(units) == 4 * (4 + 2 + 2) * 3
    assert "GCN, depth 2, skip pc" in {unit.model for unit in units}


def test_splits_of_the_page_read():
    forms = list(yaml.safe_load_all(SPLITS.replace("\nsplit:", "\n---\nsplit:")))
    assert [sorted(form["split"]) for form in forms if form]
    for form in forms:
        assert SplitSpec.model_validate(form["split"])


@needs_data
def test_the_study_of_features_reads(study_of):
    head = "name: features\ntitle: Features\ndatasets: [mnist]\nseeds: [0]\n"
    head += "budgets: {max_flips: 3}\n"
    units = expand(study_of(text=head + FEATURES))
    # Two single models, and two ensembles with either kind of votes.
    assert len(units) == 2 + 2 * 2


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
