"""Splits of the user's own, as numbers and as masks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import labelcert as lc

LABELS = ["a", "b", "a", None, "b", "a"]


def test_numbers_and_masks_agree():
    numbers = lc.datasets.own_split(LABELS, train=[4, 0], validation=[1], test=[5, 3])
    mask = np.zeros((3, 6), dtype=bool)
    mask[0, [0, 4]] = mask[1, 1] = mask[2, [3, 5]] = True
    masks = lc.datasets.own_split(LABELS, mask[0], mask[2], mask[1])
    for split in (numbers, masks):
        assert split.train.tolist() == [0, 4]
        assert split.validation.tolist() == [1]
        assert split.test.tolist() == [3, 5]
        assert split.labeled.tolist() == [0, 1, 4]


def test_it_goes_into_certify_graph():
    graph = lc.datasets.load("karate")
    drawn = lc.datasets.split(graph.labels, per_class=3, seed=0)
    own = lc.datasets.own_split(graph.labels, drawn.train, drawn.test, drawn.validation)
    kernel = lc.kernels.GCN()
    first, second = (
        lc.certify_graph(graph, s, kernel, ridge=1.0, max_flips=2) for s in (drawn, own)
    )
    assert first.radius.tolist() == second.radius.tolist()


def test_a_column_says_the_same_as_numbers():
    numbers = lc.datasets.own_split(LABELS, train=[4, 0], validation=[1], test=[5, 3])
    words = ["train", "val", None, "test", "Train ", "test"]
    for column in (words, pd.Series(words), np.array(words, dtype=object)):
        split = lc.datasets.own_split(LABELS, parts=column)
        for part in ("train", "validation", "test"):
            assert getattr(split, part).tolist() == getattr(numbers, part).tolist()
    split = lc.datasets.own_split(LABELS, parts=["train", "train", "test", "train", "test", ""])
    assert split.train.tolist() == [0, 1], "node 3 has no label"
    for wrong, told in (
        ({"parts": words[:5]}, "parts has 5 entries for 6 nodes"),
        ({"parts": ["train", "dev", "test", "test", "test", "test"]}, "parts holds 'dev': write"),
        ({"parts": words, "test": [1]}, "pass one of both"),
        ({"train": [0]}, "train and test are both needed"),
        ({"parts": ["test"] * 6}, "train is empty"),
    ):
        with pytest.raises(lc.InputError, match=told):
            lc.datasets.own_split(LABELS, **wrong)


@pytest.mark.torch
def test_tensors():
    torch = pytest.importorskip("torch")
    mask = torch.tensor([True, True, False, False, False, False])
    split = lc.datasets.own_split(LABELS, mask, torch.tensor([4, 5]))
    assert split.train.tolist() == [0, 1]
    assert split.test.tolist() == [4, 5]


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        (([0, 3], [5]), "node 3, which has no label"),
        (([0], [5], [3]), "validation has node 3"),
        (([0, 1], [1]), "train and test both have node 1"),
        (([0, 0], [1]), "repeats"),
        (([], [1]), "train is empty"),
        (([6], [1]), "train contains 6"),
        (([True, False], [1]), "mask with 2 entries"),
        (([0.0], [1]), "integers"),
        (([1, 1, 0, 0, 0, 0], [5]), "as a mask does"),
    ],
)
def test_splits_that_are_none_are_refused(parts, told):
    with pytest.raises(lc.InputError, match=told):
        lc.datasets.own_split(LABELS, *parts)
