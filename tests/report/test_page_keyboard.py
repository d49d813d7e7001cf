"""The whole page with a keyboard alone: everything is reached, seen to be, and answers."""

from __future__ import annotations

import pytest

from report.chromium import Page, count, needs_chromium, text

pytestmark = needs_chromium

# Everything that should be reached, in the order of the document, as short descriptions.
CONTROLS = """
(() => {
  window.told = (e) => `${e.tagName.toLowerCase()} ${e.id || e.getAttribute('aria-label')
    || e.getAttribute('aria-labelledby') || e.value || e.textContent.slice(0, 30)}`;
  const all = 'a[href], select, button, input, summary, [tabindex="0"]';
  return [...document.querySelectorAll(all)].filter((e) => e.checkVisibility()).map(told);
})()
"""
FOCUSED = """
(() => {
  const e = document.activeElement;
  if (e === document.body) return null;
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const on = document.elementsFromPoint(Math.max(box.left, 0) + 2,
    Math.min(Math.max((box.top + box.bottom) / 2, box.top + 2), innerHeight - 2));
  return [told(e), ring, inside, box.width > 4 && box.height > 4 && on.includes(e)];
})()
"""


def walk(page: Page, most: int) -> list[list]:
    """What has the focus after each press of the Tab key, until none has."""
    found = []
    for _ in range(most):
        page.press("Tab")
        seen = page.js(FOCUSED)
        if seen is None:
            break
        found.append(seen)
    return found


def test_the_tab_key_reaches_everything_in_order_and_shows_where_it_is(page):
    page.js("document.documentElement.style.scrollBehavior = 'auto'")
    page.js("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    page.wait("document.querySelector('#tests-table tbody')")
    wanted = page.js(CONTROLS)
    named = {told.split()[-1] for told in wanted}
    assert named >= {
        "dataset", "all-models", "no-models", "budget", "ranking-budget", "scene", "node-model",
        "node-before", "node-choice", "node-after", "picture", "zoom",
    }  # fmt: skip
    assert sum(told.startswith("summary ") for told in wanted) == 4
    reached = walk(page, len(wanted) + 5)
    assert [told for told, *_ in reached] == wanted
    assert [told for told, ring, *_ in reached if not ring] == []
    assert [told for told, _, inside, _ in reached if not inside] == []
    assert [told for told, *_, on in reached if not on] == []


@pytest.mark.parametrize("key", ["Enter", " "])
def test_buttons_answer_keys(page, key):
    def press(selector: str) -> None:
        page.js(f"document.querySelector({selector!r}).focus()")
        page.press(key)

    press("#no-models")
    page.wait("document.querySelector('#model-count').textContent === '(0 of 2 shown)'")
    press("#all-models")
    page.wait("document.querySelector('#model-count').textContent === '(2 of 2 shown)'")
    press("#node-after")
    page.wait("document.querySelector('#node-facts h3').textContent === 'Test node 11'")
    press("#node-before")
    page.wait("document.querySelector('#node-facts h3').textContent === 'Test node 10'")
    press("#ranks th:nth-child(3) button")
    page.wait("document.querySelector('#ranks [aria-sort=descending]').cellIndex === 2")
    assert page.js("document.activeElement.closest('th').cellIndex") == 2  # focus is kept
    press("#heat-box summary")
    page.wait("document.querySelectorAll('#heat-table tbody tr').length === 8")


def test_boxes_sliders_and_lists_answer_keys(page):
    page.js("document.querySelector('#models input').focus()")
    page.press(" ")
    page.wait("document.querySelector('#model-count').textContent === '(1 of 2 shown)'")
    assert count(page, "#readout tbody tr") == 1
    page.js("document.querySelector('#budget').focus()")
    page.press("ArrowRight")
    page.wait("document.querySelector('#budget').getAttribute('aria-valuetext').startsWith('2 fl')")
    page.js("document.querySelector('#zoom').focus()")
    page.press(" ")
    page.wait("document.querySelector('#zoom').checked")
    page.js("document.querySelector('#dataset').focus()")
    page.press("s")  # the first letter of "second"
    page.wait("document.querySelector('#readout caption').textContent.includes('3 test nodes')")
    assert text(page, "#node-facts h3") == "Test node 11"  # a tie, the weakest


def test_enter_on_the_skip_link_goes_to_the_content(page):
    page.press("Tab")
    page.press("Enter")
    page.wait("document.activeElement.id === 'main'")
    page.press("Tab")
    assert page.js("document.activeElement.closest('section').id") == "reading"
    page.press("Tab")
    assert page.js("document.activeElement.id") == "dataset"
