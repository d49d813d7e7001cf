"""Labels of a table by the majority of votes, against votes counted by hand."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest

import labelcert as lc
from labelcert.data.table_files import read_table
from labelcert.data.vote_cells import several_votes_at, votes_in
from labelcert.data.vote_tables import voted_by_column, voted_by_file


@pytest.mark.parametrize(
    ("cell", "votes"),
    [
        (["spam", "ham"], ["spam", "ham"]),
        (np.array([1, 0]), [1, 0]),
        (None, []),
        (float("nan"), []),
        (pd.NA, []),
        (7, [7]),
        ("spam", ["spam"]),
        ('["spam", "ham"]', ["spam", "ham"]),
        ("['a, b','c;d']", ["a, b", "c;d"]),
        ("[1, 0, null]", ["1", "0", None]),
        ("[]", []),
        ("spam; ham|spam", ["spam", "ham", "spam"]),
        ("spam;;ham", ["spam", None, "ham"]),
    ],
)
def test_cells_hold_votes(cell, votes):
    assert votes_in(cell, "cell") == votes


@pytest.mark.parametrize(
    "cell", ["spam, ham", "['ham' 'spam']", "[a", "[np.str_('a'), 'b']", "[a,]"]
)
def test_votes_that_cannot_be_told_apart_are_refused(cell):
    with pytest.raises(lc.InputError, match="cannot be told apart"):
        votes_in(cell, "cell")


@pytest.mark.parametrize(
    ("cells", "row"),
    [
        (["spam", "ham"], None),
        (["[0, 10]", "[10, 20]"], None),  # intervals are names
        (["[spam]", "[ham]"], None),
        (["['ham', 'spam']", None], 0),
        (["['ham']", "['ham' 'spam']"], 1),
        (["[1, 0, 1]", "[1]"], 0),
        (["[1, 0, 1]", "ham"], None),
        ([None, ["ham", "spam"]], 1),
        ([1, 0], None),
        ([None, None], None),
    ],
)
def test_several_votes_are_recognised(cells, row):
    table = read_table(pd.DataFrame({"label": pd.Series(cells, dtype=object)}), "table")
    assert several_votes_at(table, "label") == row


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("named", [True, False])
def test_a_long_table_and_lists_give_the_majority(seed, named, tmp_path):
    rng = np.random.default_rng(seed)
    n, annotators = int(rng.integers(1, 9)), ["ann", "bob", "cy", "dee"]
    names = [f"m{i}" for i in range(n)] if named else [str(i) for i in range(n)]
    votes = [
        (names[i], a, str(rng.choice(["07", "7", "x"])))
        for i in range(n) for a in annotators if rng.random() < 0.6
    ]  # fmt: skip
    votes.append((names[0], "eve", "7"))
    votes = [votes[i] for i in rng.permutation(len(votes))]
    pd.DataFrame(votes, columns=["node", "annotator", "label"]).to_csv(
        tmp_path / "votes.csv", index=False
    )
    frame = pd.DataFrame({"a": np.arange(n) * 0.5})
    lists = [[v for row, _, v in votes if row == name] for name in names]
    if named:
        frame.insert(0, "id", names)
    long = voted_by_file(read_table(frame, "table"), tmp_path / "votes.csv")
    wide = voted_by_column(read_table(frame.assign(votes=lists), "table"), "votes")
    for voted in (long, wide):
        for label, cost, given in zip(
            voted.table.frame[voted.label], voted.costs, lists, strict=True
        ):
            counts = Counter(given).most_common()
            best = min((k for k, c in counts if c == counts[0][1]), default=None)
            assert (None if pd.isna(label) else label) == best
            rest = max((c for k, c in counts if k != best), default=0)
            assert cost == (None if best is None else max(-(-(counts[0][1] - rest) // 2), 1))
        ties = sum(
            len(given) > 0 and [*Counter(given).values()].count(max(Counter(given).values())) > 1
            for given in lists
        )
        told = " ".join(voted.table.told)
        assert (f"{ties} of" in told) == (ties > 0)
        assert f"majority of {len(votes)} votes" in told
    assert f"of {len({a for _, a, _ in votes})} annotators" in " ".join(long.table.told)


def test_a_table_is_left_as_it_was(tmp_path):
    (tmp_path / "v.csv").write_text("node,label\n0,a\n1,b\n")
    frame = pd.DataFrame({"a": [0.5, 1.0]})
    table = read_table(frame, "table")
    voted = voted_by_file(table, tmp_path / "v.csv")
    assert "label" not in table.frame
    assert "label" not in frame
    assert table.told == []
    graph = lc.datasets.from_table(voted.table, label=voted.label)
    assert graph.labels.tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("mail,label\nm1,a\n", "does not say which row"),
        ("node,vote\nm1,a\n", "no column 'label'"),
        ("node,label\nm9,a\n", "a vote on 'm9', which the table does not have: use its ids"),
        ("node,annotator,label\nm1,bob,a\nm1,bob,b\n", "two votes of annotator 'bob' on 'm1'"),
        ("node,label\nm1,\n", "no label at all"),
        ("node,label\n,a\n", "empty cell in column 'node'"),
    ],
)
def test_long_tables_that_do_not_fit_are_refused(content, told, tmp_path):
    (tmp_path / "v.csv").write_text(content)
    table = read_table(pd.DataFrame({"id": ["m1", "m2"], "a": [0.5, 1.0]}), "table")
    with pytest.raises(lc.InputError, match=told):
        voted_by_file(table, tmp_path / "v.csv")


def test_a_column_of_labels_beside_the_votes_has_to_be_dropped(tmp_path):
    (tmp_path / "v.csv").write_text("node,label\n0,a\n1,b\n")
    frame = pd.DataFrame({"a": [0.5, 1.0], "label": ["b", "b"], "votes": [["a"], ["b", "a"]]})
    for make in (
        lambda **drop: voted_by_file(read_table(frame, "t"), tmp_path / "v.csv", **drop),
        lambda **drop: voted_by_column(read_table(frame, "t"), "votes", **drop),
    ):
        with pytest.raises(lc.InputError, match="--drop label"):
            make()
        voted = make(drop=("label", "votes"))
        assert voted.drop == ("votes",)
        assert voted.table.frame[voted.label].tolist()[0] == "a"


def test_labels_that_are_votes_name_the_majority():
    frame = pd.DataFrame({"a": [0.5, 1.0], "label": [["a", "b"], ["a"]]})
    with pytest.raises(lc.InputError, match=r"datasets.majority; in the shell --annotations label"):
        lc.datasets.from_table(frame)
    for labels in ([["a", "b"], ["a"]], np.array([["a", "b"], ["a", "a"]])):
        with pytest.raises(lc.InputError, match=r"several votes their majority.*majority\)"):
            lc.certify(np.eye(2), np.eye(2), labels, C=1.0, max_flips=1)
