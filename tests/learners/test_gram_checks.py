"""Gram matrices: what is refused, what is repaired, and that it is told."""

from fractions import Fraction

import numpy as np
import pytest

from labelcert import InputError
from labelcert.learners.gram import check_gram


@pytest.mark.parametrize(
    ("gram", "message"),
    [
        (np.ones((2, 3)), "square"),
        (np.ones(3), "2-d"),
        ([[1.0, np.nan], [np.nan, 1.0]], "non-finite"),
        ([[1.0, 0.0], [0.5, 1.0]], "not symmetric"),
        ([[1.0, 2.0], [2.0, 1.0]], "indefinite"),
        ([["a", "b"], ["c", "d"]], "holds text"),
        (np.zeros((0, 0)), "non-empty"),
        (np.eye(2) * 1e200, "rescale"),
    ],
)
def test_bad_gram_is_one_sentence(gram, message):
    with pytest.raises(InputError, match=message) as caught:
        check_gram(gram)
    assert "gram" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_exactly_semidefinite_matrices_are_left_alone():
    points = np.random.default_rng(0).integers(-2, 3, (12, 3)).astype(float)
    assert check_gram(points @ points.T).shift == 0.0
    assert check_gram(np.zeros((3, 3))).shift == 0.0


def test_rounding_is_shifted_away_and_told():
    points = np.random.default_rng(0).standard_normal((60, 5))
    checked = check_gram(points @ points.T)
    assert 0 < checked.shift < 1e-9
    assert np.linalg.eigvalsh(checked.matrix)[0] > 0


def test_float32_is_accepted():
    points = np.random.default_rng(0).standard_normal((30, 40)).astype(np.float32)
    checked = check_gram(points @ points.T)
    assert checked.matrix.dtype == np.float64


def test_a_shift_is_accounted_for_with_its_rounding():
    """Proofs for the kernel as given rest on what was really added to each diagonal entry."""
    rng = np.random.default_rng(0)
    more = False
    for n in range(41, 51):
        points = rng.integers(-3, 4, (n, 3)) * np.pi
        checked = check_gram(points @ points.T)
        assert checked.shift > 0
        before, after = checked.given.diagonal(), checked.matrix.diagonal()
        added = [
            Fraction(float(b)) - Fraction(float(a)) for a, b in zip(before, after, strict=True)
        ]
        more = more or max(added) > Fraction(checked.shift)
        assert max(added) <= Fraction(checked.added)
    assert more  # than what is told: rounding goes both ways
    assert check_gram(np.eye(2)).added == 0.0
