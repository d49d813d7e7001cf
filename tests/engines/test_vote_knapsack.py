"""The knapsack of votes is exact, and asks for at least the gain."""

import numpy as np
import pytest

from labelcert.engines.partition.knapsack_of_parts import NEVER, cheapest
from labelcert.engines.partition.votes import FOREVER, least_costs, radii, vote_counts, winners
from oracles.vote_knapsack import by_every_choice, by_programming


def random_prices(rng, k, largest):
    one, two = [], []
    for _ in range(k):
        kind = rng.integers(6)
        a = int(rng.integers(1, largest + 1))
        one.append(None if kind in (0, 1) else a)
        two.append(None if kind in (0, 2) else a + int(rng.integers(0, largest + 1)))
    return one, two


def solved(one, two, need):
    pick = np.zeros(len(one), dtype=np.int8)
    prices = [np.array([NEVER if v is None else v for v in row]) for row in (one, two)]
    cost = cheapest(*prices, need, pick)
    return (None if cost >= NEVER else int(cost)), pick


@pytest.mark.parametrize("seed", range(400))
def test_small_knapsacks_equal_every_choice(seed):
    rng = np.random.default_rng(seed)
    one, two = random_prices(rng, int(rng.integers(0, 7)), int(rng.choice([1, 2, 3, 9])))
    need = int(rng.integers(1, 2 * len(one) + 2))
    cost, pick = solved(one, two, need)
    assert cost == by_every_choice(one, two, need)
    if cost is None:
        return
    prices = [(0, one[j], two[j])[g] for j, g in enumerate(pick.tolist())]
    assert None not in prices
    assert sum(prices) == cost
    assert pick.sum() >= need


@pytest.mark.parametrize("seed", range(60))
def test_larger_knapsacks_equal_dynamic_programming(seed):
    rng = np.random.default_rng(1000 + seed)
    one, two = random_prices(rng, int(rng.integers(20, 60)), int(rng.choice([2, 5, 30])))
    for need in (1, 7, 20, 41, 60):
        assert solved(one, two, need)[0] == by_programming(one, two, need)


def test_a_program_that_asks_for_exactly_the_gain_is_caught():
    # Where no third class is near, a vote is worth 2 or nothing: a need of 3 takes two of them.
    one, two = [None, None, 9], [5, 4, None]
    assert by_every_choice(one, two, 3, exactly=True) == 13  # 4 + 9
    assert solved(one, two, 3)[0] == by_every_choice(one, two, 3) == 9  # 5 + 4


def test_the_fault_of_the_exact_gain_is_found_by_the_random_problems_above():
    found = 0
    for seed in range(400):
        rng = np.random.default_rng(seed)
        one, two = random_prices(rng, int(rng.integers(0, 7)), int(rng.choice([1, 2, 3, 9])))
        need = int(rng.integers(1, 2 * len(one) + 2))
        truth = by_every_choice(one, two, need)
        fault = by_every_choice(one, two, need, exactly=True)
        assert fault is None or fault >= truth  # always too high
        found += fault != truth
    assert found >= 3


def least_of(cost, winner):
    least = np.empty((len(cost), cost.shape[2]), dtype=np.int64)
    least_costs(cost, winner, least)
    return least


@pytest.mark.parametrize("seed", range(30))
def test_unit_prices_give_the_published_formula_by_brute_force(seed):
    """SS-DPA: min over c of ⌊(n₁ − n₂ − [c < c*]) / 2⌋, and no fewer changed votes change it."""
    rng = np.random.default_rng(seed)
    k, classes = int(rng.integers(1, 7)), int(rng.integers(2, 4))
    votes = rng.integers(classes, size=(1, k))
    counts = vote_counts(votes, classes)
    winner = winners(counts)
    w = int(winner[0])
    published = min(
        (int(counts[0, w] - counts[0, c]) - (c < w)) // 2 for c in range(classes) if c != w
    )
    cost = np.ones((1, k, classes), dtype=np.int32)
    cost[0, np.arange(k), votes[0]] = 0
    assert radii(least_of(cost, winner), 100)[0] == published
    fewest = min(
        int((np.array(other) != votes[0]).sum())
        for other in np.ndindex(*(classes,) * k)
        if np.bincount(other, minlength=classes).argmax() != w
    )
    assert published == fewest - 1


@pytest.mark.parametrize("seed", range(200))
def test_no_changed_votes_below_the_least_cost_change_the_winner(seed):
    """Prices of single votes, free ones among them: against every combination of votes."""
    rng = np.random.default_rng(seed)
    k, classes = int(rng.integers(1, 6)), int(rng.integers(2, 4))
    cost = rng.integers(0, 6, size=(1, k, classes)).astype(np.int32)
    cost[rng.random(cost.shape) < 0.1] = FOREVER
    if seed % 2:
        cost[cost == 0] = 1
    votes = rng.integers(classes, size=k)
    cost[0, np.arange(k), votes] = 0
    winner = winners(vote_counts(votes[None, :], classes))
    lost = [
        sum(int(cost[0, j, c]) for j, c in enumerate(other))
        for other in np.ndindex(*(classes,) * k)
        if np.bincount(other, minlength=classes).argmax() != winner[0]
    ]
    fewest = min((total for total in lost if total < FOREVER), default=99)
    radius = radii(least_of(cost, winner), 98)[0]
    assert radius <= fewest - 1
    if classes == 2:
        assert radius == fewest - 1  # with two classes what is necessary is sufficient
