"""`labelcert transfer` from the shell."""

from __future__ import annotations

import json

import pandas as pd
import pytest

import labelcert as lc
from torch_networks import torch

pytestmark = pytest.mark.torch

torch.set_num_threads(1)
SMALL = ("transfer", "karate", "--per-class", "3", "--max-flips", "2", "--widths", "8,16",
         "--seeds", "2", "--attacks", "6")  # fmt: skip


def test_table_and_files_are_those_of_python(invoke, tmp_path):
    csv, document = tmp_path / "t.csv", tmp_path / "t.json"
    found = invoke(*SMALL, "-o", str(csv), "-o", str(document), "--store", str(tmp_path / "s"))
    assert found.exit_code == 0, found.output
    graph = lc.datasets.load("karate")
    split = lc.datasets.split(graph.labels, per_class=3, seed=0)
    expected = lc.transfer(graph, split, lc.kernels.GCN(), C=1.0, max_flips=2, widths=[8, 16],
                           seeds=2, attacks=6)  # fmt: skip
    pd.testing.assert_frame_equal(pd.read_csv(csv), expected.summary(), check_dtype=False)
    written = json.loads(document.read_text())
    assert [row["width"] for row in written["by_width"]] == [8, 16]
    assert written["centred"] is True
    share = 100 * expected.summary()["changed"][0]
    assert f"{share:.1f}%" in found.stdout
    assert (tmp_path / "s").exists()


def test_charts_and_a_page_with_a_section_on_the_networks(invoke, tmp_path):
    picture, page = tmp_path / "t.svg", tmp_path / "t.html"
    found = invoke(*SMALL, "--plot", str(picture), "--report", str(page))
    assert found.exit_code == 0, found.output
    assert "t.svg" in found.stdout
    assert "Certified pairs, by the margin left" in picture.read_text()
    text = page.read_text()
    assert '<section id="networks"' in text
    assert text.count('id="more-chart-') == 3
    assert "2 flips" in text


def test_ties_alone_leave_a_table_of_nothing(invoke, tmp_path):
    page = tmp_path / "t.html"
    found = invoke(*SMALL, "--model", "mlp", "-o", str(tmp_path / "t.json"), "--report", str(page))
    assert found.exit_code == 0, found.output
    assert "By the kernel machine" not in found.stdout
    assert json.loads((tmp_path / "t.json").read_text())["by_margin"] == []
    assert '<section id="networks"' in page.read_text()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--widths", "8;16"), "no list of whole numbers"),
        (("-o", "x.xlsx"), ".csv or .json"),
        (("--model", "linear"), "not one of a layered network"),
        (("--seeds", "0"), "seeds is 0"),
    ],
)
def test_what_cannot_be_is_refused(invoke, options, told):
    found = invoke(*SMALL, *options)
    assert found.exit_code == 2
    assert told in " ".join(found.stderr.split())
