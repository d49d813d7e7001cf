"""The path follower against a QP solver and against exact arithmetic."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings

from labelcert.learners.exact import exact_dual, to_fractions
from labelcert.learners.gram import check_gram
from labelcert.learners.svm import decision_values, fit_dual
from oracles.brute_force import solve_dual
from oracles.problems import problems


@settings(max_examples=150)
@given(problems(max_n=12, max_m=4))
def test_decisions_equal_the_qp_solver_within_the_error_bars(problem):
    p = problem
    gram = check_gram(p.gram)
    cross = np.asarray(p.cross, dtype=float)
    y = p.y.astype(float)
    solution = fit_dual(gram, y, p.C)
    values, bars = decision_values(gram, cross, solution, p.C)
    truth = cross @ solve_dual(gram.matrix, y, p.C)
    size = p.C * np.abs(cross).sum(axis=1) + 1e-12
    assert (np.abs(values - truth) <= bars + 1e-6 * size).all()
    assert (bars <= 1e-3 * size + 1e-12).all()


@settings(max_examples=60)
@given(problems(max_n=9, max_m=3))
def test_error_bars_hold_against_exact_arithmetic(problem):
    p = problem
    gram = check_gram(p.gram)
    cross = np.asarray(p.cross, dtype=float)
    y = p.y.astype(float)
    solution = fit_dual(gram, y, p.C)
    values, bars = decision_values(gram, cross, solution, p.C)
    alpha = np.abs(solution.beta) / solution.scale
    exact = exact_dual(to_fractions(gram.matrix), p.y.tolist(), Fraction(p.C), alpha)
    if exact is None:
        return
    for t in range(len(cross)):
        truth = sum(Fraction(float(q)) * b for q, b in zip(cross[t], exact, strict=True))
        assert abs(float(truth) - values[t]) <= bars[t] * (1 + 1e-9) + 1e-300


@settings(max_examples=60)
@given(problems(max_n=10))
def test_warm_start_equals_cold_start(problem):
    p = problem
    gram = check_gram(p.gram)
    y = p.y.astype(float)
    before = fit_dual(gram, y, p.C)
    changed = y.copy()
    changed[: (len(y) + 1) // 2] *= -1
    warm = fit_dual(gram, changed, p.C, before.state)
    cold = fit_dual(gram, changed, p.C)
    cross = np.asarray(p.cross, dtype=float)
    a, bar_a = decision_values(gram, cross, warm, p.C)
    b, bar_b = decision_values(gram, cross, cold, p.C)
    assert (np.abs(a - b) <= bar_a + bar_b).all()
    assert before.state.y.tolist() == y.tolist(), "the warm state must not be changed"


@pytest.mark.parametrize("n", [1, 2, 64, 65, 200])
def test_larger_and_rank_deficient(n):
    rng = np.random.default_rng(n)
    points = rng.standard_normal((n, max(1, n // 3)))
    gram = check_gram(points @ points.T)
    y = rng.choice([-1.0, 1.0], n)
    solution = fit_dual(gram, y, 1.0)
    f = gram.matrix @ (solution.beta / solution.scale)
    alpha = y * solution.beta / solution.scale
    over = y * f - 1
    gap = (alpha * np.maximum(over, 0) + (1 - alpha) * np.maximum(-over, 0)).sum()
    assert gap < 1e-6
    assert alpha.min() >= 0
    assert alpha.max() <= 1 + 1e-12
