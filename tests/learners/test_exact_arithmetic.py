"""Rational arithmetic: linear systems, semidefiniteness, and ties decided as ties."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelcert.learners.exact import exact_dual, is_positive_semidefinite, solve, to_fractions

small = st.integers(-3, 3)


@given(st.integers(1, 5).flatmap(lambda n: st.tuples(
    st.lists(st.lists(small, min_size=n, max_size=n), min_size=n, max_size=n),
    st.lists(small, min_size=n, max_size=n),
)))  # fmt: skip
def test_solve_finds_a_solution_exactly_when_there_is_one(system):
    rows, right = system
    matrix = [[Fraction(v) for v in row] for row in rows]
    rhs = [Fraction(v) for v in right]
    solution = solve(matrix, rhs)
    full = np.column_stack([np.array(rows, float), np.array(right, float)])
    solvable = np.linalg.matrix_rank(full) == np.linalg.matrix_rank(np.array(rows, float))
    assert (solution is not None) == solvable
    if solution is not None:
        for row, value in zip(matrix, rhs, strict=True):
            assert sum(a * x for a, x in zip(row, solution, strict=True)) == value


@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 2**31))
def test_semidefiniteness_of_integer_matrices(n, rank, seed):
    points = np.random.default_rng(seed).integers(-3, 4, (n, rank)).astype(float)
    gram = points @ points.T
    assert is_positive_semidefinite(gram)
    assert not is_positive_semidefinite(gram - np.eye(n) * (np.abs(gram).max() * n + 1))
    lowered = gram.copy()
    lowered[0, 0] = -1.0
    assert not is_positive_semidefinite(lowered)


def test_semidefinite_is_decided_beyond_floating_point():
    # A rounding of the last bit makes this singular matrix indefinite; eigenvalues cannot tell.
    exact = np.array([[1.0, 1.0], [1.0, 1.0]])
    below = np.array([[np.nextafter(1.0, 0.0), 1.0], [1.0, 1.0]])
    assert is_positive_semidefinite(exact)
    assert not is_positive_semidefinite(below)


def test_a_tie_is_found_to_be_one():
    # Two equal points with opposite labels: both dual variables stay at C and cancel exactly.
    gram = np.array([[0.1, 0.1], [0.1, 0.1]])
    beta = exact_dual(to_fractions(gram), [1, -1], Fraction(0.7), np.array([0.7, 0.7]))
    assert beta is not None
    assert sum(beta) == 0


@pytest.mark.parametrize("start", [0.0, 0.5, 1.0])
def test_any_start_leads_to_the_optimum(start):
    gram = np.array([[2.0, 0.5], [0.5, 1.0]])
    beta = exact_dual(to_fractions(gram), [1, -1], Fraction(10), np.full(2, start * 10))
    assert beta is not None
    f = [2 * beta[0] + Fraction(1, 2) * beta[1], Fraction(1, 2) * beta[0] + beta[1]]
    assert f == [1, -1]
