"""Radii of pairs hold against every relabeling, in exact arithmetic."""

from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from labelcert.engines.attacker import UNLIMITED, RelabelSpace
from labelcert.engines.machines.linear_model import lead_unit, side_of
from labelcert.engines.sorting import pair_loop
from labelcert.engines.sorting.pair_radii import pair_radii
from labelcert.engines.work.clock import Clock


def random_space(rng, n, classes, dearest=1):
    """Trusted labels, directions of classes, and purses of groups, each in some of the cases."""
    labels = rng.integers(0, classes, n)
    allowed = np.ones((n, classes), bool)
    if rng.random() < 0.5:
        allowed = (rng.random((classes, classes)) < 0.6)[labels]
    if rng.random() < 0.5:
        allowed[rng.random(n) < 0.3] = False
    allowed[np.arange(n), labels] = True
    groups = int(rng.integers(1, 4))
    group = rng.integers(0, groups, n)
    purses = rng.integers(0, n, groups) if rng.random() < 0.5 else np.full(groups, UNLIMITED)
    return RelabelSpace(labels, allowed, rng.integers(1, dearest + 1, n), group, purses)


def smallest_leads(weights, space, a, b):
    """The smallest lead of a over b for each number of changes, by trying all relabelings."""
    choices = [np.flatnonzero(row).tolist() for row in space.allowed]
    least = [None] * (int(space.cost.sum()) + 1)
    exact = [Fraction(float(w)) for w in weights]
    for new in product(*choices):
        labels = np.array(new)
        changed = np.flatnonzero(labels != space.labels)
        groups = len(space.group_budget)
        spent = np.bincount(space.group[changed], space.cost[changed], minlength=groups)
        if (spent > space.group_budget).any():
            continue
        lead = sum(
            (w * int(s) for w, s in zip(exact, side_of(labels, a, b), strict=True)), Fraction(0)
        )
        at = int(space.cost[changed].sum())
        if least[at] is None or lead < least[at]:
            least[at] = lead
    found, so_far = [], None
    for value in least:
        so_far = value if so_far is None or (value is not None and value < so_far) else so_far
        found.append(so_far)
    return found


def true_radius(weights, space, a, b, budget):
    least = smallest_leads(weights, space, a, b)
    return sum(1 for r in range(budget + 1) if least[min(r, len(least) - 1)] > 0) - 1


def random_weights(rng, m, n):
    kind = int(rng.integers(4))
    if kind == 0:
        return rng.standard_normal((m, n))
    if kind == 1:  # ties everywhere, zeros
        return rng.integers(-2, 3, (m, n)).astype(float)
    if kind == 2:  # sizes far apart
        return rng.standard_normal((m, n)) * 10.0 ** rng.integers(-12, 3, (m, n))
    return np.repeat(rng.standard_normal((m, 1)), n, axis=1)  # all the same


@pytest.mark.parametrize("seed", range(120))
def test_radii_are_those_of_all_relabelings(seed):
    rng = np.random.default_rng(seed)
    classes = int(rng.integers(2, 5))
    n, m = int(rng.integers(1, 7 if classes < 4 else 6)), int(rng.integers(1, 4))
    space, weights = random_space(rng, n, classes), random_weights(rng, m, n)
    budget = int(rng.integers(0, n + 2))
    leader = rng.integers(0, classes, m) if seed % 2 else None
    found = pair_radii(weights, np.zeros(m), space, budget, leader=leader, jobs=2)
    for t in range(m):
        a = int(found.leader[t])
        if leader is not None:
            assert a == leader[t]
        for b in range(classes):
            if b == a:
                assert found.radius[t, b] == found.upper[t, b] == budget
                continue
            truth = true_radius(weights[t], space, a, b, budget)
            assert found.radius[t, b] <= truth <= found.upper[t, b]
            least = smallest_leads(weights[t], space, a, b)
            near = any(abs(v) <= 2 * found.bar[t] for v in least if v is not None)
            assert near or found.radius[t, b] == found.upper[t, b] == truth


@pytest.mark.parametrize("seed", range(120))
def test_radii_hold_where_changes_differ_in_price(seed):
    """Exact by tables; whole and fractional greed alone are never on the wrong side."""
    rng = np.random.default_rng(seed)
    classes = int(rng.integers(2, 4))
    n, m = int(rng.integers(1, 7)), int(rng.integers(1, 4))
    space, weights = random_space(rng, n, classes, dearest=4), random_weights(rng, m, n)
    budget = int(rng.integers(0, int(space.cost.sum()) + 2))
    leader = rng.integers(0, classes, m) if seed % 2 else None
    found = pair_radii(weights, np.zeros(m), space, budget, leader=leader, jobs=2)
    for t in range(m):
        a = int(found.leader[t])
        for b in set(range(classes)) - {a}:
            truth = true_radius(weights[t], space, a, b, budget)
            assert found.radius[t, b] <= truth <= found.upper[t, b]
            least = smallest_leads(weights[t], space, a, b)
            near = any(abs(v) <= 2 * found.bar[t] for v in least if v is not None)
            assert near or found.radius[t, b] == found.upper[t, b] == truth


@pytest.mark.parametrize("seed", range(10))
def test_prices_of_thousands_of_labels_leave_an_interval_that_holds(seed):
    """Where tables would be large: proven by fractions, broken by whole changes; both checked by a
    general solver of mixed-integer programs."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    rng = np.random.default_rng(seed)
    n = 3000
    space = random_space(rng, n, 2, dearest=1)
    space = replace(space, cost=rng.integers(50_000, 200_000, n))
    weights = rng.standard_normal((1, n))
    budget = int(space.cost.sum())
    found = pair_radii(weights, np.zeros(1), space, budget)
    a = int(found.leader[0])
    side, after = side_of(space.labels, a, 1 - a), side_of(np.arange(2), a, 1 - a)
    gain = np.where(space.alternatives, weights[0][:, None] * (side[:, None] - after), 0.0)
    gain, lead = gain.max(axis=1), float(weights[0] @ side)
    rows = [space.cost * (space.group == g) for g in range(len(space.group_budget))]
    limits = [min(int(p), budget) for p in space.group_budget]
    low, high = int(found.radius[0, 1 - a]), int(found.upper[0, 1 - a])
    assert low < high or high in (-1, budget)  # the interval is what is tested
    for spend, broken in ((low, False), (high + 1, True)):
        if not 0 <= spend <= budget:
            continue
        most = milp(
            -gain,
            constraints=LinearConstraint(np.array([space.cost, *rows]), -np.inf, [spend, *limits]),
            integrality=np.ones(n), bounds=Bounds(0, (gain > 0).astype(float)),
            options={"time_limit": 10},
        )  # fmt: skip
        reached = -most.fun if broken else -most.mip_dual_bound
        assert (reached >= lead) == broken


@pytest.mark.parametrize("seed", range(40))
def test_a_list_that_is_too_short_is_made_longer(seed):
    """Thousands of labels, of which a sample tells little: as by a sort of all of them."""
    rng = np.random.default_rng(seed)
    classes, n, m = int(rng.integers(2, 6)), int(rng.integers(3000, 9000)), 3
    space = random_space(rng, n, classes)
    weights = rng.standard_normal((m, n)) * np.exp(rng.uniform(0, 4) * rng.standard_normal((m, n)))
    if seed % 2:
        weights[:, rng.random(n) < 0.5] *= 1e-6  # a few labels far larger than all the others
    else:  # the sample sees the largest ones, of labels that mostly agree, and takes them for many
        weights[:, np.arange(n) % (n // pair_loop.SAMPLE) > 0] *= 1e-3
        weights = np.where(space.labels == 0, np.abs(weights), -np.abs(weights))
    found = pair_radii(weights, np.zeros(m), space, n)
    assert n > pair_loop.SAMPLE
    unit = lead_unit(classes)
    for t in range(m):
        a = int(found.leader[t])
        for b in set(range(classes)) - {a}:
            side, after = side_of(space.labels, a, b), side_of(np.arange(classes), a, b)
            gain = np.where(space.alternatives, weights[t][:, None] * (side[:, None] - after), 0.0)
            best = np.maximum(gain.max(axis=1), 0.0)
            kept, left = [], space.group_budget.copy()
            for i in np.argsort(-best, kind="stable").tolist():
                if best[i] > 0 and left[space.group[i]] > 0:
                    left[space.group[i]] -= 1
                    kept.append(best[i])
            fall = np.concatenate([[0.0], np.cumsum(kept)])
            lead = float(weights[t] @ side)
            surely = np.flatnonzero(unit * (lead - fall) > found.bar[t])
            expected = n if len(surely) == len(fall) else len(surely) - 1
            assert found.radius[t, b] == expected


@pytest.mark.parametrize("seed", range(60))
def test_radii_hold_for_all_weights_within_the_error(seed):
    rng = np.random.default_rng(seed)
    classes, n, m = int(rng.integers(2, 4)), int(rng.integers(1, 6)), 3
    space, weights = random_space(rng, n, classes), random_weights(rng, m, n)
    error = 10.0 ** rng.uniform(-6, 0, m) * np.linalg.norm(weights, axis=1)
    found = pair_radii(weights, error, space, n)
    for _ in range(3):
        off = rng.standard_normal((m, n)) if rng.random() < 0.5 else rng.choice([-1.0, 1.0], (m, n))
        true = weights + 0.999 * error[:, None] * off / np.linalg.norm(off, axis=1)[:, None]
        for t in range(m):
            for b in set(range(classes)) - {int(found.leader[t])}:
                truth = true_radius(true[t], space, int(found.leader[t]), b, n)
                assert found.radius[t, b] <= truth <= found.upper[t, b]


def test_what_is_no_number_proves_nothing_and_breaks_nothing():
    space = RelabelSpace.unrestricted(np.array([0, 1, 2, 0]), 3)
    found = pair_radii(np.array([[1.0, -0.5, 0.5, 1.0]]), np.array([np.nan]), space, 2)
    rivals = [b for b in range(3) if b != found.leader[0]]
    assert found.radius[0, rivals].tolist() == [-1, -1]
    assert found.upper[0, rivals].tolist() == [2, 2]


def test_a_row_of_zeros_ties():
    space = RelabelSpace.unrestricted(np.array([0, 1, 2, 0]), 3)
    found = pair_radii(np.zeros((1, 4)), np.zeros(1), space, 2)
    assert found.upper[0].tolist() == [2, -1, -1]
    assert found.decisive.tolist() == [1]


@pytest.mark.parametrize("dearest", [1, 3])
def test_an_expired_clock_leaves_open_what_it_must(dearest):
    rng = np.random.default_rng(1)
    space, weights = random_space(rng, 20_000, 3, dearest), rng.standard_normal((1500, 20_000))
    found = pair_radii(weights, np.zeros(1500), space, 100, clock=Clock(0.0))
    whole = pair_radii(weights[-2:], np.zeros(2), space, 100)
    assert (found.leader[-2:] == whole.leader).all()
    assert (found.radius[-2:] <= whole.radius).all()
    assert (found.upper[-2:] >= whole.upper).all()
    rivals = [b for b in range(3) if b != found.leader[-1]]
    assert found.radius[-1, rivals].tolist() == [0, 0]
    assert found.upper[-1, rivals].tolist() == [100, 100]


def test_classes_that_no_label_has_are_rivals_too():
    """Weights of one class only: the lead over an absent class is what the class itself has."""
    space = RelabelSpace.unrestricted(np.zeros(5, int), 3)
    found = pair_radii(np.ones((1, 5)), np.zeros(1), space, 5)
    assert found.leader.tolist() == [0]
    assert found.radius[0].tolist() == [5, 2, 2]  # of 5 labels 3 outvote 2, and 2 do not outvote 3
