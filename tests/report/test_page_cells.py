"""Radii as cells in a browser, one model: sorted, large enough to tap, at any number of points."""

from __future__ import annotations

import json

import pytest

from labelcert.report.page.page_html import write_page
from labelcert.report.study_results import Evaluation
from report.chromium import count, needs_chromium, text
from report.hand_made_results import made

pytestmark = needs_chromium

CELLS = "[...document.querySelectorAll('#strip .cell')].map((c) => Number(c.dataset.test))"


@pytest.fixture
def opened(browser, tmp_path):
    pages = []

    def opened(result, width=1300, phone=False):
        path = tmp_path / "page.html"
        write_page(Evaluation("t", (result,)), path)
        page = browser.page(path, width=width, height=844)
        if phone:
            page.resize(width, 844, phone=True)
        pages.append(page)
        return page

    yield opened
    for page in pages:
        assert page.complaints() == []
        page.close()


def test_cells_are_sorted_by_radius_and_the_weakest_is_open(opened):
    page = opened(made([2, 0, 3, 1, 0, -1], radius_upper=[2, 1, 3, 1, 0, -1], wrong=[3]))
    assert page.js(CELLS) == [5, 4, 1, 3, 0, 2]  # 1 is open from 0 to 1
    names = page.js("[...document.querySelectorAll('.band-name')].map((b) => b.textContent)")
    assert names == ["Radius tie 1 node", "Radius 0 2 nodes", "Radius 1 1 node", "Radius 2 1 node",
                     "Radius 3+ 1 node"]  # fmt: skip
    assert text(page, "#node-facts h3") == "Test node 15"
    assert text(page, '#strip [aria-pressed="true"]') == "15"
    assert text(page, "#strip [data-test='3']") == "13 ×"
    assert text(page, "#strip [data-test='1']") == "11 ·"
    page.click("#strip [data-test='2']")
    page.wait("document.querySelector('#node-facts h3').textContent === 'Test node 12'")
    assert count(page, '#strip [aria-pressed="true"]') == 1


@pytest.mark.parametrize("points", [100, 2000])
def test_a_phone_shows_many_points(opened, points):
    result = made([t % 12 for t in range(points)], max_flips=11)
    result.record["dataset"] |= {"edges": 0, "word": "mail"}
    names = [f"a-long-folder-of-the-corpus/{t:05d}" for t in range(points)]
    result.record["test"]["ids"] = names
    result.record["labeled"]["ids"] = ["one", "two", "three", "four"]
    page = opened(result, 390, phone=True)
    assert page.js("document.documentElement.scrollWidth") <= 390
    assert count(page, "#strip .cell") == min(points, 200)
    assert page.js(
        "[...document.querySelectorAll('#strip .cell')].every((c) => { const b = "
        "c.getBoundingClientRect(); return b.width >= 40 && b.height >= 40 && b.right <= 390; })"
    )
    assert f"{points} test mails" in text(page, "#radii-note")
    first = text(page, ".band-name")
    assert first.startswith("Radius 0 ")
    assert first.endswith(f"{-(-points // 12)} mails")
    assert page.js("!document.querySelector('#heat-figure').hidden") == (points > 200)
    page.click("#strip .cell:last-child")
    page.wait("document.querySelector('#heat-told').textContent.includes('radius 0')")
    page.click("#tests-box summary")
    page.wait("document.querySelector('#tests-table tbody')")
    tallest = "Math.max(...[...document.querySelectorAll('#tests-table tr')].map((r) => "
    assert page.js(f"{tallest} r.getBoundingClientRect().height))") < 160


def test_the_slider_stays_in_sight_of_the_charts(opened):
    page = opened(made([0, 1, 2, 3], broken=[0, 1, 2, 3]), 390, phone=True)
    for number in range(count(page, "#panels figure")):
        chart = f"document.querySelectorAll('#panels figure')[{number}]"
        page.js(f"{chart}.scrollIntoView({{block: 'start', behavior: 'instant'}})")
        box = page.js("JSON.stringify(document.querySelector('#budget').getBoundingClientRect())")
        place = json.loads(box)
        assert 0 <= place["top"] < place["bottom"] <= 844


def test_one_certificate_reads_its_shares_in_rows(opened):
    page = opened(made([0, 1, 2, 3], broken=[0, 1, 2, 3]), 390, phone=True)
    rows = page.js("[...document.querySelectorAll('#readout tbody tr')].map((r) => r.textContent)")
    assert rows[0] == "Sample-wise75.0 %"
    assert len(rows) == 4
    box = "document.querySelector('#readout').parentNode"
    assert page.js(f"{box}.scrollWidth <= {box}.clientWidth")


def test_how_to_read_stands_before_the_charts(opened):
    page = opened(made([0, 1]))
    sections = page.js("[...document.querySelectorAll('main > section')].map((s) => s.id)")
    assert sections.index("reading") < sections.index("curves")
    assert "findings" not in sections  # one certificate without collective counts has none
    assert page.js(
        "[...document.querySelectorAll('nav li')].filter((l) => !l.hidden).every((l) => "
        "document.querySelector(l.firstElementChild.getAttribute('href')))"
    )
