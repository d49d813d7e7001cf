"""Levels of cost: every total that allowed sets reach, each counted, whatever the budget's size."""

import time
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelcert import InputError
from labelcert.engines import ladder as ladder_room
from labelcert.engines.attacker import FlipSpace
from labelcert.engines.ladder import UNCOUNTABLE, Ladder, count_by_level, ladder_of
from labelcert.engines.sorting.knapsack import at_budget, best_sets
from labelcert.engines.work.clock import Clock

attackers = st.integers(0, 2**31)


def attacker(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 8))
    cost = rng.choice([1, 2, 3, 50, 10**6], n)
    group = rng.integers(0, 3, n)
    purses = rng.choice([0, 1, 4, 60, 2**40], 3)
    choices = rng.integers(0, 3, n)
    return n, cost, group, purses, choices, int(rng.choice([0, 1, 5, 60, 10**6, 10**9]))


def every_change(n, cost, group, purses, choices, budget):
    """What each allowed relabeling costs, one entry a relabeling."""
    for made in product(*(range(int(ways) + 1) for ways in choices)):
        changed = np.array(made) > 0
        spent = np.array([cost[changed & (group == g)].sum() for g in range(len(purses))])
        if (spent <= purses).all() and spent.sum() <= budget:
            yield int(spent.sum())


@given(attackers)
def test_levels_and_counts_against_all_changes(seed):
    n, cost, group, purses, choices, budget = attacker(seed)
    costs = list(every_change(n, cost, group, purses, choices, budget))
    ladder = ladder_of(cost, group, purses, choices > 0, budget)
    assert ladder.levels.tolist() == sorted(set(costs))
    counts = count_by_level(cost, group, purses, choices, ladder)
    assert counts == [costs.count(level) for level in ladder.levels.tolist()]


@given(attackers, st.integers(0, 200))
def test_rows_of_budgets(seed, budget):
    _, cost, group, purses, choices, most = attacker(seed)
    ladder = ladder_of(cost, group, purses, choices > 0, most)
    budget = min(budget, most)
    row = ladder.row(budget)
    assert ladder.levels[row] <= budget <= ladder.last_of(row)
    assert ladder.at_most(budget) == ladder.levels[row] == ladder.up_to(budget)[-1]
    limit = int(np.random.default_rng(seed).integers(-1, 60))
    fitting = [level for level in ladder.up_to(budget) if level <= limit]
    assert ladder.largest(lambda level: level <= limit, budget) == max(fitting, default=-1)


@given(attackers)
def test_tables_of_all_numbers_say_the_same(seed):
    _, cost, group, purses, choices, budget = attacker(seed)
    cost = np.where(cost > 100, 97, cost)
    with pytest.MonkeyPatch.context() as patch:
        found = []
        for few in (0, 10**9):  # tables wherever they fit, and nowhere
            patch.setattr(ladder_room, "FEW", few)
            patch.setattr(ladder_room, "FEW_STEPS", few)
            ladder = ladder_of(cost, group, purses, choices > 0, budget)
            counts = count_by_level(cost, group, purses, choices, ladder)
            found.append((ladder.levels.tolist(), counts))
    assert found[0] == found[1]


def test_hundreds_of_prices_in_cents_take_no_time():
    """300 of them took 13 seconds, which no time limit saw."""
    rng = np.random.default_rng(0)
    cost, group = rng.integers(100, 10_000, 1000), np.zeros(1000, dtype=np.int64)
    purse, all_of_them = np.array([2**62]), np.ones(1000, dtype=np.int64)
    begin = time.monotonic()
    ladder = ladder_of(cost, group, purse, all_of_them > 0, 100_000)
    counts = count_by_level(cost, group, purse, all_of_them, ladder)
    assert time.monotonic() - begin < 3.0
    assert ladder.rows > 90_000
    assert counts[0] == 1
    assert max(counts) == UNCOUNTABLE


def test_what_would_take_long_to_count_can_never_be_accounted_for(monkeypatch):
    monkeypatch.setattr(ladder_room, "MOST_STEPS", 10)
    space = FlipSpace.unrestricted(9)
    assert space.count_by_level(space.ladder(3)) == [UNCOUNTABLE] * 4


def test_work_follows_the_levels_not_the_budget():
    cents = np.array([100000, 99999, 100003, 5, 7, 100001])
    ladder = ladder_of(cents, np.zeros(6, int), np.array([2**62]), np.ones(6, bool), 10**9)
    assert ladder.rows <= 2**6
    assert ladder.last_of(ladder.rows - 1) == 10**9


def test_too_many_levels_are_refused_with_the_remedy():
    rng = np.random.default_rng(0)
    costs = rng.integers(10**6, 10**7, 40)
    with pytest.raises(InputError, match="coarser units"):
        ladder_of(costs, np.zeros(40, int), np.array([2**62]), np.ones(40, bool), 10**9)


@given(attackers)
def test_knapsack_against_all_sets(seed):
    n, cost, group, purses, choices, budget = attacker(seed)
    rng = np.random.default_rng(seed + 1)
    gain = rng.integers(-3, 6, n).tolist()
    space = FlipSpace(choices > 0, cost.astype(np.int64), group, purses.astype(np.int64))
    front = best_sets(gain, space, budget, Clock())
    assert [best.cost for best in front] == sorted({best.cost for best in front})
    for limit in {0, budget // 2, budget}:
        best = at_budget(front, limit)
        assert space.contains(np.array(best.points, dtype=np.int64), limit)
        assert best.gain == sum(gain[i] for i in best.points)
        most = 0
        for made in product((False, True), repeat=n):
            chosen = np.flatnonzero(made)
            if space.contains(chosen, limit):
                most = max(most, sum(gain[i] for i in chosen))
        assert best.gain == most


def test_every_budget_is_a_level_where_labels_cost_one():
    assert Ladder.every(4).levels.tolist() == [0, 1, 2, 3, 4]
    assert FlipSpace.unrestricted(3).ladder(7).levels.tolist() == [0, 1, 2, 3]


def test_a_front_that_is_cut_by_the_clock_is_none_at_all():
    space = FlipSpace(np.ones(5, bool), np.arange(1, 6), np.zeros(5, int), np.array([2**62]))
    assert best_sets([1, 2, 3, 4, 5], space, 9, Clock(0.0)) is None
