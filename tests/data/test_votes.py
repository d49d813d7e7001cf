"""Majorities of votes, against counting by hand and against changing votes one by one."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest

import labelcert as lc
from labelcert.data.no_label import is_labeled


def test_lists_and_long_tables_agree():
    lists = [["spam", "ham", "spam"], ["ham"], ["ham", "spam"], ["spam", None]]
    found = lc.datasets.majority(lists)
    assert found.labels.tolist() == ["spam", "ham", "ham", "spam"]
    assert found.rows.tolist() == [0, 1, 2, 3]
    assert found.votes.tolist() == [3, 1, 2, 1]
    assert found.lead.tolist() == [1, 1, 0, 1]
    assert found.ties.tolist() == [2]
    frame = pd.DataFrame(
        [(f"m{i}", vote) for i, votes in enumerate(lists) for vote in votes],
        columns=["mail", "vote"],
    )
    long = lc.datasets.majority(frame["vote"], rows=frame["mail"])
    assert long.labels.tolist() == found.labels.tolist()
    assert long.rows.tolist() == ["m0", "m1", "m2", "m3"]
    assert long.lead.tolist() == found.lead.tolist()


def test_ties_and_rows_without_votes_are_told():
    found = lc.datasets.majority([[1, 2], [], [2, 2], [3, 1]])
    assert found.labels.tolist()[0] == found.labels.tolist()[3] == 1
    assert is_labeled(found.labels).tolist() == [True, False, True, True]
    first, second = found.told
    assert first.startswith("2 of 4 rows have a tie of votes (0, 3)")
    assert second.startswith("1 of 4 rows have no vote")
    assert lc.datasets.majority([[1], [2]]).told == ()


@pytest.mark.parametrize("seed", range(30))
def test_costs_are_never_above_the_fewest_votes_that_change_a_label(seed):
    rng = np.random.default_rng(seed)
    votes = rng.integers(0, 3, int(rng.integers(1, 6))).tolist()
    found = lc.datasets.majority([votes, [0], [1], [2]])
    label = int(found.labels[0])
    counts = Counter(votes)
    assert counts[label] == max(counts.values())
    assert label == min(k for k in counts if counts[k] == counts[label])
    for k in range(int(found.costs[0])):
        for at in combinations(range(len(votes)), k):
            for new in product(range(3), repeat=k):
                changed = list(votes)
                for i, v in zip(at, new, strict=True):
                    changed[i] = v
                assert int(lc.datasets.majority([changed, [0], [1], [2]]).labels[0]) == label


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((["spam", "ham"],), "pass a list with the votes of each row"),
        (([1, 2],), "pass a list with the votes of each row"),
        (("spam",), "must be a list"),
        (([[], []],), "no label at all"),
        (([["a", 1]],), "mixes types"),
        ((["a", "b"], ["x"]), "rows has 1 entries and votes 2"),
        ((["a", "b"], ["x", None]), "missing"),
    ],
)
def test_votes_that_are_none_are_refused(arguments, told):
    with pytest.raises(lc.InputError, match=told):
        lc.datasets.majority(*arguments)
