"""The page on paper: whole, within its width, nothing left folded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from labelcert.report.page.page_html import write_page
from labelcert.report.results import told_apart
from labelcert.report.study_results import Evaluation, Missing
from report.chromium import Browser, Page, count, needs_chromium
from report.hand_made_results import made

pytestmark = needs_chromium

A4 = 794 - 2 * 38
"""Width of A4 without the margins that browsers leave, in CSS pixels."""

TOO_WIDE = f"""
[...document.querySelectorAll('main, main *:not(svg *)')].filter((e) => e.checkVisibility() && (
  e.getBoundingClientRect().right > {A4} + 0.5 || e.getBoundingClientRect().left < -0.5
)).map((e) => `${{e.tagName}} ${{e.id}} ${{e.className}} ${{e.textContent.slice(0, 40)}}`)
"""


@pytest.fixture(scope="module")
def many(tmp_path_factory) -> Path:
    """A page of 24 models with long names on three data sets, 40 test nodes and wide radii."""
    path = tmp_path_factory.mktemp("print") / "many.html"
    results = [
        made([t % 11 for t in range(40)], radius_upper=[10] * 40, max_flips=10, seed=seed,
             model=f"A graph network with a name, number {k}", parameters={"depth": k},
             dataset=f"{'LongUnbrokenNameOfADataSet' * 2}{name}", broken=[3 * r for r in range(11)])
        for name in "abc"
        for seed in (0, 1)
        for k in range(24)
    ]  # fmt: skip
    results.append(made([1, 1], dataset="one more", parameters={"depth": 0}, model="other"))
    missing = (Missing("s", "d" * 60, "m" * 60, "w" * 200),)
    write_page(Evaluation("Many", told_apart(results), missing), path)
    return path


@pytest.fixture
def wide(browser: Browser, many: Path) -> Iterator[Page]:
    opened = browser.page(many)
    yield opened
    assert opened.complaints() == []
    opened.close()


def printing(page: Page) -> None:
    """The page as it is laid out for paper, with what browsers send before they print."""
    page.call("Page.bringToFront")
    page.js("dispatchEvent(new Event('beforeprint'))")
    page.media("print")
    page.resize(A4, 1000)
    page.js("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def test_nothing_is_wider_than_the_paper(page, wide):
    for opened in (page, wide):
        printing(opened)
        assert opened.js(TOO_WIDE) == []
        assert opened.js("document.documentElement.scrollWidth") <= A4
        assert opened.js(
            "[...document.querySelectorAll('.chart svg')].every((s) => "
            f"s.getBoundingClientRect().width <= {A4})"
        )


def test_what_is_folded_is_printed_and_folded_again(page, tmp_path):
    folded = "[...document.querySelectorAll('main details')].map((d) => d.open)"
    before = page.js(folded)
    assert before == [False, True, False, False]
    printing(page)
    assert page.js(folded) == [True, True, True, True]
    for table in ("#heat-table", "#tests-table"):
        assert count(page, f"{table} tbody tr") == 8
        assert page.js(f"document.querySelector('{table} td').checkVisibility()")
    page.js("dispatchEvent(new Event('afterprint'))")
    assert page.js(folded) == before
    page.media()
    page.resize(1200, 900)
    page.js("window.printed = 0; addEventListener('beforeprint', () => { printed += 1; })")
    page.pdf(tmp_path / "page.pdf")
    assert page.js("window.printed") == 1  # browsers do send it
    assert page.js(folded) == before
