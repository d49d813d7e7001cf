"""The exact oracle itself: against a general QP solver, by hand, and with its own conditions."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from oracles.brute_force import broken_interval, brute_force, solve_dual
from oracles.problems import make_problem
from oracles.rational_kernels import in_span, inverse, is_psd, to_integers
from oracles.rational_machines import RidgeMachine, SvmMachine, assert_kkt
from oracles.rational_truth import UNLIMITED, Attacker, Truth

EXACT_KINDS = ("integers", "duplicates", "zero rows", "smooth")


def kernels(kind, n, seed):
    """A random problem whose kernel is positive semidefinite without rounding."""
    p = make_problem(kind, n, 5, seed % 4 - 1, n, seed)
    half = p.gram.shape[0] // 2
    rng = np.random.default_rng(seed)
    points, tests = rng.integers(-3, 4, (n, 3)) / 2, rng.integers(-3, 4, (5, 3)) / 2
    if kind == "duplicates":
        points[half:] = points[: n - half]
    if kind == "zero rows":
        points[0] = 0
    if kind == "smooth":
        return p.gram, p.cross, p.y, p.C
    return points @ points.T, tests @ points.T, p.y, p.C


def free_attacker(labels, classes=2, budget=None):
    n = len(labels)
    everything = np.ones((n, classes), dtype=bool)
    return Attacker(np.asarray(labels), everything, [1] * n, [0] * n, [UNLIMITED], budget or n)


@pytest.mark.parametrize("kind", EXACT_KINDS)
@pytest.mark.parametrize("seed", range(12))
def test_decisions_agree_with_a_general_solver(kind, seed):
    gram, cross, y, C = kernels(kind, 6, seed)
    machine = SvmMachine(gram, cross, C)
    scale = C * np.abs(cross).sum(axis=1) + 1e-300
    for labels in (y, -y, np.ones(6, int), np.roll(y, 1)):
        exact = machine.values(tuple(int(v) for v in labels)).floats
        assert np.abs(exact - cross @ solve_dual(gram, labels, C)).max() <= (1e-6 * scale).max()


@pytest.mark.parametrize("seed", range(6))
def test_margins_and_counts_agree_with_brute_force(seed):
    gram, cross, y, C = kernels("smooth", 5, seed)
    truth = Truth(SvmMachine(gram, cross, C), free_attacker((y + 1) // 2))
    _, worst, table = brute_force(gram, cross, y, C, 5)
    assert truth.worst(range(6)) == pytest.approx(worst, abs=1e-6)
    low, high = broken_interval(table, 5, 1e-7)
    assert (low <= truth.most_broken(range(6))).all()
    assert (truth.most_broken(range(6)) <= high).all()
    clear = np.abs(worst).min(axis=1) > 1e-6
    assert (truth.radius == (worst > 0).sum(axis=1) - 1)[clear].all()


def test_a_singular_kernel_of_every_label_vector_ends_in_kkt():
    points = np.array([[1.0, 0], [1, 0], [0, 0], [2, 0], [1, 1e-6], [1, -1e-6], [0.5, 0]])
    points = np.round(points * 2**20) / 2**20
    for C in (2.0**-30, 0.25, 1.0, 3.0, 1e9):
        machine = SvmMachine(points @ points.T, points @ points.T, C)
        for y in product((-1, 1), repeat=7):
            b, den = machine.solve(y)  # asserts every condition
            assert max(map(abs, b)) <= machine.c * den


def test_wrong_solutions_are_refused():
    machine = SvmMachine(np.eye(2), np.eye(2), 2.0)
    given = machine.gram, (1, -1), machine.c, machine.one
    assert_kkt(*given, [1, -1], 1)
    for wrong in ([0, -1], [2, -1], [-1, -1], [3, -1], [1, 1]):
        with pytest.raises(AssertionError):
            assert_kkt(*given, wrong, 1)


def test_a_small_problem_by_hand():
    # f = (1, −1) for labels (+, −); f_t = f_1 − f_2/2 is 1.5, then −0.5, 0.5 and −1.5.
    truth = Truth(SvmMachine(np.eye(2), [[1.0, -0.5], [1.0, 1.0]], 5.0), free_attacker([1, 0]))
    assert truth.lead.tolist()
    assert truth.tie.tolist() == [False, True]
    assert truth.radius.tolist() == [0, -1]
    assert truth.worst([0, 1, 2])[0].tolist() == [1.5, -0.5, -1.5]
    assert truth.most_broken([0, 1, 2]).tolist() == [1, 2, 2]


def test_attackers_keep_to_their_limits():
    allowed = np.array([[True, True], [False, True], [True, True], [True, True]])
    attacker = Attacker(np.array([1, 1, 0, 0]), allowed, [2, 1, 3, 1], [0, 0, 1, 1], [5, 3], 4)
    found = dict(attacker.relabelings())
    expected = {(1, 1, 0, 0): 0, (0, 1, 0, 0): 2, (1, 1, 1, 0): 3, (1, 1, 0, 1): 1, (0, 1, 0, 1): 3}
    assert found == expected


def test_ridge_solves_its_equations():
    rng = np.random.default_rng(0)
    points, tests = rng.standard_normal((5, 3)), rng.standard_normal((4, 3))
    gram, cross = points @ points.T, tests @ points.T
    y = (1, -1, -1, 1, 1)
    values = RidgeMachine(gram, cross, 0.5).values(y)
    assert values.floats == pytest.approx(cross @ np.linalg.solve(gram + 0.5 * np.eye(5), y))
    one = RidgeMachine([[0.5]], [[0.25]], 0.5).values((-1,))
    assert one.exact(0) == Fraction(-1, 4)


def test_many_classes_predict_the_largest_logit_and_equals_are_ties():
    cross = np.array([[1.0, 0, 0], [1, 1, 0], [0, 0.5, 1.0]])
    truth = Truth(SvmMachine(np.eye(3), cross, 9.0), free_attacker([0, 1, 2], classes=3, budget=1))
    assert truth.predicted.tolist()[::2] == [0, 2]
    assert truth.tie.tolist() == [False, True, False]
    assert truth.radius.tolist() == [0, -1, 0]
    assert truth.broken[:, 1].all()


def test_integers_ranks_and_definiteness():
    whole, power = to_integers([[0.75, 2.0], [-1.5, 0.0]])
    assert (whole, power) == ([[3, 8], [-6, 0]], 2)
    assert inverse([[2, 1], [1, 1]]) == (1, [[1, -1], [-1, 2]])
    assert inverse([[1, 1], [1, 1]]) is None
    assert is_psd([[1, 1], [1, 1]])
    assert is_psd([[0, 0], [0, 3]])
    assert not is_psd([[0, 1], [1, 5]])
    assert not is_psd([[1, 2], [2, 3]])
    assert in_span([[1, 1], [1, 1]], [[2, 2], [1, 0], [0, 0]]) == [True, False, True]
