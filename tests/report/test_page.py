"""The page in a real browser: drawn, quiet, without a network, and answering hand and keyboard."""

from __future__ import annotations

import json

import numpy as np
import pytest

import labelcert as lc
from labelcert.report.page.page_html import write_page
from labelcert.report.study_results import Evaluation, Missing
from report.chromium import count, needs_chromium, text
from report.hand_made_results import made, study

pytestmark = needs_chromium

EVIL = (
    """</script><script>window.hacked=1</script><img src=x onerror="window.hacked=1">'"&{{data}}"""
)
CLASSES = ("<b>no</b>", "=1+1")


def test_charts_are_drawn(page):
    assert count(page, ".chart") == 6  # four panels, radii, effects
    assert page.js(
        "[...document.querySelectorAll('.chart')].every((c) => c.querySelector('svg').clientHeight "
        "> 40 && c.querySelectorAll('svg path').length > 3)"
    )
    assert count(page, "#panels .chart:first-of-type .mark-line path") >= 2
    assert count(page, "#heat .mark-rect path") >= 2 * 8


def test_bands_over_seeds_are_drawn(page):
    # Radii of the eight nodes differ between the seeds by one node: the error is not zero.
    bands = page.js(
        "[...document.querySelectorAll('#panels figure:first-child .mark-area path')].map((p) => "
        "[p.getBBox().width, p.getBBox().height, getComputedStyle(p).fill, "
        "Number(getComputedStyle(p).fillOpacity) * Number(getComputedStyle(p).opacity)])"
    )
    assert len(bands) == 2  # one a model
    lines = page.js(
        "[...document.querySelectorAll('#panels figure:first-child .mark-line path[d*=L]')].map("
        "(p) => getComputedStyle(p).stroke)"
    )
    for width, height, fill, opacity in bands:
        assert width > 100
        assert height > 10
        assert fill in lines
        assert 0.05 < opacity < 0.5


def test_every_chart_has_a_name_and_every_table_a_caption_and_heads(page):
    assert page.js(
        "[...document.querySelectorAll('[role=img]')].every((c) => c.getAttribute('aria-label') || "
        "c.getAttribute('aria-labelledby').split(' ').every((i) => document.getElementById(i)))"
    )
    page.js("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    page.wait("document.querySelector('#tests-table tbody')")
    assert page.js(
        "[...document.querySelectorAll('table')].filter((t) => !t.closest('#tip')).every((t) => "
        "t.caption.textContent && t.querySelector('th[scope=col]') && t.querySelector("
        "'th[scope=row]'))"
    )
    assert page.js(
        "[...document.querySelectorAll('select, input')].every((c) => c.labels.length === 1)"
    )


def test_models_are_chosen(page):
    lines = "#panels figure:first-child .mark-line path[d*='L']"
    before = count(page, lines)
    page.click("#models li:nth-child(2) input")
    page.wait(f"document.querySelectorAll({json.dumps(lines)}).length < {before}")
    page.wait("document.querySelectorAll('#readout tbody tr').length === 1")
    assert text(page, "#model-count") == "(1 of 2 shown)"
    page.click("#no-models")
    page.wait(f"document.querySelectorAll({json.dumps(lines)}).length === 0")
    page.click("#all-models")
    page.wait(f"document.querySelectorAll({json.dumps(lines)}).length === {before}")


def test_another_data_set(page):
    assert "8 test nodes" in text(page, "#readout caption")
    drawn = page.js("document.querySelector('#heat').dataset.drawn")
    page.js(
        "const s = document.querySelector('#dataset'); s.value = 1; "
        "s.dispatchEvent(new Event('change'))"
    )
    page.wait(f"document.querySelector('#heat').dataset.drawn > {drawn}")
    assert "3 test nodes" in text(page, "#readout caption")
    assert text(page, "#node-radius").startswith("tie:")  # the weakest first


def test_the_budget_follows_the_keyboard_and_the_ranking_the_budget(page):
    assert "1 flip (25 % of 4 labels)" in text(page, "#budget-told")
    page.js("document.querySelector('#budget').focus()")
    page.press("ArrowRight")
    page.wait("document.querySelector('#budget-told').textContent.startsWith('2 flips')")
    assert "at 2 flips" in text(page, "#readout caption")
    page.js(
        "const s = document.querySelector('#ranking-budget'); s.value = 'chosen'; "
        "s.dispatchEvent(new Event('change'))"
    )
    assert "at 2 flips" in text(page, "#ranks caption")
    # at 2: gcn 3/8 with seed 0 and 4/8 with seed 1; mlp 2/8 with both
    assert "1.gcn43.8 % ± 6.3" in text(page, "#ranks tbody tr")
    page.click("#ranks thead th:last-child button")
    assert page.js("document.querySelector('#ranks th:last-child').ariaSort") == "descending"
    assert "100.0 %" in text(page, "#ranks tbody tr td:last-child")


def test_pointing_at_a_curve_tells_its_values(page):
    place = page.js(
        "(() => { const h = document.querySelector('#panels .chart'); h.scrollIntoView("
        "{block: 'center', behavior: 'instant'}); const b = h.getBoundingClientRect(); "
        "return [b.left + b.width * 0.55, b.top + b.height / 2]; })()"
    )
    page.move(*place)
    page.wait("!document.querySelector('#tip').hidden")
    assert "2 flips" in text(page, "#tip")
    assert "gcn43.8 %mlp25.0 %" in text(page, "#tip")
    page.move(2, 2)
    page.wait("document.querySelector('#tip').hidden")


def test_the_graph_answers_click_and_key(page):
    assert text(page, "#node-facts h3") == "Test node 10"
    page.click("#picture [data-test='3']")
    page.wait("document.querySelector('#node-facts h3').textContent === 'Test node 13'")
    assert text(page, "#node-radius").startswith("4+:")
    assert "No labels are known" in text(page, "#node-facts")
    page.js("document.querySelector('#picture').focus()")
    page.press("ArrowLeft")
    page.wait("document.querySelector('#node-facts h3').textContent === 'Test node 12'")
    assert count(page, "#picture .cross") == count(page, "#witness tbody tr") == 3
    assert "2 neighbours: 0 (labeled a), 3 (labeled b)" in text(page, "#node-facts")
    assert page.js("document.querySelector('#node-choice').value") == "2"
    page.click("#node-after")
    page.wait("document.querySelector('#node-facts h3').textContent === 'Test node 13'")


def test_the_surroundings_alone(page):
    whole = page.js("document.querySelector('#picture svg').viewBox.baseVal.width")
    page.click("#zoom")
    page.wait(f"document.querySelector('#picture svg').viewBox.baseVal.width < {whole}")


def test_a_cell_of_the_heat_map_chooses_a_node(page):
    first = [r.record["radius"] for r in study() if (r.dataset, r.seed) == ("karate", 0)]
    assert len(first) == 2
    order = np.argsort(np.sum(first, axis=0), kind="stable")  # those that survive least first
    t = int(order[5])
    page.click("#heat .mark-rect path:nth-child(6)")
    page.wait(f"document.querySelector('#node-facts h3').textContent === 'Test node {10 + t}'")
    told = f"{first[0][t]}{'+' if first[0][t] == 4 else ''}"
    assert f"Test node {10 + t} under gcn: radius {told}." in text(page, "#heat-told")


def test_an_interval_is_told_as_one(page):
    page.js(
        "const s = document.querySelector('#node-model'); s.value = 1; "
        "s.dispatchEvent(new Event('change'))"
    )
    page.click("#node-after")
    page.wait("document.querySelector('#node-facts h3').textContent === 'Test node 11'")
    assert text(page, "#node-radius").startswith("2 to 3:")


def test_dark_and_light(browser, written):
    colours = []
    for scheme in ("light", "dark"):
        page = browser.page(written, prefers_color_scheme=scheme)
        colours.append(
            page.js(
                "[getComputedStyle(document.body).backgroundColor, getComputedStyle("
                "document.querySelector('#panels .mark-line path')).stroke, getComputedStyle("
                "document.querySelector('#heat .mark-rect path')).fill]"
            )
        )
        page.close()
    assert colours[0][0] == "rgb(255, 255, 255)"
    assert all(light != dark for light, dark in zip(*colours, strict=True))


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_does_not_scroll_sideways(browser, written, width):
    page = browser.page(written, width=width, height=700)
    page.resize(width, 700, phone=True)
    page.js("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert page.js("document.documentElement.scrollWidth") <= width
    small = page.js(
        "[...document.querySelectorAll('button, select, summary, nav a, .check')].filter((e) => "
        "e.offsetParent && e.getBoundingClientRect().height < 40).map((e) => e.outerHTML)"
    )
    assert small == []
    page.close()


def test_the_first_tab_offers_to_skip_and_focus_is_seen(page):
    page.press("Tab")
    assert page.js("document.activeElement.className") == "skip"
    page.press("Tab")
    assert page.js("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_paper_is_light_and_has_no_controls(browser, written, tmp_path):
    page = browser.page(written, prefers_color_scheme="dark")
    page.media("print", prefers_color_scheme="dark")
    assert page.js("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for control in ("#choice", "nav", ".budget", "#zoom-field"):
        assert page.js(f"getComputedStyle(document.querySelector('{control}')).display") == "none"
    page.media()
    page.pdf(tmp_path / "page.pdf")
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")
    page.close()


def test_hostile_names_are_text(browser, tmp_path):
    path = tmp_path / "evil.html"
    results = study(EVIL, EVIL, CLASSES)
    missing = (Missing(EVIL, EVIL, EVIL, EVIL),)
    write_page(
        Evaluation(EVIL, results, missing), path, graphs=lambda _: lc.datasets.load("karate")
    )
    page = browser.page(path)
    assert page.complaints() == []
    assert page.js("window.hacked") is None
    assert count(page, "img, iframe, object, embed, link[href^=http], b, i") == page.js(
        "document.querySelectorAll('#reading b, #reading i').length"
    )
    assert text(page, "h1") == EVIL
    page.js("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    page.click("#picture [data-test='0']")
    for place in ("#models li", "#ranks tbody", "#node-facts", "#heat-told", "#missing"):
        assert EVIL in text(page, place)
    assert CLASSES[0] in text(page, "#witness")
    assert EVIL in text(page, "#heat svg") or "…" in text(page, "#heat svg")
    assert page.js("window.hacked") is None
    assert page.complaints() == []
    page.close()


def test_a_table_without_edges_is_a_list(browser, tmp_path):
    path = tmp_path / "table.html"
    result = made([0, 1, 3])
    result.record["dataset"]["edges"] = 0
    write_page(Evaluation("A table", (result,)), path)
    page = browser.page(path)
    assert page.js("document.querySelector('#picture').hidden")
    assert "there are no edges" in text(page, "#picture-note")
    page.click("#tests-box summary")
    page.wait("document.querySelectorAll('#tests-table tbody tr').length === 3")
    assert page.js("document.querySelector('#ranking').hidden")
    assert page.complaints() == []
    page.close()
