"""Fits of many labels at once, against the path, a QP solver, and flips of fresh fits."""

import pickle
import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings

from labelcert.learners.duality import EXTENDED_SIZE, multiply
from labelcert.learners.factors import independent, lower_factor, tableau_of
from labelcert.learners.fitting import PATH_SIZE, empty_state, fit_at_once, fit_state
from labelcert.learners.gram import check_gram
from labelcert.learners.path import FREE, OUT, fit_from_nothing, flip, read_solution
from labelcert.learners.svm import decision_values, fit_dual
from oracles.brute_force import solve_dual
from oracles.problems import KINDS, make_problem, problems

GO = np.zeros(1, dtype=np.uint8)


def scaled_problem(p):
    gram = check_gram(p.gram)
    return gram, p.C * gram.scale, p.y.astype(float)


def along_the_path(matrix, y, C):
    state = empty_state(y, C)
    fit_from_nothing(matrix, *state, np.zeros(len(y)), GO)
    return state


def read(matrix, state):
    """β, f and the gap's bound over its target."""
    n, C = len(state.y), state.C
    beta, f = np.zeros(n), np.zeros(n)
    size = float(np.abs(matrix).max())
    gap = read_solution(matrix, state.slack, state.state, state.y, C, size, beta, f)
    return beta, f, gap, 1e-12 * n * C * max(1.0, C)


def check_against_the_path(p, one_class=False):
    gram, C, y = scaled_problem(p)
    if one_class:
        y[:] = 1.0
    found = fit_at_once(gram.scaled, y, C, GO)
    path = along_the_path(gram.scaled, y, C)
    _, f, gap_path, target = read(gram.scaled, path)
    if found is None:  # left to the path
        return False
    state = found.finished(gram.scaled, GO)
    _, ours, gap, _ = read(gram.scaled, state)
    assert gap <= max(target, 2 * gap_path)
    apart = np.sqrt(2 * gap) + np.sqrt(2 * gap_path)
    assert np.abs(ours - f).max() <= 1.5 * apart + 1e-12
    assert not (state.state == OUT).any()
    assert (state.low <= state.slack).all()
    assert (state.slack <= state.high).all()
    if (state.state == path.state).all():
        assert (state.low == path.low).all()
        assert (state.high == path.high).all()
        worst = np.abs(state.tableau - path.tableau).max()
        assert worst <= 1e-6 * max(np.abs(path.tableau).max(), 1e-300)
    return True


@settings(max_examples=200)
@given(problems(max_n=14))
def test_few_labels_end_where_the_path_ends(problem):
    check_against_the_path(problem)
    check_against_the_path(problem, one_class=True)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("log_c", [-3, 0, 1])
def test_many_labels_end_where_the_path_ends(kind, log_c):
    assert check_against_the_path(make_problem(kind, 230, 2, log_c, 0, seed=log_c + 7))


@pytest.mark.parametrize("log_c", [2, 4])
def test_huge_c_is_found_or_left_to_the_path(log_c):
    for kind in KINDS:
        check_against_the_path(make_problem(kind, 210, 2, log_c, 0, seed=3))


@settings(max_examples=60)
@given(problems(max_n=12, max_m=3))
def test_decisions_equal_the_qp_solver(problem):
    p = problem
    gram, C, y = scaled_problem(p)
    found = fit_at_once(gram.scaled, y, C, GO)
    if found is None:
        return
    beta = read(gram.scaled, found.state)[0]
    values = np.asarray(p.cross, float) @ (beta / gram.scale)
    truth = np.asarray(p.cross, float) @ solve_dual(gram.matrix, y, p.C)
    size = p.C * np.abs(p.cross).sum(axis=1) + 1e-12
    assert (np.abs(values - truth) <= 1e-5 * size).all()


def test_a_label_alone_and_a_kernel_of_zeros():
    for entry, side in ((2.0, 0.5), (0.0, 1.0)):
        matrix = np.full((1, 1), entry)
        found = fit_at_once(matrix, np.ones(1), 1.0, GO)
        assert found is not None
        assert read(matrix, found.state)[0] == side


@pytest.mark.parametrize("kind", ["smooth", "duplicates", "integers"])
def test_flips_from_it_equal_fresh_fits(kind):
    p = make_problem(kind, PATH_SIZE + 30, 3, 0, 0, seed=5)
    gram, C, y = scaled_problem(p)
    state = fit_state(gram.scaled, y, C, GO)
    for i in (0, 3, 50, 119, 3, 200):
        assert flip(*state, i, np.zeros(len(y)), GO)
        y[i] = -y[i]
        fresh = fit_state(gram.scaled, y, C, GO)
        _, f, gap, target = read(gram.scaled, state)
        _, again, gap_fresh, _ = read(gram.scaled, fresh)
        assert gap <= 10 * target
        assert np.abs(f - again).max() <= 1.5 * (np.sqrt(2 * gap) + np.sqrt(2 * gap_fresh))
    kept = np.flatnonzero(state.state == FREE)
    factor = lower_factor(gram.scaled[np.ix_(kept, kept)], GO)
    rebuilt = tableau_of(gram.scaled, kept, factor, GO)
    assert np.abs(rebuilt - state.tableau).max() <= 1e-7 * np.abs(state.tableau).max()


def test_an_estimator_s_solution_is_warm_and_travels():
    p = make_problem("smooth", PATH_SIZE + 20, 3, 0, 0, seed=1)
    gram, _, y = scaled_problem(p)
    before = pickle.loads(pickle.dumps(fit_dual(gram, y, p.C)))
    y[:3] *= -1
    warm, cold = fit_dual(gram, y, p.C, before.state), fit_dual(gram, y, p.C)
    cross = np.asarray(p.cross, float)
    (a, bar_a), (b, bar_b) = (decision_values(gram, cross, s, p.C) for s in (warm, cold))
    assert (np.abs(a - b) <= bar_a + bar_b).all()


def test_dependent_rows_are_told_and_combined():
    rng = np.random.default_rng(0)
    points = rng.standard_normal((12, 5))
    points[7:] = points[:5]
    block = points @ points.T
    split = independent(block, GO)
    assert split is not None
    assert len(split.kept) == 5
    rest = split.combination.T @ block[split.kept]
    assert np.abs(rest - block[split.rest]).max() < 1e-9


def test_a_wide_factor_equals_a_plain_one():
    rng = np.random.default_rng(1)
    points = rng.standard_normal((1200, 1210))
    block = points @ points.T / 1200
    factor = lower_factor(block, GO)
    assert factor is not None
    assert np.abs(factor @ factor.T - block).max() < 1e-11


def test_sums_keep_their_rounding():
    rng = np.random.default_rng(2)
    n = EXTENDED_SIZE + 1000
    gram = rng.standard_normal((n, 7)) * 10.0 ** rng.integers(-3, 4, (n, 1))
    beta, f = rng.standard_normal(n), np.zeros(7)
    multiply(gram, beta, f)
    exact = (beta[:, None].astype(np.longdouble) * gram).sum(axis=0)
    size = np.abs(beta) @ np.abs(gram)
    assert (np.abs(f - exact.astype(float)) <= 6 * 2.0**-53 * size).all()


def test_a_fit_that_is_stopped_says_so_at_once():
    rng = np.random.default_rng(3)
    points = rng.standard_normal((1500, 1000))
    matrix = points @ points.T / 1000
    y = rng.choice([-1.0, 1.0], len(matrix))
    state = fit_state(matrix, y, 1.0, np.ones(1, dtype=np.uint8))
    assert (state.state == OUT).all()
    stop = np.zeros(1, dtype=np.uint8)
    timer = threading.Timer(0.02, lambda: stop.fill(1))
    begin = time.monotonic()
    timer.start()
    state = fit_state(matrix, y, 100.0, stop)
    timer.join()
    assert (state.state == OUT).any()
    assert time.monotonic() - begin < 2.0
