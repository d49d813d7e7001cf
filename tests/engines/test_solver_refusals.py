"""What a solver refuses or garbles costs a bound, never a certificate; scales change nothing."""

import numpy as np
import pytest
import scipy.sparse as sp
from labelcert.engines.collective_bound import bound_counts
from labelcert.engines.enumeration import enumerate_flips
from labelcert.engines.relaxation.program import Relaxation
from labelcert.engines.relaxation.shared import SharedHulls
from labelcert.engines.search_points import search_points
from labelcert.engines.solvers.highs_lp import HighsLp, LpAnswer

import labelcert as lc
from labelcert.engines import branch_and_bound
from labelcert.engines.attacker import FlipSpace
from labelcert.engines.bounds.functional import best_over, corners_of, lower_bound
from labelcert.engines.bounds.hull import Hull
from labelcert.engines.knowledge.evidence import CleanFit
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.machines.clean import clean_fit
from labelcert.engines.machines.machine import Problem
from labelcert.engines.solvers import highs_lp
from labelcert.engines.solvers.scaling import power_of_two_above
from labelcert.engines.work.clock import Clock
from labelcert.learners.gram import check_gram
from oracles.brute_force import solve_dual


def make(seed, n=6, m=3, C=None):
    rng = np.random.default_rng(seed)
    points, tests = rng.standard_normal((n, 4)), rng.standard_normal((m, 4))
    y = rng.choice([-1.0, 1.0], n)
    C = C or float(10.0 ** rng.uniform(-1, 1))
    gram = check_gram(points @ points.T)
    return Problem(gram, tests @ points.T, y, C, FlipSpace.unrestricted(n), n)


def small_lp(value=1.0, size=1.0):
    """min −x − y, x + value·y ≤ size with size in the row's own units, 0 ≤ x, y ≤ 1."""
    lp = HighsLp(
        sp.csc_array(np.array([[1.0, value]])), np.zeros(2), np.ones(2),
        np.array([-np.inf]), np.array([size]),
    )  # fmt: skip
    lp.set_cost(np.array([-1.0, -1.0]))
    return lp


def test_a_refused_row_is_not_counted_and_the_rest_goes_on():
    lp = small_lp()
    for bad in (np.array([np.nan, 1.0]), np.array([np.inf, 1.0])):
        assert not lp.add_row(0.0, bad)
    assert not lp.add_row(np.nan, np.ones(2))
    assert lp.rows == 1
    assert not lp.refused
    answer = lp.solve()
    assert len(answer.multipliers) == 1
    assert answer.value == pytest.approx(-1.0)


def test_rows_beyond_what_highs_takes_are_taken_and_multipliers_keep_their_units():
    lp = small_lp()
    for k in (-40, 0, 60):  # 2⁶⁰ is beyond 1e15, where HiGHS rejects a row
        unit = 2.0**k
        assert lp.add_row(-0.5 * unit, np.array([-unit, -unit]))
        answer = lp.solve()
        assert answer.value == pytest.approx(-0.5)
        assert answer.multipliers[-1] * unit == pytest.approx(1.0)
        lp.drop_rows(np.array([1]))
        assert lp.rows == 1


def test_multipliers_keep_the_units_of_the_objective():
    lp = small_lp()
    for size in (1e-30, 1.0, 1e30):
        lp.set_cost(np.array([-size, -size]))
        answer = lp.solve()
        assert answer.value == pytest.approx(-size)
        assert answer.multipliers == pytest.approx([-size])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda lp: lp.set_cost(np.array([np.nan, 1.0])),
        lambda lp: lp.set_bounds(np.array([0]), np.array([np.nan]), np.array([1.0])),
        lambda lp: lp.drop_rows(np.array([7])),
        lambda lp: lp._highs.addRow(0.0, 1.0, 1, np.zeros(1, dtype=np.int32), np.ones(1)),
    ],
)
def test_a_program_that_may_be_another_one_answers_nothing(spoil):
    lp = small_lp()
    try:
        spoil(lp)
    except IndexError:
        lp.refused = True
    answer = lp.solve()
    assert not answer.optimal
    assert len(answer.multipliers) == 0


@pytest.mark.parametrize("size", [0.0, np.nan, np.inf, 5e-324, 1e-300, 0.3, 1.0, 1e308])
def test_powers_of_two_divide_exactly(size):
    unit = float(power_of_two_above(size))
    assert np.log2(unit) == int(np.log2(unit))
    assert np.isfinite(1.0 / unit)
    if 1e-290 < size < 1e290:
        assert 0.5 <= size / unit < 1.0


CALLS = ["addRow", "changeColsCost", "changeColsBounds", "deleteRows", "run", "passModel",
         "setOptionValue"]  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("share", [0.2, 1.0])
def test_whatever_is_refused_no_verdict_is_wrong(name, share, monkeypatch):
    rng = np.random.default_rng(1)
    honest = highs_lp.accepted

    def moody(call, *arguments):
        if getattr(call, "__name__", "") == name and rng.random() < share:
            return False
        return honest(call, *arguments)

    monkeypatch.setattr(highs_lp, "accepted", moody)
    monkeypatch.setattr(branch_and_bound, "LEAF", 3)
    for seed in range(2):
        problem = make(seed, n=5, m=2)
        sign = clean_fit(problem).sign
        found, truth = (Ledger(problem.m, problem.ladder) for _ in range(2))
        for t in range(problem.m):
            found.prove(t, 0, "training", CleanFit())
        hulls = SharedHulls(problem, rounds=1)
        search_points(problem, sign, found, hulls, Clock(20.0))
        bound_counts(problem, sign, found, hulls, Clock(20.0))
        enumerate_flips(problem, sign, truth, problem.max_budget, Clock())
        assert (found.robust <= truth.robust).all()
        assert (found.broken >= truth.broken).all()
        assert (found.broken_upper >= truth.broken_lower).all()
        # Without any program all is retrained on, so nothing is lost but time.
        assert found.robust.tolist() == truth.robust.tolist()


@pytest.mark.parametrize("what", ["columns", "short", "long", "empty", "infinite"])
def test_answers_that_are_no_numbers_or_do_not_fit(what, monkeypatch):
    honest = HighsLp.solve

    def garbled(self, time_limit=float("inf")):
        answer = honest(self, time_limit)
        columns, multipliers = answer.columns, answer.multipliers
        if what == "columns":
            columns = np.full(len(columns), np.nan)
        elif what == "infinite":
            multipliers = np.where(np.arange(len(multipliers)) % 2, np.inf, -1e308)
        else:
            shape = {"short": -1, "long": 1, "empty": None}[what]
            multipliers = (
                multipliers[:0]
                if shape is None
                else np.resize(multipliers, len(multipliers) + shape)
            )
        return LpAnswer(True, answer.value, columns, multipliers)

    monkeypatch.setattr(HighsLp, "solve", garbled)
    monkeypatch.setattr(branch_and_bound, "LEAF", 3)
    for seed in range(2):
        problem = make(seed, n=5, m=2)
        sign = clean_fit(problem).sign
        found, truth = (Ledger(problem.m, problem.ladder) for _ in range(2))
        search_points(problem, sign, found, SharedHulls(problem, rounds=1), Clock(20.0))
        enumerate_flips(problem, sign, truth, problem.max_budget, Clock())
        assert found.robust.tolist() == truth.robust.tolist()


def test_cut_points_and_rows_stay_together_whatever_is_refused(monkeypatch):
    rng = np.random.default_rng(0)
    honest = highs_lp.accepted
    monkeypatch.setattr(
        highs_lp, "accepted",
        lambda call, *rest: not (call.__name__ == "addRow" and rng.random() < 0.5)
        and honest(call, *rest),
    )  # fmt: skip
    problem = make(2, n=8)
    gram, C = problem.gram.matrix / problem.scale, problem.C * problem.scale
    hull = Hull.widest(gram, problem.y, C, np.ones(8, bool), 3)
    relaxation = Relaxation(gram, hull, problem.space, 3)
    kept = [relaxation.add_cut(C * rng.random(8) * problem.y) for _ in range(20)]
    assert 0 < sum(kept) < 20
    assert len(relaxation.cut_points) == sum(kept) == relaxation._lp.rows - relaxation._rows
    assert np.isfinite(relaxation.bound(problem.cross[0] / problem.scale)[0])


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
        found = lower_bound(
            gram, np.abs(gram), problem.cross[0], corners_of(hull), mu, gamma, weight
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
    from labelcert.engines.branching import leaf as pair_leaf

    monkeypatch.setattr(pair_leaf, "LEAF", leaf)
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
def test_the_cascade_with_unscaled_features(collective):
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
