"""Masks that come with the data are splits."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

import labelcert as lc

LABELS = np.array([0, 1, 0, 1, 0, 1])
TRAIN = np.array([1, 1, 0, 0, 0, 0], dtype=bool)
VAL = np.array([0, 0, 1, 0, 0, 0], dtype=bool)
TEST = np.array([0, 0, 0, 1, 1, 0], dtype=bool)


def test_of_an_object_and_of_a_file(tmp_path):
    masks = {"train_mask": TRAIN, "val_mask": VAL, "test_mask": TEST}
    np.savez(tmp_path / "a.npz", labels=LABELS, features=np.eye(6), **masks)
    for source in (SimpleNamespace(**masks), tmp_path / "a.npz", str(tmp_path / "a.npz")):
        split = lc.datasets.mask_split(source, LABELS)
        assert split.train.tolist() == [0, 1]
        assert split.validation.tolist() == [2]
        assert split.test.tolist() == [3, 4]


def test_columns_rows_and_missing_labels():
    many = SimpleNamespace(
        train_mask=np.stack([TEST, TRAIN], 1), test_mask=np.stack([TRAIN, TEST], 1)
    )
    assert lc.datasets.mask_split(many, LABELS, number=1).labeled.tolist() == [0, 1]
    assert lc.datasets.mask_split(many, LABELS).labeled.tolist() == [3, 4]
    cut = lc.datasets.mask_split(many, LABELS[[1, 3]], number=1, rows=[1, 3])
    assert (cut.labeled.tolist(), cut.test.tolist()) == ([0], [1])
    half = ["a", None, "b", "a", "b", "a"]
    split = lc.datasets.mask_split(SimpleNamespace(train_mask=TRAIN, test_mask=TEST), half)
    assert split.labeled.tolist() == [0]


@pytest.mark.parametrize(
    ("masks", "told"),
    [
        ({"train_mask": TRAIN}, "no test_mask"),
        ({"test_mask": TEST}, "no train_mask"),
        ({"train_mask": TRAIN, "test_mask": TRAIN}, "both have node 0"),
        ({"train_mask": TRAIN[:5], "test_mask": TEST}, "for all nodes"),
        ({"train_mask": TRAIN.astype(int), "test_mask": TEST}, "true and false"),
        ({"train_mask": TEST & TRAIN, "test_mask": TEST}, "train is empty"),
    ],
)
def test_masks_that_are_no_split_are_refused(masks, told):
    with pytest.raises(lc.InputError, match=told):
        lc.datasets.mask_split(SimpleNamespace(**masks), LABELS)
