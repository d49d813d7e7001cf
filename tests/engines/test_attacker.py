"""What an attacker may do: counted, contained and written down in one place."""

from itertools import combinations

import numpy as np
import pytest

from labelcert.engines.attacker import FlipSpace, RelabelSpace
from oracles.relabelings import KINDS, every_labeling, random_space


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("classes", [2, 3, 4])
@pytest.mark.parametrize("seed", range(5))
def test_contains_is_what_can_be_paid_for(seed, classes, kind):
    rng = np.random.default_rng(seed)
    space = random_space(rng, 4, classes, kind)
    budget = int(rng.integers(0, space.cost.sum() + 1))
    allowed = {row.tobytes() for row in every_labeling(space, budget)[0]}
    for number in range(classes**4):
        labels = number // classes ** np.arange(4) % classes
        changes = space.changes_to(labels)
        assert space.contains(changes, budget) == (labels.tobytes() in allowed)
        assert space.apply(changes).tolist() == labels.tolist()
        if labels.tobytes() in allowed:
            assert space.changes_of(space.mask_of(changes)).tolist() == changes.tolist()


@pytest.mark.parametrize("n", [1, 63, 64, 65, 200])
@pytest.mark.parametrize("classes", [2, 3])
def test_masks_hold_any_relabeling(n, classes):
    rng = np.random.default_rng(n)
    space = RelabelSpace.unrestricted(rng.integers(0, classes, n), classes)
    for _ in range(5):
        changes = space.changes_to(rng.integers(0, classes, n))
        mask = space.mask_of(changes)
        assert mask.shape == (space.words,)
        assert space.changes_of(mask).tolist() == changes.tolist()


@pytest.mark.parametrize("seed", range(20))
def test_most_flips_is_what_the_cheapest_points_cost(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 7))
    space = FlipSpace(
        rng.random(n) < 0.7, rng.integers(0, 4, n), np.zeros(n, int), np.full(1, 2**40)
    )
    for budget in range(8):
        sizes = [
            size
            for size in range(n + 1)
            for flips in combinations(range(n), size)
            if space.contains(np.array(flips, dtype=int), budget)
        ]
        assert space.most_flips(budget) == max(sizes)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("free", [0, 1, 2, 5])
def test_whole_groups_may_be_free(seed, free):
    """Up to k groups cost nothing, whichever the attacker picks: a choice, not a budget."""
    rng = np.random.default_rng(seed)
    n, classes = 6, 3
    group = rng.integers(0, 3, n)
    purses = rng.integers(0, 3, 3)
    space = RelabelSpace(
        rng.integers(0, classes, n), np.ones((n, classes), bool), rng.integers(1, 3, n), group,
        purses, free_groups=free,
    )  # fmt: skip
    for _ in range(60):
        labels = np.where(rng.random(n) < 0.5, rng.integers(0, classes, n), space.labels)
        changed, budget = labels != space.labels, int(rng.integers(0, 6))

        def paid(bad, changed=changed, budget=budget):
            left = changed & ~np.isin(group, bad)
            spent = [int(space.cost[left & (group == g)].sum()) for g in range(3)]
            return sum(spent) <= budget and all(
                s <= purses[g] for g, s in enumerate(spent) if g not in bad
            )

        possible = any(
            paid(bad) for k in range(min(free, 3) + 1) for bad in combinations(range(3), k)
        )
        assert space.contains(space.changes_to(labels), budget) == possible
