"""--annotations: the majority of votes as labels, against the same labels written out."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import labelcert as lc

RUN = ("--ridge", "1", "--max-flips", "3", "-o", "run.json")


@pytest.fixture
def votes():
    """t.csv (id, features), votes.csv (long), lists.parquet, and plain.csv with the majorities."""
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.standard_normal((30, 3)), columns=["a", "b", "c"])
    frame.insert(0, "id", [f"m{i}" for i in range(30)])
    truth = np.where(frame.a > 0, "spam", "ham")
    cast = [
        [str(t) if rng.random() < 0.8 else "ham" for _ in range(rng.integers(1, 5))] for t in truth
    ]
    cast[4] = ["spam", "ham"]
    long = [(f"m{i}", f"w{k}", v) for i, row in enumerate(cast) for k, v in enumerate(row)]
    frame.to_csv("t.csv", index=False)
    pd.DataFrame(long, columns=["node", "annotator", "label"]).to_csv("votes.csv", index=False)
    frame.assign(votes=cast).to_parquet("lists.parquet")
    found = lc.datasets.majority(cast)
    plain = frame.assign(label=found.labels, price=found.costs)
    plain.to_csv("plain.csv", index=False)
    return found


def run(invoke, *arguments):
    result = invoke("certify", *arguments, *RUN)
    assert result.exit_code == 0, result.stderr
    return json.loads(Path("run.json").read_text(encoding="utf-8")), " ".join(result.stdout.split())


def same(one, other):
    for part in ("labeled", "test"):
        assert one[part] == other[part]
    for name in ("radius", "radius_upper", "decision"):
        assert one["certificate"][name] == other["certificate"][name]


@pytest.mark.parametrize(
    "given", [("t.csv", "--annotations", "votes.csv"), ("lists.parquet", "--annotations", "votes")]
)
def test_votes_are_their_majority(invoke, votes, given):
    found, text = run(invoke, *given)
    same(found, run(invoke, "plain.csv", "--drop", "price")[0])
    assert f"majority of {int(votes.votes.sum())} votes" in text
    assert f"{len(votes.ties)} of 30 rows have a tie of votes" in text
    found, text = run(invoke, *given, "--costs", "votes")
    same(found, run(invoke, "plain.csv", "--costs", "price")[0])
    assert "a flip costs the fewest votes that make it" in text


def test_votes_go_with_new_rows_and_cuts(invoke, votes):
    pd.read_csv("t.csv").head(5).assign(id=list("vwxyz")).to_csv("new.csv", index=False)
    found, _ = run(invoke, "t.csv", "--annotations", "votes.csv", "--new", "new.csv")
    same(found, run(invoke, "plain.csv", "--drop", "price", "--new", "new.csv")[0])
    cut = ("--drop-class", "rest")
    long = pd.read_csv("votes.csv")
    long.loc[long.node == "m3", "label"] = "rest"
    long.to_csv("votes.csv", index=False)
    plain = pd.read_csv("plain.csv")
    plain.loc[3, "label"] = "rest"
    plain.to_csv("plain.csv", index=False)
    given = ("t.csv", "--annotations", "votes.csv", "--costs", "votes", *cut)
    same(run(invoke, *given)[0], run(invoke, "plain.csv", "--costs", "price", *cut)[0])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("karate", "--annotations", "votes.csv"), "give the labels of a table of your own"),
        (("t.csv", "--annotations", "vote.csv"), "neither a column of the table nor a file"),
        (("lists.parquet", "--annotations", "vote"), "perhaps 'votes'"),
        (("lists.parquet", "--label", "votes"), "--annotations votes"),
        (("lists.parquet", "--annotations", "votes", "--label", "a"), "leave --label out"),
        (("plain.csv", "--annotations", "votes.csv"), "--drop label"),
        (("t.csv", "--annotations", "a"), "labels are 30 of 30 classes"),
        (("mnist", "--features", "pixels", "--annotations", "votes.csv"), "'mnist' is none"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(invoke, votes, arguments, told):
    result = invoke("certify", *arguments, *RUN)
    assert result.exit_code == 2
    assert told in " ".join(result.stderr.split())
