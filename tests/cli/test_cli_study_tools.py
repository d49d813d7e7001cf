"""`labelcert study merge`, `compare`, `--shard`, and the LaTeX export, from the shell."""

from __future__ import annotations

import json
import sqlite3
import zlib
from pathlib import Path

import pytest

from labelcert.studies.canonical import canonical
from labelcert.studies.graphs import forget

STUDY = """\
name: small
datasets: [karate]
split: {per_class: 3, test: 8}
seeds: [0, 1]
models: [{name: gcn, title: GCN, C: 0.1}, {name: sgc, title: SGC, C: [0.1, 1]}]
budgets: {max_flips: 3}
limits: {jobs: 1}
"""


@pytest.fixture(autouse=True)
def study_file():
    Path("small.yaml").write_text(STUDY)
    forget()


def test_shares_are_run_merged_compared_and_exported(invoke):
    for i in (1, 2):
        run = invoke("study", "run", "small.yaml", "--shard", f"{i}/2", "--store", f"{i}.db")
        assert "small: 3 of 3 units done" in run.stdout
    merged = invoke("study", "merge", "1.db", "2.db", "-o", "all.db")
    assert merged.stdout == "store all.db: 6 units, 6 of them brought in; studies small\n"
    assert "(0 computed now" in invoke("study", "run", "small.yaml", "--store", "all.db").stdout
    compared = invoke("study", "compare", "all.db", "1.db")
    assert compared.exit_code == 0
    assert "3 units are the same in both" in compared.stdout
    assert "0 more are in both with tighter radii in one" in compared.stdout
    assert "without a partner: 3 of the first" in compared.stdout
    written = invoke("study", "export", "all.db", "-o", "t.tex", "--budget", "1", "--budget", "3")
    assert written.stdout == "wrote t.tex\n"
    assert "SGC, C=0.1 & " in Path("t.tex").read_text()


def test_another_regularization_is_paired_by_its_titles(invoke):
    invoke("study", "run", "small.yaml", "--store", "a.db")
    Path("small.yaml").write_text(STUDY.replace("title: GCN, C: 0.1", "title: GCN, C: 5"))
    invoke("study", "run", "small.yaml", "--store", "b.db")
    compared = invoke("study", "compare", "a.db", "b.db", "--budget", "2")
    assert "4 units are the same in both" in compared.stdout
    assert "without a partner: 0 of the first store, 0 of the second" in compared.stdout
    (line,) = [line for line in compared.stdout.splitlines() if " GCN " in line]
    assert line.split()[2] == "2"


def test_stores_with_nothing_in_common_say_so(invoke):
    invoke("study", "run", "small.yaml", "--store", "a.db")
    other = STUDY.replace("GCN", "Other").replace("name: sgc, title: SGC", "name: appnp, title: X")
    Path("small.yaml").write_text(other.replace("C: 0.1}", "C: 7}").replace("[0.1, 1]", "[3, 4]"))
    invoke("study", "run", "small.yaml", "--store", "b.db")
    compared = invoke("study", "compare", "a.db", "b.db")
    assert compared.exit_code == 0
    assert "Nothing to compare: no unit is in both" in compared.stdout
    assert "certified" not in compared.stdout


def test_a_contradiction_ends_with_code_1(invoke):
    invoke("study", "run", "small.yaml", "--store", "a.db")
    Path("b.db").write_bytes(Path("a.db").read_bytes())
    with sqlite3.connect("b.db") as store:
        key, packed = store.execute("SELECT key, record FROM units LIMIT 1").fetchone()
        record = json.loads(zlib.decompress(packed))
        record["radius"][0] = record["radius_upper"][0] = record["radius_upper"][0] + 1
        store.execute(
            "UPDATE units SET record = ? WHERE key = ?",
            (zlib.compress(canonical(record).encode()), key),
        )
    compared = invoke("study", "compare", "a.db", "b.db")
    assert compared.exit_code == 1
    assert "cannot both be right: karate, " in compared.stdout
    refused = invoke("study", "merge", "a.db", "b.db", "-o", "c.db")
    assert refused.exit_code == 2
    assert "cannot both be right" in refused.stderr
    assert not Path("c.db").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("run", "small.yaml", "--shard", "3/2"), "shard '3/2' is no share"),
        (("merge", "gone.db", "-o", "x.db"), "store 'gone.db' does not exist"),
        (("compare", "gone.db", "gone.db"), "store 'gone.db' does not exist"),
    ],
)
def test_mistakes_are_one_line(invoke, words, sentence):
    refused = invoke("study", *words)
    assert refused.exit_code == 2
    assert sentence in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
