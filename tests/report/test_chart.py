from __future__ import annotations

import dataclasses
import io
import json
import struct
from itertools import pairwise

import numpy as np
import pytest

import labelcert as lc
from labelcert.report.charts.chart import _ticks, plot
from labelcert.report.charts.radius_chart import radius_bars
from labelcert.report.radii import RadiusBin


def spec(certificate, **options):
    return plot(certificate, **options).to_dict()


def marks(document):
    return [layer["mark"]["type"] for layer in document["layer"]]


def test_both_curves_and_an_open_band_are_drawn(certificate):
    document = spec(certificate)
    assert marks(document) == ["area", "line", "line", "point"]
    assert document["title"]["text"] == "shaded: neither proven nor broken"
    assert {row["kind"] for row in document["data"]["values"]} == {"sample-wise", "collective"}


def test_no_band_where_everything_is_exact_and_one_line_without_a_collective_curve(certificate):
    exact = dataclasses.replace(certificate, radius_upper=certificate.radius, collective=None)
    document = spec(exact, title="karate")
    assert marks(document) == ["line", "point"]
    assert document["title"]["text"] == "karate"
    assert "subtitle" not in document["title"]


def test_the_vertical_axis_is_a_share_from_0_to_1(certificate):
    y = spec(certificate)["layer"][0]["encoding"]["y"]
    assert y["scale"]["domain"] == [0, 1]
    assert y["axis"]["format"] == "%"


def axis_and_tooltip(document):
    points = document["layer"][-1]["encoding"]
    return points["x"], [tooltip["title"] for tooltip in points["tooltip"]]


def test_the_horizontal_axis_counts_flips_and_their_share_of_the_labels(certificate):
    document = spec(certificate)
    axis, tooltip = axis_and_tooltip(document)
    assert axis["title"] == "flipped labels (count, and share of the 5 labels)"
    assert "datum.value / 5" in axis["axis"]["labelExpr"]
    assert tooltip[:2] == ["flipped labels", "share of the labels"]
    assert document["data"]["values"][2]["share_of_labels"] == 0.4


def test_the_horizontal_axis_counts_costs_where_flips_have_them(certificate, tmp_path):
    document = spec(dataclasses.replace(certificate, unit="cost"), path=tmp_path / "a.svg")
    axis, tooltip = axis_and_tooltip(document)
    assert axis["title"] == "attacker's budget (cost of the flipped labels)"
    assert axis["axis"]["labelExpr"] == "format(datum.value, 'd')"
    assert tooltip[0] == "cost"
    assert "share of the labels" not in tooltip
    assert [row["flips"] for row in document["data"]["values"]] == [0, 1, 2, 3] * 2
    assert not any("share_of_labels" in row for row in document["data"]["values"])
    text = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "cost of the flipped labels" in text
    assert "NaN" not in text


@pytest.mark.parametrize(
    ("suffix", "start"),
    [
        (".png", b"\x89PNG\r\n\x1a\n"),
        (".svg", b"<svg"),
        (".pdf", b"%PDF-"),
        (".html", b"<!DOCTYPE"),
    ],
)
def test_files_have_the_format_their_suffix_says(certificate, tmp_path, suffix, start):
    path = tmp_path / f"chart{suffix.upper()}"
    plot(certificate, path)
    content = path.read_bytes()
    assert content.startswith(start)
    assert len(content) > 2000
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_png_has_twice_the_resolution_of_the_svg(certificate, tmp_path):
    plot(certificate, tmp_path / "a.png")
    plot(certificate, tmp_path / "a.svg")
    width = struct.unpack(">I", (tmp_path / "a.png").read_bytes()[16:20])[0]
    text = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert width == pytest.approx(2 * float(text.split('width="')[1].split('"')[0]), abs=2)


def test_html_needs_no_network(certificate, tmp_path):
    plot(certificate, tmp_path / "a.html")
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "<script src=" not in text.replace('type="text/javascript" ', "")
    assert len(text) > 100_000


@pytest.mark.parametrize("suffix", [".html", ".svg"])
def test_a_title_cannot_smuggle_in_a_script(certificate, tmp_path, suffix):
    plot(certificate, tmp_path / f"a{suffix}", title='</script><script>alert("1")</script>')
    text = (tmp_path / f"a{suffix}").read_text(encoding="utf-8")
    assert "alert(" in text
    assert "<script>alert(" not in text


def test_json_is_the_chart(certificate, tmp_path):
    chart = plot(certificate, tmp_path / "a.json")
    assert json.loads((tmp_path / "a.json").read_text())["layer"] == chart.to_dict()["layer"]


def test_unknown_suffix_lists_the_known_ones_and_writes_nothing(certificate, tmp_path):
    with pytest.raises(lc.InputError, match=r"'\.jpg'.*\.png, \.svg, \.pdf"):
        plot(certificate, tmp_path / "a.jpg")
    assert list(tmp_path.iterdir()) == []


def test_no_test_points_is_an_input_error(certificate):
    empty = dataclasses.replace(
        certificate, decision=np.zeros(0), radius=np.zeros(0, int), radius_upper=np.zeros(0, int),
        collective=None,
    )  # fmt: skip
    with pytest.raises(lc.InputError, match="no test points"):
        plot(empty)


@pytest.mark.parametrize("last", [1, 2, 3, 10, 11, 20, 21, 55, 100, 1000, 12345])
def test_ticks_are_few_and_round(last):
    ticks = _ticks(last)
    assert ticks[0] == 0
    assert ticks[-1] <= last
    assert 2 <= len(ticks) <= 11
    assert len({b - a for a, b in pairwise(ticks)}) == 1


def test_the_public_name_is_this_function():
    assert lc.plot is plot


def test_bars_are_labeled_without_a_slant_where_there_is_room():
    def drawn(bins):
        bars = radius_bars(bins, "flips", "#000").properties(width=460, height=160)
        file = io.StringIO()
        bars.save(file, format="svg")
        return file.getvalue()

    bins = [RadiusBin(i, i, 5, 1) for i in range(32)]
    assert "rotate(-45)" not in drawn(bins[:4])
    assert "rotate(-45)" in drawn(bins)
