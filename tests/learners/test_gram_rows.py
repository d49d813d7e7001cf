"""A kernel of float32 is read as its float64 conversion would be, bit by bit, without one."""

import tracemalloc

import numpy as np
import pytest

import labelcert as lc
from labelcert.certificates.run.checked_input import check_input
from labelcert.engines.machines import ridge, saturation
from labelcert.engines.machines.machines import Machines
from labelcert.learners.gram import check_gram
from labelcert.learners.gram_rows import GramRows
from labelcert.learners.leave_one_out import svm_without


def kernel(n, m=6, skew=True, seed=0, scale=1.0):
    """Blocks (n, n) and (m, n) in float32, the first not quite symmetric, and labels (n,)."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n + m, 2))
    block = scale * (0.3 + np.exp(-0.1 * ((x[:, None] - x[None]) ** 2).sum(axis=2)))
    if skew:
        block *= 1 + 2e-7 * (rng.random(block.shape) - 0.5)
    block = block.astype(np.float32)
    labels = np.where(rng.random(n) < 0.1, 0, (x[:n, 0] > 0).astype(int))
    return np.ascontiguousarray(block[:n, :n]), np.ascontiguousarray(block[n:, :n]), labels


@pytest.mark.parametrize("skew", [False, True])
@pytest.mark.parametrize(("n", "scale"), [(40, 1.0), (40, 37.0), (640, 1.0), (640, 0.02)])
def test_the_checked_matrix_is_that_of_the_conversion(n, scale, skew):
    gram, _, _ = kernel(n, skew=skew, scale=scale)
    assert (np.abs(gram - gram.T).max() > 0) == skew
    before = gram.copy()
    one, other = check_gram(gram), check_gram(gram.astype(np.float64))
    wide = gram.astype(np.float64)
    assert one.shift == other.shift
    assert one.shift > 0
    assert one.scale == other.scale
    assert one.added == other.added
    for name in ("given", "matrix", "scaled", "diagonal"):
        assert getattr(one, name).dtype == np.float64
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    given = (wide + wide.T) / 2 if skew else wide
    assert np.array_equal(one.given, given)
    given[np.diag_indices(n)] += one.shift
    assert np.array_equal(one.matrix, given)
    assert np.array_equal(one.scaled, given / one.scale)
    assert np.array_equal(one.diagonal, given.diagonal())
    assert np.array_equal(gram, before)


def test_rows_are_read_as_they_are():
    gram, _, _ = kernel(300)
    wide = gram.astype(np.float64)
    rows, mean = GramRows(gram), (wide + wide.T) / 2
    assert rows.skewness() == np.abs(wide - wide.T).max()
    assert rows.largest() == np.abs(wide).max()
    means = GramRows(gram, mean=True)
    assert np.array_equal(np.concatenate([block for _, block in means.blocks(70)]), mean)
    at, to = np.array([5, 2, 280]), np.array([1, 5])
    assert np.array_equal(means.part(at, to), mean[np.ix_(at, to)])
    assert np.array_equal(rows.part(at, to), wide[np.ix_(at, to)])
    assert np.array_equal(means.row_sums(), mean.sum(axis=1))
    assert means.largest_row() == np.abs(mean).sum(axis=1).max()
    assert GramRows(wide).whole() is wide


@pytest.mark.parametrize("learner", [{"C": 0.5}, {"ridge": 0.3}])
@pytest.mark.parametrize("n", [30, 620])
def test_certificates_are_those_of_the_conversion(n, learner):
    if n > 600 and "C" in learner:
        learner = {"C": 2e-4}  # saturated
    gram, cross, labels = kernel(n)
    one = lc.certify(gram, cross, labels, **learner, max_flips=2)
    other = lc.certify(gram.astype(np.float64), cross, labels, **learner, max_flips=2)
    assert one.exact.all()
    # Ridge regression takes the kernel as given.
    assert one.gram_shift == other.gram_shift
    assert (one.gram_shift > 0) == ("C" in learner)
    for name in ("decision", "error_bar", "radius", "radius_upper"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    check = one.check([0, 1])
    assert np.array_equal(check.prediction, other.check([0, 1]).prediction)


def test_left_out_values_are_those_of_the_conversion():
    gram, _, labels = kernel(40)
    y = np.where(labels == 1, 1.0, -1.0)
    one, other = check_gram(gram), check_gram(gram.astype(np.float64))
    assert svm_without(one, y, 0.5, 3) == svm_without(other, y, 0.5, 3)


def peak_of(work):
    """Bytes that were taken at the most beside those taken before, and what came out."""
    tracemalloc.start()
    try:
        found = work()
        return tracemalloc.get_traced_memory()[1], found
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("skew", [False, True])
def test_a_float32_kernel_is_not_copied_beside_its_factor(skew):
    n = 1600
    gram, cross, labels = kernel(n, skew=skew)
    square = 8 * n * n
    peak, given = peak_of(lambda: check_input(gram, cross, labels, None, 0.3, 5, None, None))
    assert peak < 1.8 * square
    assert given.gram.source.kept is gram
    assert given.gram.shift > 0
    peak, _ = peak_of(lambda: ridge.linear_model(given.gram, given.cross, 0.3, 5))
    assert peak < 1.8 * square
    machines = Machines(given.gram, given.cross, 0.5, given.space, 5)
    peak, _ = peak_of(lambda: (saturation.saturated_budget(machines), given.gram.scaled))
    assert peak < 1.8 * square  # what the loops work on, and pieces of it
    assert "matrix" not in vars(given.gram)
    assert "given" not in vars(given.gram)
