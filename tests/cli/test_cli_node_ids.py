"""Ids of the user's table in the shell: shown, written, and understood in files."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from mails_table import mails_table

FAST = ("--label", "class", "--drop", "who", "--per-class", "3", "--max-flips", "3")


def document(path="run.json"):
    with open(path, encoding="utf-8") as stream:
        return json.load(stream)


@pytest.fixture
def mails(tmp_path):
    """The mails with ids, one of which a spreadsheet would run."""
    frame = mails_table().drop(columns="price")
    ids = [f"mail-{i:03}" for i in range(40)]
    ids[7] = "=1+1"
    frame.insert(0, "key", ids)
    frame.to_csv(tmp_path / "mails.csv", index=False)
    return frame


def test_ids_are_shown_and_written(invoke, mails):
    outputs = ("-o", "run.json", "-o", "run.csv", "-o", "run.parquet")
    result = invoke("certify", "mails.csv", "--id", "key", *FAST, *outputs)
    assert result.exit_code == 0, result.stderr
    assert "mail-0" in result.stdout.split("Weakest")[1]
    run = document()
    assert run["labeled"]["ids"] == mails["key"][run["labeled"]["nodes"]].tolist()
    assert run["test"]["ids"] == mails["key"][run["test"]["nodes"]].tolist()
    table = pd.read_parquet("run.parquet")
    assert table["id"].tolist() == run["test"]["ids"]
    called = dict(zip(run["labeled"]["nodes"], run["labeled"]["ids"], strict=True))
    for nodes, ids in zip(table["witness"], table["witness_ids"], strict=True):
        assert (nodes is None and ids is None) or [called[n] for n in nodes] == list(ids)
    written = pd.read_csv("run.csv")
    assert "'=1+1" in written["id"].tolist() or "=1+1" in run["labeled"]["ids"]
    assert not written["id"].str.startswith("=").any()
    assert json.loads(written["witness_ids"].dropna()[0])


def test_without_ids_nothing_changes(invoke, mails):
    result = invoke("certify", "mails.csv", "--drop", "key", *FAST, "-o", "run.json", "-o", "r.csv")
    assert result.exit_code == 0, result.stderr
    assert document()["labeled"]["ids"] is None
    assert "id" not in pd.read_csv("r.csv").columns


def test_files_name_nodes_by_id(invoke, mails, tmp_path):
    invoke("certify", "mails.csv", "--id", "key", *FAST, "-o", "run.json")
    labeled = document()["labeled"]
    (tmp_path / "safe.txt").write_text(f"{labeled['ids'][0]}\n{labeled['ids'][4]}\n")
    (tmp_path / "dear.csv").write_text(f"node,cost\n{labeled['ids'][1]},3\n")
    result = invoke(
        "certify", "mails.csv", "--id", "key", *FAST, "--trusted", "safe.txt", "--costs",
        "dear.csv", "-o", "run.json",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    threat = document()["threat"]
    assert threat["trusted"] == sorted([labeled["nodes"][0], labeled["nodes"][4]])
    assert threat["costs"] == [1, 3, *[1] * (len(labeled["nodes"]) - 2)]
    (tmp_path / "safe.txt").write_text("0\n")
    result = invoke("certify", "mails.csv", "--id", "key", *FAST, "--trusted", "safe.txt")
    assert result.exit_code == 2
    assert "names the node '0', which the node table does not have: use its ids" in result.stderr


def test_advice_names_ids(invoke, mails):
    result = invoke("advise", "mails.csv", "--id", "key", *FAST, "-k", "1", "-o", "a.json", "-o",
                    "a.csv")  # fmt: skip
    assert result.exit_code == 0, result.stderr
    run = document("a.json")
    called = dict(zip(run["labeled"]["nodes"], run["labeled"]["ids"], strict=True))
    assert run["chosen_ids"] == [called[node] for node in run["chosen"]]
    assert run["chosen_ids"][0] in result.stdout
    assert pd.read_csv("a.csv")["id"].tolist() == run["chosen_ids"]


def test_id_goes_with_tables(invoke, tmp_path):
    result = invoke("certify", "karate", "--id", "key")
    assert result.exit_code == 2
    assert "--id goes with a file" in result.stderr
