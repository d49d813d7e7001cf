"""Charts of trained networks beside a certificate: data first, then the drawing and the page."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest

import labelcert as lc
from labelcert._errors import InputError
from labelcert.report.charts.transfer_chart import CERTIFIED, WIDTHS, WITNESSES, transfer_rows
from labelcert.report.page.section import Section, sections_html, sections_links
from labelcert.studies.transfer.attacks import RANDOM, WITNESS, Attack
from labelcert.studies.transfer.records import Record
from labelcert.studies.transfer.results import Transfer


@pytest.fixture
def found():
    """Three test points of radius 1, a witness of the first and one random flip, two widths."""
    cross = np.array([[3.0, 0, 0], [0, 3, 0], [2, 0, 1]])
    cert = lc.certify(np.eye(3), cross, ["no", "<b>", "no"], C=1.0, max_flips=1)
    object.__setattr__(cert, "radius", np.array([0, 1, 1]))
    no, b = (int(np.searchsorted(cert.classes, label)) for label in ("no", "<b>"))
    clean = [no, b, no]
    attacks = (Attack(WITNESS, 0, (0,), ("<b>",)), Attack(RANDOM, None, (2,), ("<b>",)))
    leads = np.array([[1.0, 2, 3], [-0.5, 0.2, 0.05], [0.4, 0.5, 0.6]])
    same = Record(16, 0, np.array([clean, [b, b, no], clean]), np.zeros(3))
    other = Record(16, 1, np.array([clean, clean, [no, b, b]]), np.zeros(3))
    alone = Record(8, 0, np.array([clean, clean, clean]), np.zeros(3))
    return Transfer(cert, attacks, leads, (alone, same, other), True)


def test_rows_are_the_shares_of_the_tables_with_bars_inside_0_and_1(found):
    rows = {(r["panel"], r["series"], r["width"]): r for r in transfer_rows(found)}
    broken = rows[WIDTHS, "witnesses break it too", 16]
    assert (broken["share"], broken["error"], broken["pairs"]) == (0.5, 0.5, 2)
    assert (broken["low"], broken["high"]) == (0.0, 1.0)
    assert rows[WIDTHS, "clean predictions agree", 8]["pairs"] is None
    alone = rows[WIDTHS, "certified pairs change", 8]
    assert (alone["share"], alone["error"], alone["low"], alone["high"]) == (0, None, 0, 0)
    assert rows[WITNESSES, "0.3 to 1", 16]["share"] == 0.5
    assert rows[CERTIFIED, "0.3 to 1", 16]["share"] == 0.25
    assert rows[CERTIFIED, "below 0.1", 16]["pairs"] == 2
    assert len({r["place"] for r in rows.values() if r["width"] == 16}) == 3


def test_three_panels_with_a_legend_each_are_drawn(found, tmp_path):
    document = found.plot(tmp_path / "t.svg", title="toy").to_dict()
    assert [part["title"] for part in document["hconcat"]] == [
        "Trained networks by width", "Witnesses, by the margin beyond 0",
        "Certified pairs, by the margin left",
    ]  # fmt: skip
    text = (tmp_path / "t.svg").read_text()
    assert "toy" in text
    assert text.count(">certified pairs change</text>") == 1  # one legend tells colour and shape
    assert found.plot(tmp_path / "t.png") is not None
    assert (tmp_path / "t.png").read_bytes()[:4] == b"\x89PNG"


def test_no_point_touches_an_axis_and_panels_begin_at_one_height(found):
    places = [row["place"] for row in transfer_rows(found)]
    for part in found.plot().to_dict()["hconcat"]:
        encoding = part["layer"][0]["encoding"]
        low, high = encoding["x"]["scale"]["domain"]
        assert 1.1 * low < min(places)
        assert 1.1 * max(places) < high
        assert encoding["color"]["legend"]["orient"] == "bottom"  # above it titles would differ


def test_nothing_trained_is_nothing_to_draw(found, tmp_path):
    empty = dataclasses.replace(found, records=(), stopped="time limit")
    with pytest.raises(InputError, match="nothing to draw"):
        empty.plot()
    empty.report(tmp_path / "t.html")
    assert "Not all networks were trained: time limit." in (tmp_path / "t.html").read_text()
    with pytest.raises(InputError, match="suffix"):
        found.plot(tmp_path / "t.xlsx")


def test_the_page_has_the_section_and_its_table(found, tmp_path):
    found.report(tmp_path / "t.html", title="A & B", y_true=["no", "<b>", "no"])
    text = (tmp_path / "t.html").read_text()
    section = re.search(r'<section id="networks".*?</section>', text, re.DOTALL)
    assert section is not None
    assert "50.0 % ± 50.0" in section[0]
    assert "centred" in section[0]
    assert '<a href="#networks">Trained networks</a>' in text
    found.certificate.report(tmp_path / "plain.html")
    assert "networks-title" not in (tmp_path / "plain.html").read_text()


def test_titles_of_sections_are_escaped():
    section = Section("k", "a < b", "", (("c & d", None),), "<p>kept</p>")
    assert "a &lt; b" in sections_links([section])
    html = sections_html([section, section])
    assert "c &amp; d" in html
    assert "<p>kept</p>" in html
    assert 'id="more-chart-1"' in html
