"""Multipliers that are no numbers cost a bound, never a certificate; scales change nothing."""

import numpy as np
import pytest

import labelcert as lc
from labelcert.engines.attacker import FlipSpace
from labelcert.engines.bounds.functional import best_over, corners_of, lower_bound, row_sizes
from labelcert.engines.bounds.hull import Hull
from labelcert.engines.machines.machine import Machine
from labelcert.engines.solvers.scaling import power_of_two_above
from labelcert.learners.gram import check_gram
from oracles.brute_force import solve_dual


def make(seed, n=6, m=3, C=None):
    rng = np.random.default_rng(seed)
    points, tests = rng.standard_normal((n, 4)), rng.standard_normal((m, 4))
    y = rng.choice([-1.0, 1.0], n)
    C = C or float(10.0 ** rng.uniform(-1, 1))
    gram = check_gram(points @ points.T)
    return Machine(gram, tests @ points.T, y, C, FlipSpace.unrestricted(n), n)


@pytest.mark.parametrize("size", [0.0, np.nan, np.inf, 5e-324, 1e-300, 0.3, 1.0, 1e308])
def test_powers_of_two_divide_exactly(size):
    unit = float(power_of_two_above(size))
    assert np.log2(unit) == int(np.log2(unit))
    assert np.isfinite(1.0 / unit)
    if 1e-290 < size < 1e290:
        assert 0.5 <= size / unit < 1.0


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e308, 1e200])
def test_multipliers_that_overflow_give_the_functional_that_knows_nothing(value):
    problem = make(0)
    gram, C = problem.gram.matrix, problem.C
    hull = Hull.widest(gram, problem.y, C, np.arange(6) != 2, 3)
    for mu, gamma, weight in (
        (np.full(6, value), np.ones(6), 1.0),
        (np.ones(6), np.full(6, value), 1.0),
        (np.ones(6), np.ones(6), value),
        (np.ones(6), np.full(6, value), 1e-300),
    ):
        found, _ = lower_bound(
            gram, row_sizes(gram), problem.cross[0], corners_of(hull), mu, gamma, weight
        )
        assert np.isfinite(found.base) or np.isneginf(found.base)
        assert np.isposinf(found.step[2])
        assert np.isfinite(np.delete(found.step, 2)).all()
        nobody = np.zeros(6, bool)
        least = best_over(found, 3, np.ones(6), nobody, nobody)
        assert least <= problem.cross[0] @ solve_dual(gram, problem.y, C) + 1e-6


def test_a_range_never_comes_out_empty():
    problem = make(1)
    hull = Hull.widest(problem.gram.matrix, problem.y, problem.C, np.ones(6, bool), 2)
    crossed = hull.narrowed(hull.high + 1.0, hull.low - 1.0)
    assert crossed.low.tolist() == hull.low.tolist()
    assert crossed.high.tolist() == hull.high.tolist()
    unknown = hull.narrowed(np.full((6, 2), np.nan), np.full((6, 2), np.nan))
    assert unknown.low.tolist() == hull.low.tolist()
    assert corners_of(crossed).may_flip.all()


def radii_by_brute_force(gram, cross, y, C, flips):
    """Radii of clear predictions; nothing of labelcert is used."""
    from oracles.brute_force import brute_force

    clean, worst, _ = brute_force(gram, cross, 2.0 * np.asarray(y) - 1, C, flips)
    tolerance = 1e-6 * C * np.abs(cross).sum(axis=1)
    low = (worst > tolerance[:, None]).cumprod(axis=1).sum(axis=1) - 1
    high = (worst > -tolerance[:, None]).cumprod(axis=1).sum(axis=1) - 1
    return low, high, np.abs(clean) > tolerance


INTEGERS = np.array([[5.0, -6, 2, 0], [-6, 8, -2, 2], [2, -2, 1, 1], [0, 2, 1, 5]])


@pytest.mark.parametrize("C", [1e-12, 1e2, 1e6, 1e8, 1e10])
def test_identity_kernel_at_any_C(C):
    cert = lc.certify(
        np.eye(3), np.eye(3), [1, 0, 1], C=C, max_flips=1, collective=True, n_jobs=1,
        engine="branch_and_bound", classes=[0, 1],
    )  # fmt: skip
    assert cert.radius.tolist() == cert.radius_upper.tolist() == [0, 0, 0]


@pytest.mark.parametrize("C", [1e4, 1e8, 1e9])
def test_integer_kernel_at_large_C(C):
    cert = lc.certify(
        INTEGERS, [[11.0, -14, 4, -2]], [1, 1, 1, 0], C=C, max_flips=5, collective=True,
        worst_margins=True, n_jobs=1, engine="branch_and_bound", classes=[0, 1],
    )  # fmt: skip
    assert cert.radius.tolist() == cert.radius_upper.tolist() == [0]
    assert (cert.worst_margin_bound <= cert.worst_margin).all()


@pytest.mark.parametrize("collective", [False, True])
def test_one_direction_of_size_two_to_the_32(collective):
    ones = np.full((5, 3), 2.0**32)
    cert = lc.certify(
        ones[:3], ones, [1, 1, 1], C=2.0, max_flips=3, collective=collective, n_jobs=1,
        engine="branch_and_bound", classes=[0, 1],
    )  # fmt: skip
    # Two of three labels have to be flipped.
    assert cert.radius.tolist() == cert.radius_upper.tolist() == [1] * 5


@pytest.mark.parametrize("engine", ["branch_and_bound", "auto"])
@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e8])
def test_scaled_features_against_brute_force(engine, scale):
    for seed in range(2):
        rng = np.random.default_rng(seed)
        points, tests = rng.standard_normal((6, 7)), rng.standard_normal((3, 7))
        y = np.array([0, 1, 0, 1, 0, 1])
        gram, cross = scale * points @ points.T, scale * tests @ points.T
        low, high, clear = radii_by_brute_force(gram / scale, cross / scale, y, scale, 3)
        cert = lc.certify(
            gram, cross, y, C=1.0, max_flips=3, engine=engine, n_jobs=1, collective=True,
            worst_margins=True,
        )  # fmt: skip
        assert (cert.radius[clear] <= high[clear]).all()
        assert (cert.radius_upper[clear] >= low[clear]).all()
        assert cert.radius[clear].tolist() == cert.radius_upper[clear].tolist()


@pytest.mark.parametrize("k", [-40, 40])
def test_a_power_of_two_moved_from_C_to_the_kernel_changes_nothing(k):
    problem = make(5, n=7)
    gram, y = problem.gram.matrix, (problem.y > 0).astype(int)
    first, second = (
        lc.certify(
            gram * 2.0**p, problem.cross * 2.0**p, y, C=problem.C / 2.0**p, max_flips=7,
            engine="branch_and_bound", n_jobs=1, classes=[0, 1], worst_margins=True,
        )
        for p in (0, k)
    )  # fmt: skip
    assert first.radius.tolist() == second.radius.tolist()
    assert first.worst_margin_bound.tolist() == second.worst_margin_bound.tolist()


@pytest.mark.parametrize("C", [1e-12, 1e-3, 1e3, 1e9])
@pytest.mark.parametrize("leaf", [2, 4000])
def test_many_classes_at_any_C(C, leaf, monkeypatch):
    from labelcert.engines.branching import leaves

    monkeypatch.setattr(leaves, "LEAF", leaf)
    rng = np.random.default_rng(4)
    points, tests = rng.standard_normal((6, 7)), rng.standard_normal((3, 7))
    given = (points @ points.T, tests @ points.T, np.arange(6) % 3)
    found, truth = (
        lc.certify(*given, C=C, max_flips=2, engine=engine, n_jobs=1)
        for engine in ("branch_and_bound", "enumeration")
    )
    assert (found.radius <= truth.radius_upper).all()
    assert (found.radius_upper >= truth.radius).all()
    assert found.radius.tolist() == truth.radius.tolist()


@pytest.mark.slow
@pytest.mark.parametrize("collective", [False, True])
def test_the_planner_with_unscaled_features(collective):
    """C is above where the box binds, so a kernel a hundred times larger has the same radii."""
    rng = np.random.default_rng(1)
    n = 34
    y = np.arange(n) % 2
    s = 2.0 * y - 1
    X = np.hstack([s[:, None], np.eye(n), 0.1 * rng.normal(size=(n, 5))])
    T = np.hstack([np.array([[1.0], [-1], [0.8]]), 0.05 * rng.normal(size=(3, n + 5))])
    found = [
        lc.certify(
            scale**2 * X @ X.T, scale**2 * T @ X.T, y, C=1.0, max_flips=9, n_jobs=1,
            time_limit=5, collective=collective,
        )
        for scale in (1e4, 1e5)
    ]  # fmt: skip
    for one, other in (found, found[::-1]):
        assert (one.radius >= 0).all()
        assert (one.radius <= other.radius_upper).all()
