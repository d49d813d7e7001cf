"""The file itself: whole, self-contained, the same every time."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

from labelcert._errors import InputError
from labelcert.report.page.page_html import page, write_page
from labelcert.report.results import told_apart
from labelcert.report.study_results import Evaluation, Missing
from report.hand_made_results import made

NAMES = {"src", "href", "action", "srcset", "data", "poster", "formaction", "background"}


class Links(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.policy = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.links += [value or "" for name, value in attrs if name in NAMES]
        if found.get("http-equiv") == "Content-Security-Policy":
            self.policy = found["content"] or ""


def evaluation() -> Evaluation:
    results = [
        made([0, 1, 2, 3], broken=[0, 1, 2, 3], seed=s, model=m) for s in (0, 1) for m in "ab"
    ]
    return Evaluation("A & B", told_apart(results), (Missing("s", "d", "m", "why <not>"),))


@pytest.fixture(scope="module")
def html() -> str:
    return page(evaluation())


def test_nothing_is_loaded_from_anywhere(html):
    assert all(link.startswith(("#", "data:")) for link in Links(html).links)
    style = "".join(re.findall(r"<style>(.*?)</style>", html, re.DOTALL))
    assert "url(" not in style
    assert "@import" not in style
    assert "$schema" not in html.split('id="report-data"')[1].split("</script>")[0]


def test_the_policy_names_exactly_the_scripts_and_the_style_of_the_page(html):
    named = set(re.findall(r"'sha256-([^']+)'", Links(html).policy))
    parts = re.findall(r"<(?:script|style)>(.*?)</(?:script|style)>", html, re.DOTALL)
    digests = {base64.b64encode(hashlib.sha256(p.encode()).digest()).decode() for p in parts}
    assert len(parts) == 3
    assert named == digests


def test_licences_are_kept(html):
    for holder in ("University of Washington Interactive Data Lab", "Mike Bostock", "Observable"):
        assert re.search(f"Copyright .*{holder}", html)
    assert "THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS" in html


def test_the_data_are_json_and_the_file_is_the_same_every_time(html):
    text = html.split('id="report-data">')[1].split("</script>")[0]
    data = json.loads(text)
    assert data["models"] == ["a", "b"]
    assert len(data["rows"]) == len({tuple(map(str, row[:4])) for row in data["rows"]})
    assert page(evaluation()) == html


def test_title_and_failures_are_escaped(html):
    assert "<title>A &amp; B</title>" in html
    assert "why &lt;not&gt;" in html


def test_rows_of_the_page_are_those_of_the_findings(html):
    data = json.loads(html.split('id="report-data">')[1].split("</script>")[0])
    rows = [dict(zip(data["columns"], row, strict=True)) for row in data["rows"]]
    (average,) = [
        r for r in rows if (r["panel"], r["model"], r["budget"]) == (0, 0, None)
    ]  # radii 0 1 2 3: (3/4 + 2/4 + 1/4) / 3
    assert (average["mean"], average["seeds"], average["rank"]) == (0.5, 2, 1)
    assert data["clean"][0] == [0, 0, 1.0, 0.0, 2]


def test_a_ranking_over_data_sets_leaves_models_unranked_that_lack_some():
    results = [
        made([0, 1], dataset="one"), made([0, 1], dataset="two"),
        made([3, 3], dataset="one", model="best, once"),
    ]  # fmt: skip
    table = page(Evaluation("t", told_apart(results))).split("Rank and value over all data sets")[
        -1
    ]
    rows = table.split("<tbody>")[1].split("</tbody>")[0].split("</tr>")
    assert '<th scope="row">gcn</th><td class="short">1. 25.0 %' in rows[0]
    assert '<th scope="row">best, once</th><td class="short">100.0 %' in rows[1]


def test_a_ranking_over_data_sets_says_at_which_budgets():
    results = [
        made([0, 1], dataset="one"), made([0, 1], dataset="t<w>o"),
        made([3, 3], dataset="one", model="best, once"),
    ]  # fmt: skip
    assert "Budgets: one: 2; t&lt;w&gt;o: 1." in page(Evaluation("t", told_apart(results)))


def test_the_words_hold_for_flips_and_costs(html):
    for words in ("<i>r</i> flips", "number of label flips", "How many flipped"):
        assert words not in html
    assert "where labels have costs" in html


def test_another_suffix_and_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match=r"use \.html"):
        write_page(evaluation(), tmp_path / "page.pdf")
    with pytest.raises(InputError, match="cannot be written"):
        write_page(evaluation(), tmp_path / "none" / "page.html")
    assert list(tmp_path.iterdir()) == []


def test_a_certificate_is_no_evaluation_and_is_told_how(certificate, tmp_path):
    with pytest.raises(InputError, match=r"use certificate\.report\(path\)"):
        write_page(certificate, tmp_path / "page.html")
