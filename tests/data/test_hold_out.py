"""The stratified hold-out, against counts by hand and what must hold of any."""

from __future__ import annotations

import numpy as np
import pytest

import labelcert as lc
from labelcert.data.hold_out import hold_out


@pytest.mark.parametrize("seed", range(20))
def test_what_must_hold_of_any(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(12, 300))
    labels = rng.integers(0, int(rng.integers(2, 6)), n).astype(object)
    labels[rng.random(n) < 0.2] = None
    known = np.array([v is not None for v in labels])
    split = hold_out(labels, seed)
    both = np.concatenate([split.train, split.test])
    assert sorted(both.tolist()) == np.flatnonzero(known).tolist()
    assert len(split.test) == known.sum() // 5
    for kind in set(labels[known]):
        of_it = (labels == kind) & known
        held = int(of_it[split.test].sum())
        assert abs(held - len(split.test) * of_it.sum() / known.sum()) < 1
        assert held < of_it.sum()
    again = hold_out(labels, seed)
    assert (again.test == split.test).all()


def test_shares_and_the_most():
    labels = ["a"] * 30 + ["b"] * 15 + ["c"] * 5  # 10 held out: 6, 3 and 1
    held = np.array(labels)[hold_out(labels).test]
    assert [int((held == name).sum()) for name in "abc"] == [6, 3, 1]
    assert len(hold_out([0, 1] * 3000).test) == 1000
    assert len(hold_out([0, 1] * 3000, test=1500).test) == 1500
    other = hold_out([0, 1] * 50, seed=1).test
    assert not np.array_equal(other, hold_out([0, 1] * 50, seed=2).test)


def test_every_class_keeps_a_row():
    split = hold_out(["a"] * 8 + ["b"] + ["c"], test=7)
    assert len(split.test) == 7
    assert split.train.tolist()[-2:] == [8, 9]


@pytest.mark.parametrize(("labels", "test"), [([0, 1, 1], None), ([0, 1] * 5, 9), ([0] * 5, 0)])
def test_too_few(labels, test):
    with pytest.raises(lc.InputError):
        hold_out(labels, test=test)
