"""The conic relaxation: hulls hold every solution, functionals hold for any multipliers."""

from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from labelcert._jit import compiled
from labelcert.engines.attacker import FlipSpace
from labelcert.engines.bounds import dense
from labelcert.engines.bounds.conic import ConicRelaxation
from labelcert.engines.bounds.functional import (
    Functional,
    best_over,
    corners_of,
    lower_bound,
    row_sizes,
)
from labelcert.engines.bounds.hull import Hull
from labelcert.engines.bounds.state_functional import (
    StateFunctional,
    best_states,
    most_feared,
    sum_of_parts,
    surviving_states,
)
from labelcert.engines.bounds.states import States
from labelcert.engines.bounds.tightening import tighten
from labelcert.engines.branching.moves import Moves
from labelcert.engines.machines.machine import Machine
from labelcert.engines.machines.machines import Machines
from labelcert.engines.work.clock import Clock
from labelcert.learners.gram import check_gram
from oracles.brute_force import solve_dual, trained_by_flips
from oracles.problems import cases, make_problem
from oracles.relabelings import every_labeling, random_space


def setting(case):
    """A scaled binary problem, and the true (β, f) of each of its flip sets."""
    kind, n, log_c, budget, seed = case
    p = make_problem(kind, n, 2, log_c, budget, seed)
    gram = check_gram(p.gram)
    budget = min(budget, n)
    problem = Machine(
        gram, np.asarray(p.cross, float), p.y.astype(float), p.C, FlipSpace.unrestricted(n), budget
    )
    matrix, C = gram.matrix / problem.scale, p.C * problem.scale
    return problem, matrix, C, list(trained_by_flips(matrix, problem.y, C, budget))


def widest(problem, matrix, C):
    return Hull.widest(matrix, problem.y, C, np.ones(problem.n, bool), problem.max_budget)


def holds(hull, truth, tolerance):
    for flips, _, f in truth:
        state = np.isin(np.arange(len(f)), flips).astype(int)
        rows = np.arange(len(f))
        if (f < hull.low[rows, state] - tolerance).any():
            return False
        if (f > hull.high[rows, state] + tolerance).any():
            return False
    return True


@settings(max_examples=25)
@given(cases)
def test_narrow_hulls_hold_every_solution(case):
    problem, matrix, C, truth = setting(case)
    hull = widest(problem, matrix, C)
    tight = tighten(matrix, hull, problem.space, problem.max_budget, Clock(), rounds=3)
    assert holds(tight, truth, 1e-6 * (1 + C))
    assert (tight.low >= hull.low).all()
    assert (tight.high <= hull.high).all()


def one_svm(matrix, hull, n, budget):
    side = np.zeros((n, 2, 1), dtype=np.int64)
    side[:, 1] = 1
    cost = np.stack([np.zeros(n), np.ones(n)], axis=1)
    return ConicRelaxation(matrix, [hull], side, cost, budget)


@settings(max_examples=25)
@given(cases)
def test_more_precise_programs_give_no_worse_bounds_and_all_lie_below_the_truth(case):
    problem, matrix, C, truth = setting(case)
    assume(problem.max_budget > 0)  # without one there is no interior to go through
    n = problem.n
    q = problem.cross[0] / problem.scale
    relaxation = one_svm(matrix, widest(problem, matrix, C), n, problem.max_budget)
    size = 1e-6 + C * float(np.abs(q).sum())
    least = min(q @ beta for _, beta, _ in truth)
    values = []
    for precision in (1e-1, 1e-2, 1e-4):
        (found,) = relaxation.functionals(q[None], np.ones((n, 2), bool), precision * size)
        nobody = np.zeros(n, bool)
        values.append(best_over(found, problem.max_budget, np.ones(n), np.zeros(0, int), nobody))
        assert values[-1] <= least + 1e-6 * size
    assert values[-1] >= max(values) - 1e-3 * size
    # The box alone bounds it too: the program is no worse.
    assert values[-1] >= -C * float(np.abs(q).sum()) - 1e-3 * size


def test_with_all_labels_fixed_it_is_exact():
    rng = np.random.default_rng(0)
    points = rng.standard_normal((8, 5))
    gram = points @ points.T / 10
    y = rng.choice([-1.0, 1.0], 8)
    states = np.array([1, -1, 1, 1, -1, 1, 1, -1])
    relaxation = one_svm(gram, Hull.widest(gram, y, 2.0, np.ones(8, bool), 8), 8, 8)
    q = rng.standard_normal(8)
    allowed = np.stack([states > 0, states < 0], axis=1)
    (found,) = relaxation.functionals(q[None], allowed, 1e-7)
    fixed = np.ones(8, bool)
    value = best_over(found, 8, np.ones(8), np.flatnonzero(states < 0), fixed)
    assert value == pytest.approx(q @ solve_dual(gram, y * states, 2.0), abs=1e-4)


def lead_setting(seed, classes):
    """Machines of a random space, a test point, and every labeling; the lead is of 0 over 1."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 6))
    space = random_space(
        rng, n, classes, ("plain", "directions", "costs", "groups", "everything")[seed % 5]
    )
    points = rng.standard_normal((n, 3))
    gram, q, C = points @ points.T / 3, rng.standard_normal(n), float(10.0 ** rng.uniform(-1, 1))
    budget = int(rng.integers(0, space.cost.sum() + 1))
    labels, _ = every_labeling(space, budget)
    machines = Machines(check_gram(gram), q[None], C, space, budget)
    return machines, gram, q, C, budget, labels


@settings(max_examples=40)
@given(st.integers(0, 2**31), st.sampled_from([2, 3]))
def test_functionals_of_leads_hold_for_any_multipliers(seed, classes):
    machines, gram, q, C, budget, labels = lead_setting(seed, classes)
    space, n = machines.space, machines.n
    rng = np.random.default_rng(seed)
    states = States.of(machines, 0, 1)
    parts = []
    for part in states.parts:
        machine = machines.each[part.machine]
        may = np.isin(np.arange(n), machine.space.candidates)
        hull = Hull.widest(gram, machine.y, C, may, n)
        parts.append(
            lower_bound(
                gram, row_sizes(gram), part.sign * q, corners_of(hull), rng.standard_normal(n),
                C * rng.standard_normal(n), abs(rng.standard_normal()),
            )[0]
        )  # fmt: skip
    functional = sum_of_parts(parts, states)
    least = best_states(functional, states, states.reachable(budget), budget)
    tolerance = 1e-6 * (1 + C * np.abs(q).sum())
    chosen = most_feared(functional, states, states.reachable(budget), budget)
    feared = states.changes(chosen)
    assert space.contains(feared, budget)
    for row in labels:
        state = np.where(row == 0, 0, np.where(row == 1, 1, 2))
        lead = sum(
            part.sign * (q @ solve_dual(gram, machines.labels_of(part.machine, row), C))
            for part in states.parts
        )
        value = functional.base + functional.step[np.arange(n), state].sum()
        assert least <= value + tolerance
        assert value <= lead + tolerance
    # The changes lead into the states that were chosen.
    row = space.apply(feared)
    assert (np.where(row == 0, 0, np.where(row == 1, 1, 2)) == chosen).all()


def random_functional(rng, states):
    """A functional with arbitrary terms, exact in floating point."""
    n = len(states.home)
    parts = [
        Functional(float(rng.integers(0, 9)), rng.integers(-8, 5, n) / 4.0) for _ in states.parts
    ]
    return sum_of_parts(parts, states)


def all_choices(functional, states, allowed, budget):
    """(values, choices (n,)) of all states that the attacker can reach."""
    space = states.space
    for choice in product(*(np.flatnonzero(row) for row in allowed)):
        chosen = np.array(choice)
        if space.points.contains(np.flatnonzero(chosen != states.home), budget):
            yield (
                float(functional.base + functional.step[np.arange(len(chosen)), chosen].sum()),
                chosen,
            )


@settings(max_examples=60)
@given(st.integers(0, 2**31), st.sampled_from([2, 3]), st.sampled_from([-1.0, 0.0, 0.75]))
def test_best_and_surviving_states_and_open_sets(seed, classes, limit):
    machines, _, _, _, budget, _ = lead_setting(seed, classes)
    rng = np.random.default_rng(seed)
    space = machines.space
    if seed % 3 == 0:  # some cost nothing
        cost = np.where(rng.random(space.n) < 0.5, 0, space.cost)
        space = replace(space, cost=cost)
        machines = replace(machines, space=space)
    states = States.of(machines, 0, 1)
    functional = random_functional(rng, states)
    allowed = states.allowed & (rng.random(states.allowed.shape) < 0.8)
    empty = ~allowed.any(axis=1)
    allowed[empty] = states.allowed[empty]
    choices = list(all_choices(functional, states, allowed, budget))
    best = best_states(functional, states, allowed, budget)
    assert best <= min((value for value, _ in choices), default=np.inf)
    if space.points.is_unrestricted and choices:
        assert best == pytest.approx(min(value for value, _ in choices))
    left = surviving_states(functional, states, allowed, budget, limit)
    for c in range(len(states.parts)):
        moves = Moves.of(functional, states, allowed, budget, c)
        places, sizes = moves.open_sets(4000, limit)
        listed = {
            frozenset(moves.fixed.tolist() + moves.point[row[:size]].tolist())
            for row, size in zip(places, sizes, strict=True)
        }
        assert len(listed) == len(sizes)
        for value, chosen in choices:
            if value <= limit:
                assert left[np.arange(len(chosen)), chosen].all()
                flips = np.flatnonzero(states.side[np.arange(len(chosen)), chosen, c] == 1)
                assert frozenset(flips.tolist()) in listed


def test_too_many_open_sets_are_not_listed():
    space = random_space(np.random.default_rng(0), 6, 3, "plain")
    machines = Machines(check_gram(np.eye(6)), np.ones((1, 6)), 1.0, space, 3)
    states = States.of(machines, 0, 1)
    nothing = Functional(-np.inf, np.zeros(6))
    functional = sum_of_parts([nothing, nothing], states)
    assert isinstance(functional, StateFunctional)
    assert best_states(functional, states, states.allowed, 3) == -np.inf
    moves = Moves.of(functional, states, states.allowed, 3, 0)
    assert moves.open_sets(10) is None
    assert len(moves.open_sets(4000)[1]) == sum(
        1 for k in range(4) for _ in combinations(range(6), k)
    )


@compiled
def factored(matrix, right):
    dense.factor(matrix)
    dense.solve(matrix, right)


@compiled
def multiplied(matrix, x, out):
    dense.times(matrix, x, out)


@pytest.mark.parametrize("n", range(1, 14))
def test_dense_systems(n):
    rng = np.random.default_rng(n)
    root = rng.standard_normal((n, n))
    matrix, right = root @ root.T + np.eye(n), rng.standard_normal(n)
    product_ = np.zeros(n)
    multiplied(matrix, right, product_)
    assert product_ == pytest.approx(matrix @ right)
    x = right.copy()
    factored(matrix.copy(), x)
    assert x == pytest.approx(np.linalg.solve(matrix, right))


def test_a_singular_system_leaves_its_unknown_at_zero():
    x = np.array([2.0, 0.0])
    factored(np.array([[2.0, 0.0], [0.0, 0.0]]), x)
    assert x == pytest.approx([1.0, 0.0])


def test_multipliers_stay_what_they_are_when_the_next_program_is_solved():
    """They are kept as proofs, and programs write into one and the same space."""
    rng = np.random.default_rng(0)
    n, C, budget = 8, 1.0, 2
    points = rng.standard_normal((n, 3))
    gram, y = points @ points.T + np.eye(n), np.where(rng.random(n) < 0.5, 1.0, -1.0)
    hull = Hull.widest(gram, y, C, np.ones(n, bool), budget)
    side = np.repeat(np.array([[[0], [1]]]), n, axis=0)
    solver = ConicRelaxation(gram, [hull], side, np.tile([0.0, 1.0], (n, 1)), budget)
    allowed = np.ones((n, 2), bool)
    first = solver.functionals(rng.standard_normal((1, n)), allowed, 1e-6)[0]
    kept = solver.multipliers[0]
    solver.functionals(10 * rng.standard_normal((1, n)), allowed, 1e-6)
    again, _ = kept.over(corners_of(hull))
    assert again.base == first.base
    assert (again.step == first.step).all()
