"""Figures for a paper: complete, named after what they are, whatever data are called."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from xml.etree import ElementTree

import pytest

from labelcert._errors import InputError
from labelcert.report.charts.chart_data import PANELS, curve_rows
from labelcert.report.charts.figures import file_names, write_figures
from labelcert.report.charts.palette import DARK, LIGHT, SHAPES, contrast
from labelcert.report.findings import find
from labelcert.report.results import told_apart
from labelcert.report.study_results import Evaluation
from report.hand_made_results import made

EVIL = "</text><script>alert(1)</script>&\"' "
MODELS = (f"={EVIL}", "+b", "plain")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("figures") / "new" / "folder"
    results = [
        made([0, 1, 2, 3, k], dataset=EVIL, model=name, seed=seed, broken=[0, 1, 2, 2 + seed],
             parameters={"depth": k + 1})
        for seed in (0, 1)
        for k, name in enumerate(MODELS)
    ]  # fmt: skip
    written = write_figures(Evaluation("t", told_apart(results)), path, ["svg"])
    assert sorted(written) == sorted(path.iterdir())
    return path


def test_every_chart_is_named_after_what_it_is(folder):
    name = "text-script-alert-1-script"
    charts = {
        f"{name}-sample-wise-certified-ratio", f"{name}-collective-certified-ratio",
        f"{name}-sample-wise-certified-accuracy", f"{name}-collective-minus-sample-wise",
        f"{name}-sample-wise-and-collective", f"{name}-ranking", f"{name}-radii-seed-0",
        "effects-of-design-choices",
    }  # fmt: skip
    names = {p.name for p in folder.iterdir()}
    assert names == {f"{c}.svg" for c in charts} | {"curves.csv", "effects.csv"}


def test_names_in_drawings_are_text(folder):
    for path in folder.glob("*.svg"):
        root = ElementTree.parse(path).getroot()
        tags = {element.tag.rsplit("}", 1)[-1] for element in root.iter()}
        assert "script" not in tags
        shown = "".join(root.itertext())
        if "effects" not in path.name:
            assert "plain" in shown


def test_formulas_in_data_are_text(folder):
    with (folder / "curves.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["model"] for row in rows} == {f"'={EVIL}", "'+b", "plain"}
    assert {row["panel"] for row in rows} == set(PANELS)


def test_one_model_without_collective_in_every_format(tmp_path):
    write_figures(Evaluation("t", (made([0, 1]),)), tmp_path)
    charts = {
        "karate-sample-wise-certified-ratio", "karate-sample-wise-certified-accuracy",
        "karate-radii-seed-0",
    }  # fmt: skip
    formats = {".svg": b"<svg", ".pdf": b"%PDF", ".png": b"\x89PNG"}
    names = {p.name for p in tmp_path.iterdir()}
    assert names == {c + suffix for c in charts for suffix in formats} | {"curves.csv"}
    for path in tmp_path.iterdir():
        assert path.read_bytes().startswith(formats.get(path.suffix, b"panel,dataset")), path
        assert path.stat().st_size > 200


def test_curves_hold_the_standard_error_uncut():
    rows = curve_rows(find([made([0, 0, 3, 3]), made([3, 3, 3, 3], seed=1)]))
    (row,) = [r for r in rows if r["panel"] == "sample-wise" and r["budget"] == 2]
    assert (row["mean"], row["error"], row["high"]) == (0.75, 0.25, 1.0)
    low = [made([0, 0, 0, 3]), made([0, 0, 0, 0], seed=1), made([0, 3, 3, 3], seed=2)]
    rows = curve_rows(find(low))  # 1/4, 0 and 3/4
    (row,) = [r for r in rows if r["panel"] == "sample-wise" and r["budget"] == 1]
    assert row["error"] == pytest.approx(math.sqrt(7 / 48) / math.sqrt(3))


def test_the_error_is_a_column_and_empty_for_one_seed(folder, tmp_path):
    with (folder / "curves.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert all(float(row["error"]) >= 0 for row in rows)
    averages = [row for row in rows if row["budget"] == ""]
    assert {row["last"] for row in averages} == {"3"}
    with (folder / "effects.csv").open(newline="") as stream:
        effects = list(csv.DictReader(stream))
    assert {(row["seeds"], row["pairs"]) for row in effects} == {("2", "2")}
    assert {row["datasets"] for row in effects} == {EVIL}
    write_figures(Evaluation("t", (made([0, 1]),)), tmp_path, ["svg"])
    with (tmp_path / "curves.csv").open(newline="") as stream:
        assert {row["error"] for row in csv.DictReader(stream)} == {""}


def test_every_split_of_the_first_seed_has_its_radii(tmp_path):
    results = [made([0, 1, 2]), made([1, 1], model="other split"), made([0, 0, 0], seed=1)]
    write_figures(Evaluation("t", told_apart(results)), tmp_path, ["svg"])
    drawn = {p.name: p.read_text(encoding="utf-8") for p in tmp_path.glob("*radii*")}
    assert set(drawn) == {"karate-radii-seed-0-split-1.svg", "karate-radii-seed-0-split-2.svg"}
    assert "other split" in drawn["karate-radii-seed-0-split-2.svg"]
    assert "other split" not in drawn["karate-radii-seed-0-split-1.svg"]


def test_the_ranking_names_its_budget(tmp_path):
    results = [made([0, 1]), made([2, 2], model="short", max_flips=2)]
    write_figures(Evaluation("t", told_apart(results)), tmp_path, ["svg"])
    drawn = (tmp_path / "karate-ranking.svg").read_text(encoding="utf-8")
    assert "proven to survive a budget of 2" in drawn  # 0 and 1; at 1 flip 1/2 and 1


def test_file_names_are_safe_and_differ():
    found = file_names(["Cora-MLb", "cora mlb", "../../etc/passwd", "ü", "é", "CSBM, p 0.1"])
    assert list(found.values()) == [
        "cora-mlb", "cora-mlb-2", "etc-passwd", "data", "data-2", "csbm-p-0-1",
    ]  # fmt: skip


def test_what_cannot_be(tmp_path):
    one = Evaluation("t", (made([0]),))
    with pytest.raises(InputError, match="format 'gif'"):
        write_figures(one, tmp_path / "f", ["gif"])
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="cannot be a folder"):
        write_figures(one, tmp_path / "file")


def test_bands_end_at_zero_and_one():
    rows = curve_rows(find([made([0, 0, 3, 3]), made([3, 3, 3, 3], seed=1)]))
    (row,) = [r for r in rows if r["panel"] == "sample-wise" and r["budget"] == 2]
    assert (row["mean"], row["low"], row["high"], row["seeds"]) == (0.75, 0.5, 1.0, 2)
    (lonely, *_) = curve_rows(find([made([0])]))
    assert lonely["low"] == lonely["mean"] == lonely["high"]


def test_legends_tell_forty_models_apart():
    signs = {(LIGHT.series[i % len(LIGHT.series)], SHAPES[i % len(SHAPES)]) for i in range(40)}
    assert len(signs) == 40


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_colours_stand_out(palette):
    assert all(contrast(c, palette.paper) >= 3 for c in (*palette.series, palette.tie))
    assert contrast(palette.ink, palette.paper) >= 7
    assert contrast(palette.soft, palette.paper) >= 4.5
    assert all(map(lambda c, ink: contrast(c, ink) >= 4.5, palette.shades, palette.inks))
    assert contrast(palette.tie, palette.tie_ink) >= 4.5
