"""Where labels have costs, budgets are no shares of labels: in pages, figures and tables."""

from __future__ import annotations

import json
import re
from pathlib import Path

from labelcert.report.charts.figures import write_figures
from labelcert.report.findings.plateaus import find_plateaus
from labelcert.report.page.page_html import page
from labelcert.report.results import counted_labels, told_apart
from labelcert.report.study_frame import study_frame
from labelcert.report.study_results import Evaluation
from labelcert.studies import Settings, Store, load_study, run_study
from report.hand_made_results import made

STUDY = """\
name: costs
datasets: [karate]
split: {per_class: 3, test: 8}
seeds: [0]
models: [{name: gcn, C: 0.1}]
budgets: {max_flips: 4}
threat: {costs: costs.csv}
"""


def mixed():
    """One seed whose labels happen to cost 1 each, and one whose labels do not."""
    results = [made([0, 1, 2, 3] * 2, broken=[0, 4, 4, 4], seed=s) for s in (0, 1)]
    results[1].record["unit"] = "cost"
    return told_apart(results)


def test_one_seed_with_costs_is_enough():
    assert counted_labels([made([0]), made([1], seed=1)]) == 4
    assert counted_labels(mixed()) is None
    (plateau,) = find_plateaus(mixed())
    assert plateau.num_labeled is None


def test_the_page_counts_costs():
    html = page(Evaluation("t", mixed()))
    match = re.search(r'id="report-data"[^>]*>(.*?)</script>', html, re.DOTALL)
    assert match is not None
    data = json.loads(match[1])
    assert [d["unit"] for d in data["datasets"]] == ["cost"]
    assert {scene["unit"] for scene in data["scenes"]} <= {"cost", "flips"}
    assert "budget (cost)" in json.dumps(data["specs"])
    assert "flips of 4 labels" not in json.dumps(data["specs"])
    row = (
        html.split("<span>Plateaus of the collective ratio</span>")[1]
        .split("<tbody>")[1]
        .split("</tr>")[0]
    )
    assert "1 to 3" in row
    assert "–" in row
    assert "25 %" not in row


def test_figures_count_costs(tmp_path):
    write_figures(Evaluation("t", mixed()), tmp_path, ["svg"])
    drawn = (tmp_path / "karate-sample-wise-certified-ratio.svg").read_text(encoding="utf-8")
    assert "cost of the flipped labels" in drawn
    assert "share of the 4" not in drawn


def test_the_long_table_has_no_shares(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("costs.csv").write_text("node,cost\n" + "".join(f"{i},{2 + i % 2}\n" for i in range(34)))
    Path("s.yaml").write_text(STUDY)
    run_study(load_study("s.yaml"), Path("s.db"), Settings(jobs=1))
    with Store.reading(Path("s.db")) as store:
        frame = study_frame(store)[0]
    assert frame["share_of_labels"].isna().all()
    assert frame["budget"].tolist() == [0, 1, 2, 3, 4]
    assert frame["certified_ratio"][1] == frame["certified_ratio"][0]  # nothing costs 1
