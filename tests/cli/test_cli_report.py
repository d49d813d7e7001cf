"""`labelcert report`, `labelcert figures` and `labelcert certify --report`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from labelcert.studies import Settings, Store, load_study, run_study
from labelcert.studies.tasks import failure

STUDY = """\
name: small
title: "A <small> study"
datasets: [karate]
split: {per_class: 3, test: 8}
seeds: [0, 1]
models:
  - {name: gcn, title: GCN, C: 0.1}
  - {name: mlp, title: "<b>MLP</b>", C: 0.1}
budgets: {max_flips: 2}
certificates: [sample_wise, collective]
"""


def data_of(page: Path) -> dict[str, Any]:
    html = page.read_text(encoding="utf-8")
    return json.loads(html.split('id="report-data">')[1].split("</script>")[0])


@pytest.fixture
def store() -> Path:
    Path("s.yaml").write_text(STUDY)
    run_study(load_study("s.yaml"), Path("s.db"), Settings(jobs=1))
    return Path("s.db")


def test_a_page_of_a_store(store, invoke):
    result = invoke("report", store, "-o", "page.html")
    assert result.exit_code == 0
    assert result.stdout.strip() == "wrote page.html"
    data = data_of(Path("page.html"))
    assert data["models"] == ["GCN", "<b>MLP</b>"]
    assert data["datasets"][0]["seeds"] == [0, 1]
    assert len(data["pictures"]) == 1  # karate comes with the package, so it is drawn
    assert data["pictures"][0]["all_edges"] == 78
    html = Path("page.html").read_text()
    assert "<title>A &lt;small&gt; study</title>" in html
    with Store.reading(store) as opened:
        record = next(iter(opened.rows())).record
    assert record is not None
    assert data["scenes"][0]["verdicts"][0]["radius"] == record["radius"]


def test_title_study_and_quiet(store, invoke):
    result = invoke("report", store, "-o", "p.html", "--title", "Mine", "--study", "small", "-q")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "<h1>Mine</h1>" in Path("p.html").read_text()


def test_an_unfinished_study_says_what_is_missing(invoke):
    Path("s.yaml").write_text(STUDY)
    study = load_study("s.yaml")

    def work(task):
        from labelcert.studies.work import run_task

        if task["content"]["model"]["name"] == "mlp":
            return failure(task["key"], "it <rained>.", "Trace")
        return run_task(task)

    run_study(study, Path("s.db"), Settings(jobs=1), work=work)
    assert invoke("report", "s.db", "-o", "p.html").exit_code == 0
    html = Path("p.html").read_text()
    assert "it &lt;rained&gt;." in html
    assert "2 of 4 (2 failed, 0 waiting)" in html


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("report", "none.db", "-o", "p.html"), "store 'none.db' does not exist"),
        (("report", "s.db", "-o", "p.pdf"), "suffix '.pdf': use one of .html"),
        (("report", "s.db", "-o", "no/p.html"), "lies in no folder"),
        (("report", "s.db", "-o", "p.html", "--study", "big"), "study 'big' is not in store"),
        (("figures", "s.db", "-o", "f", "--format", "gif"), "format 'gif' is unknown"),
        (("figures", "s.db", "-o", "s.yaml"), "cannot be a folder"),
        (("certify", "karate", "--report", "p.png"), "suffix '.png': use one of .html"),
    ],
)
def test_mistakes_are_one_line(arguments, sentence, store, invoke):
    result = invoke(*arguments)
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert sentence in result.stderr
    assert sorted(p.name for p in Path().glob("[!.]*") if "lock" not in p.name) == [
        "s.db", "s.yaml",
    ]  # fmt: skip


def test_the_store_is_not_overwritten(invoke):
    Path("s.html").write_bytes(b"")
    result = invoke("report", "s.html", "-o", "s.html")
    assert result.exit_code == 2
    assert "is also read" in result.stderr


def test_figures_of_a_store(store, invoke):
    result = invoke("figures", store, "-o", "out", "--format", "svg")
    assert result.exit_code == 0
    files = {p.name for p in Path("out").iterdir()}
    assert "karate-sample-wise-and-collective.svg" in files
    assert result.stdout.strip() == f"wrote {len(files)} files into out"


def test_a_page_of_one_certificate(invoke):
    result = invoke("certify", "karate", "--max-flips", "2", "--collective", "--report", "k.html")
    assert result.exit_code == 0
    assert "wrote k.html" in result.stdout
    data = data_of(Path("k.html"))
    assert data["models"] == ["gcn"]
    assert data["pictures"][0]["all_nodes"] == 34
    html = Path("k.html").read_text()
    for words in ("karate: GCN, C = 1", "up to 2 flips of 20 labels", "Mr. Hi, Officer"):
        assert words in html


def test_a_page_of_a_table_without_edges(invoke):
    rows = [f"{x},{y},{'ab'[x > 4]}" for x in range(10) for y in range(3)]
    Path("table.csv").write_text("x,y,class\n" + "\n".join(rows) + "\n")
    result = invoke(
        "certify", "table.csv", "--label", "class", "--max-flips", "1", "--report", "t.html"
    )
    assert result.exit_code == 0
    (scene,) = data_of(Path("t.html"))["scenes"]
    assert (scene["picture"], scene["neighbours"]) == (None, None)
    assert "are a table" in scene["why"]


def test_a_page_of_costs_and_many_classes(invoke):
    rows = ["x,price,class", *(f"{x},{1 + x % 2},{'abc'[x // 15]}" for x in range(45))]
    Path("table.csv").write_text("\n".join(rows) + "\n")
    result = invoke(
        "certify", "table.csv", "--label", "class", "--costs", "price", "--max-flips", "3",
        "--report", "t.html",
    )  # fmt: skip
    assert result.exit_code == 0
    data = data_of(Path("t.html"))
    assert data["datasets"][0]["unit"] == "cost"
    assert set(data["scenes"][0]["labels"]) == {"a", "b", "c"}
