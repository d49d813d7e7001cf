"""A block that does not fit into memory is refused beforehand, with the figure and a way."""

import numpy as np
import pytest

import labelcert as lc
from labelcert.kernels import block_memory

ROWS = np.arange(200.0).reshape(50, 4)


@pytest.fixture
def small_machine(monkeypatch):
    monkeypatch.setattr(block_memory, "_SMALL", 0)
    monkeypatch.setattr(block_memory, "free_bytes", lambda: 10_000)


@pytest.mark.parametrize(
    "kernel",
    [lc.kernels.MLP(), lc.kernels.GCN(), lc.kernels.Linear(), lc.kernels.RandomFeatures(width=3),
     lc.kernels.CNN()],
)  # fmt: skip
def test_a_large_block_is_refused_before_it_is_made(small_machine, kernel):
    with pytest.raises(lc.InputError, match=r"kernel of 50 rows with 50 columns needs about .*GB"):
        kernel(ROWS)
    assert kernel(ROWS, range(2), range(3)).shape == (2, 3)


def test_the_estimator_says_it_too_and_names_features(small_machine):
    labels = np.repeat([0, 1], 25)
    for kernel in (lc.kernels.MLP(), lambda a, b: a @ b.T):
        with pytest.raises(lc.InputError, match="certify_linear, in the shell --features"):
            lc.LabelCertifier(kernel=kernel, ridge=1.0).fit(ROWS, labels)


def test_fifty_thousand_rows_are_refused_within_a_moment(monkeypatch):
    monkeypatch.setattr(block_memory, "free_bytes", lambda: 16 * 10**9)
    rows = np.zeros((50_000, 4))
    with pytest.raises(lc.InputError, match=r"needs about 80\.0 GB of memory and 16\.0 GB are"):
        lc.kernels.MLP()(rows)


def test_where_nobody_tells_what_is_free_nothing_is_refused(monkeypatch):
    monkeypatch.setattr(block_memory, "_SMALL", 0)
    monkeypatch.setattr(block_memory, "free_bytes", lambda: None)
    assert lc.kernels.MLP()(ROWS).shape == (50, 50)
