from __future__ import annotations

import json

import pandas as pd
import pytest

import labelcert as lc

FAST = ("certify", "karate", "--per-class", "2", "--max-flips", "2", "--collective")


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """One run that writes every kind of file."""
    from typer.testing import CliRunner

    from labelcert.cli.main import app

    folder = tmp_path_factory.mktemp("outputs")
    args = list(FAST)
    for name in ("run.json", "run.csv", "run.parquet"):
        args += ["--output", str(folder / name)]
    for name in ("run.png", "run.svg", "run.pdf"):
        args += ["--plot", str(folder / name)]
    result = CliRunner().invoke(app, args, prog_name="labelcert")
    assert result.exit_code == 0, result.output
    return folder


def run_of(folder):
    return json.loads((folder / "run.json").read_text(encoding="utf-8"))


def test_only_the_files_asked_for_are_there(everything):
    names = {f"run.{s}" for s in ("json", "csv", "parquet", "png", "svg", "pdf")}
    assert {p.name for p in everything.iterdir()} == names


def test_json_holds_a_certificate_that_reads_back_the_same(everything):
    text = json.dumps(run_of(everything)["certificate"], ensure_ascii=False)
    certificate = lc.Certificate.from_json(text)
    assert certificate.to_json() == text
    assert certificate.collective is not None


def test_json_says_what_was_run(everything):
    run = run_of(everything)
    assert (run["format"], run["version"]) == ("labelcert run", 1)
    assert run["software"]["labelcert"] == lc.__version__
    assert run["dataset"]["name"] == "karate"
    assert run["model"] == {
        "name": "gcn",
        "parameters": {
            "depth": 1, "activation": "relu", "normalization": "row", "skip": None,
            "edge_weight": 1.0,
        },
    }  # fmt: skip
    assert run["split"] == {"per_class": 2, "validation": 2, "seed": 0, "how": None}
    assert len(run["labeled"]["nodes"]) == len(run["certificate"]["labels"]) == 8


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_tables_agree_with_the_json(everything, suffix):
    read = pd.read_csv if suffix == "csv" else pd.read_parquet
    frame = read(everything / f"run.{suffix}")
    run = run_of(everything)
    assert frame["node"].tolist() == run["test"]["nodes"]
    assert frame["true_label"].tolist() == run["test"]["true_labels"]
    assert frame["prediction"].tolist() == run["test"]["predictions"]
    assert frame["radius"].tolist() == run["certificate"]["radius"]
    assert frame["decision"].tolist() == run["certificate"]["decision"]
    nodes = run["labeled"]["nodes"]
    for found, cell in zip(run["certificate"]["witnesses"], frame["witness"], strict=True):
        flips = json.loads(cell) if suffix == "csv" else list(cell)
        assert flips == [nodes[i] for i in found["indices"]]


@pytest.mark.parametrize(
    ("suffix", "start"), [("png", b"\x89PNG\r\n\x1a\n"), ("svg", b"<svg"), ("pdf", b"%PDF-")]
)
def test_plots_are_what_their_suffix_says(everything, suffix, start):
    content = (everything / f"run.{suffix}").read_bytes()
    assert content.startswith(start)
    assert len(content) > 2000


def test_the_plot_is_named_after_the_run(everything):
    assert "karate: GCN, C = 1" in (everything / "run.svg").read_text(encoding="utf-8")
