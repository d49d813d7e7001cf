"""Proven functionals hold for every flip set, whatever multipliers they are made from."""

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from labelcert.engines.attacker import FlipSpace
from labelcert.engines.bounds.conic import ConicRelaxation
from labelcert.engines.bounds.functional import best_over, corners_of, lower_bound, row_sizes
from labelcert.engines.bounds.hull import Hull
from labelcert.engines.bounds.tightening import tighten
from labelcert.engines.branching.set_loop import list_sets
from labelcert.engines.work.clock import Clock
from labelcert.learners.gram import check_gram
from oracles.brute_force import trained_by_flips
from oracles.problems import cases, make_problem


def setting(case):
    """A scaled problem, its flip sets, and the true (β, f) of each."""
    kind, n, log_c, budget, seed = case
    p = make_problem(kind, n, 2, log_c, budget, seed)
    gram = check_gram(p.gram).matrix
    size = float(np.abs(gram).max()) or 1.0
    gram, cross, C = gram / size, np.asarray(p.cross, float) / size, p.C * size
    y = p.y.astype(float)
    truth = list(trained_by_flips(gram, y, C, min(budget, n)))
    return gram, cross, y, C, min(budget, n), truth


@settings(max_examples=80)
@given(cases, st.integers(0, 2**31))
def test_any_multipliers_give_a_valid_bound(case, seed):
    gram, cross, y, C, budget, truth = setting(case)
    n = len(y)
    rng = np.random.default_rng(seed)
    hull = Hull.widest(gram, y, C, np.ones(n, bool), budget)
    corners = corners_of(hull)
    for scale in (0.0, 1e-3, 1.0, 1e3):
        mu, gamma = scale * rng.standard_normal(n), C * rng.standard_normal(n)
        weight = abs(scale * rng.standard_normal())
        functional, _ = lower_bound(gram, row_sizes(gram), cross[0], corners, mu, gamma, weight)
        tolerance = 1e-6 * (1 + C * np.abs(cross[0]).sum() + np.abs(mu).sum() + weight * C)
        for flips, beta, _ in truth:
            value = functional.base + functional.step[flips].sum()
            assert value <= cross[0] @ beta + tolerance
        least = best_over(functional, budget, np.ones(n), np.zeros(0, int), np.zeros(n, bool))
        sums = [functional.base + functional.step[f].sum() for f, _, _ in truth]
        assert least <= min(sums) + 1e-9 * (1 + abs(least))


@settings(max_examples=40)
@given(cases)
def test_the_widest_hull_holds_every_solution(case):
    gram, _, y, C, budget, truth = setting(case)
    hull = Hull.widest(gram, y, C, np.ones(len(y), bool), budget)
    for flips, _, f in truth:
        state = np.isin(np.arange(len(y)), flips).astype(int)
        assert (f >= hull.low[np.arange(len(y)), state] - 1e-6).all()
        assert (f <= hull.high[np.arange(len(y)), state] + 1e-6).all()


@settings(max_examples=12)
@given(cases)
def test_tightened_hulls_still_hold_every_solution_and_bounds_are_below_the_truth(case):
    gram, cross, y, C, budget, truth = setting(case)
    n = len(y)
    space = FlipSpace.unrestricted(n)
    hull = Hull.widest(gram, y, C, np.ones(n, bool), budget)
    narrow = tighten(gram, hull, space, budget, Clock(), rounds=2)
    assert (narrow.low >= hull.low).all()
    assert (narrow.high <= hull.high).all()
    tolerance = 1e-6 * (1 + C)
    for flips, _, f in truth:
        state = np.isin(np.arange(n), flips).astype(int)
        assert (f >= narrow.low[np.arange(n), state] - tolerance).all()
        assert (f <= narrow.high[np.arange(n), state] + tolerance).all()
    side = np.repeat(np.array([[[0], [1]]]), n, axis=0)
    cost = np.stack([np.zeros(n), np.ones(n)], axis=1)
    relaxation = ConicRelaxation(gram, [narrow], side, cost, budget)
    (functional,) = relaxation.functionals(cross[:1], np.ones((n, 2), bool), 1e-3)
    bound = best_over(functional, budget, np.ones(n), np.zeros(0, int), np.zeros(n, bool))
    assert bound <= min(cross[0] @ beta for _, beta, _ in truth) + tolerance
    for flips, beta, _ in truth:
        assert functional.base + functional.step[flips].sum() <= cross[0] @ beta + tolerance


@given(
    st.floats(-2, 2), st.lists(st.floats(-1, 1), min_size=1, max_size=7), st.integers(0, 7),
)  # fmt: skip
def test_counting_open_flip_sets(base, steps, flips):
    step = np.array(steps)
    flips = min(flips, len(steps))
    order = np.argsort(step, kind="stable").astype(np.int64)
    sizes = np.zeros(200, dtype=np.int64)
    sets = np.zeros((200, max(flips, 1)), dtype=np.int64)
    listed = list_sets(
        base, step[order], np.ones(len(order), dtype=np.int64), np.zeros(flips + 1), flips, flips,
        1e-12, sets, sizes,
    )  # fmt: skip
    found = {frozenset(order[row[:size]].tolist()) for row, size in zip(sets, sizes, strict=True)}
    for k in range(flips + 1):
        for f in combinations(range(len(steps)), k):
            value = base + sum(np.sort(step[list(f)]))
            assert frozenset(f) in found or value > 0.0
            assert frozenset(f) not in found or value <= 1e-9 or not f
    assert (
        len({tuple(row[:size]) for row, size in zip(sets[:listed], sizes, strict=False)}) == listed
    )
