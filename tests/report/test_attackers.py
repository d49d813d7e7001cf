"""The page says what the attacker of a study may do, and averages are over all seeds."""

from __future__ import annotations

from labelcert.report.charts.chart_data import curve_rows
from labelcert.report.findings import find
from labelcert.report.findings.gaps import find_gaps
from labelcert.report.page.attackers import attacker_told, attackers_told
from labelcert.report.page.page_html import page
from labelcert.report.results import told_apart
from labelcert.report.study_results import Evaluation
from report.hand_made_results import made

ALL = {
    "max_flips": "20%",
    "directions": [["ham", "spam"], ["spam", "ham"]],
    "trusted": ["3", "7"],
    "costs": {"column": "price"},
    "groups": {"sha256": "0"},
    "group_budgets": {"007": 1, "default": 3},
}


def test_attackers_in_words():
    free = {"max_flips": 3, "directions": None}
    assert attacker_told(free) == "flips up to 3 labels"
    assert attacker_told(free | {"max_flips": "10%"}) == "flips up to 10% of the labels"
    assert attacker_told(free | {"trusted": ["3"], "costs": {"column": "p"}}) == (
        "flips that cost up to 3, by the column p, not the labels of 1 trusted node"
    )
    assert attacker_told(ALL) == (
        "flips that cost up to 20% of what all labels cost, by the column price, only ham to spam "
        "and spam to ham, not the labels of 2 trusted nodes, groups by a table of the study's with "
        "at most 1 for 007 and at most 3 for the others"
    )
    assert attacker_told(free | {"groups": {"column": "who"}, "group_budgets": 2}).endswith(
        "groups by the column who with at most 2 each"
    )


def with_threat(dataset: str, threat: dict, unit: str = "flips"):
    result = made([0, 1, 2, 3], broken=[0, 1, 2, 3], dataset=dataset)
    result.content["threat"].clear()
    result.content["threat"].update(threat)
    result.record["unit"] = unit
    return result


def test_the_page_names_the_attacker_of_every_data_set():
    plain = {"max_flips": 3, "directions": None}
    same = told_apart([with_threat("a", plain), with_threat("b", plain)])
    assert attackers_told(same) == "flips up to 3 labels"
    assert "Budgets</dt>" not in page(Evaluation("t", same))
    mixed = told_apart([with_threat("a", plain), with_threat("b<i>", ALL, "cost")])
    html = page(Evaluation("t", mixed))
    assert "a: flips up to 3 labels · b&lt;i&gt;: flips that cost up to 20%" in html
    assert "costs on b&lt;i&gt;, flips elsewhere; averages over data sets mix the two" in html


def test_means_over_seeds_end_where_the_first_seed_ends():
    """Beyond, a mean over fewer seeds could rise with the budget, which no ratio does."""
    made_of = [
        made([0, 0, 1, 1], broken=[0, 2, 4], max_flips=2),
        made([4, 4, 4, 4], broken=[0, 0, 0, 0, 0], max_flips=4, seed=1),
    ]
    for result in made_of:  # what a percentage of costs comes to differs between splits
        result.content["threat"]["max_flips"] = "20%"
    results = told_apart(made_of)
    rows = [r for r in curve_rows(find(results)) if r["panel"] == "sample-wise"]
    assert [r["budget"] for r in rows if r["budget"] is not None] == [0, 1, 2]
    assert all(r["seeds"] == 2 for r in rows)
    assert [g.budget for g in find_gaps(results) if g.budget is not None] == [0, 1, 2]
