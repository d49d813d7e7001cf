"""Ids of the user's table on the page and in figures, also where they are markup."""

from __future__ import annotations

import numpy as np

import labelcert as lc
from labelcert.report.charts.chart_data_heat import heat_rows
from labelcert.report.nodes.scenes import scenes_of
from labelcert.report.page.page_html import write_page
from labelcert.report.results import told_apart
from labelcert.report.study_results import Evaluation
from report.chromium import needs_chromium
from report.hand_made_results import made

IDS = [f"mail {i}" for i in range(34)]
IDS[2], IDS[11] = "<img src=x onerror=alert(1)>", "</script><b>"


def graph():
    karate = lc.datasets.load("karate")
    return lc.datasets.Graph(karate.features, karate.adjacency, karate.labels, node_ids=IDS)


def results():
    found = [made([0, 1, 2, 3], model=name) for name in ("gcn", "mlp")]
    for result in found:
        for part in ("labeled", "test"):
            result.record[part]["ids"] = np.array(IDS)[result.record[part]["nodes"]].tolist()
    return told_apart(found)


def test_scenes_and_cells_have_ids():
    scenes, _ = scenes_of(results(), lambda _: graph())
    scene = scenes[0]
    assert scene["ids"]["10"] == "mail 10"
    assert set(scene["ids"]) >= {"0", "1", "2", "3", "10", "11", "12", "13"}
    around = {str(n) for row in scene["neighbours"] for n in row}
    assert around <= set(scene["ids"])
    assert [row["node"] for row in heat_rows(scene)][:2] == ["mail 10", IDS[11]]
    (plain,), _ = scenes_of([made([0, 1])], lambda _: lc.datasets.load("karate"))
    assert plain["ids"] == {}


@needs_chromium
def test_the_page_shows_ids_as_text(browser, tmp_path):
    path = tmp_path / "ids.html"
    write_page(Evaluation("t", results()), path, graphs=lambda _: graph())
    page = browser.page(path)
    page.js("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    told = page.js("document.querySelector('#node-choice').innerText")
    assert "node mail 10, radius 0" in told
    assert IDS[11] in told
    page.click("#picture [data-test='1']")
    facts = page.js("document.querySelector('#node-facts').innerText")
    assert f"Test node {IDS[11]}" in facts
    assert "mail 0" in page.js("document.querySelector('#witness').innerText")
    assert IDS[11] in page.js("document.querySelector('#heat-told').textContent")
    assert "mail 10" in page.js("document.querySelector('#heat-table').innerText")
    assert "mail 10" in page.js("document.querySelector('#tests-table').innerText")
    page.click("#picture [data-test='2']")
    assert "mail 12" in page.js("document.querySelector('#heat-told').textContent")
    assert page.js("document.querySelectorAll('#picture .name').length") > 0
    assert "mail" in page.js("document.querySelector('#picture .name').textContent")
    assert page.js("document.querySelectorAll('main img, main b').length") == page.js(
        "document.querySelectorAll('#reading b').length"
    )
    assert page.complaints() == []
    page.close()
