"""What the page says in a browser where budgets are costs, differ between models, or splits do."""

from __future__ import annotations

import pytest

from labelcert.report.page.page_html import write_page
from labelcert.report.results import told_apart
from labelcert.report.study_results import Evaluation
from report.chromium import needs_chromium, text
from report.hand_made_results import made

pytestmark = needs_chromium


@pytest.fixture
def opened(browser, tmp_path):
    pages = []

    def opened(results):
        path = tmp_path / "page.html"
        write_page(Evaluation("t", told_apart(results)), path)
        pages.append(browser.page(path))
        return pages[-1]

    yield opened
    for page in pages:
        assert page.complaints() == []
        page.close()


def test_radii_in_units_of_cost(opened):
    result = made([0, 1, 2, 3], broken=[0, 1, 2, 3])
    result.record["unit"] = "cost"
    page = opened([result])
    told = []
    for node in range(4):
        page.wait(f"document.querySelector('#node-facts h3').textContent.endsWith('{10 + node}')")
        told.append(text(page, "#node-radius"))
        page.click("#node-after")
    assert told == [
        "0: a single unit of cost can break it",
        "1: survives any 1 unit of cost, and 2 can break it",
        "2: survives any 2 units of cost, and 3 can break it",
        "3+: survives all 3 units of cost that were tried, or more",
    ]


def test_averages_say_where_they_end(opened):
    page = opened([made([0, 1]), made([0, 1], model="short", max_flips=2)])
    words = "averaged over the budgets 1 to 2, the largest that all models have"
    average(page)
    assert words in text(page, "#ranks caption")
    assert text(page, "#ranking-budget option:checked") == words
    page = opened([made([0, 1]), made([0, 1], model="as long")])
    average(page)
    assert "averaged over all budgets from 1 on" in text(page, "#ranks caption")


def average(page):
    page.js(
        "const s = document.querySelector('#ranking-budget'); s.value = 'average'; "
        "s.dispatchEvent(new Event('change'))"
    )


def test_the_page_begins_at_the_budget_where_models_differ_most(opened):
    page = opened([made([1, 1, 1, 1]), made([2, 2, 2, 0], model="strong")])
    assert text(page, "#budget-told").startswith("2 flips")
    assert "where models differ most, at 2 flips" in text(page, "#ranking-budget option")
    assert "at 2 flips" in text(page, "#ranks caption")
    assert text(page, "#ranks tbody tr").startswith("1.strong75.0 %")


def test_two_splits_of_one_seed_have_different_names(opened):
    page = opened([made([0, 1]), made([0], model="other split"), made([0, 1], seed=1)])
    names = page.js("[...document.querySelectorAll('#scene option')].map((o) => o.textContent)")
    assert sorted(names) == ["seed 0, split 1", "seed 0, split 2", "seed 1"]
