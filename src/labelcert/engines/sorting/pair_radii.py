"""Radii of pairs of classes where machines are linear in the labels.

What it decides: for every test point and rival, how many changes surely leave the lead of a class
over the rival positive, and how many surely do not. Cost: O(n) a test point, and a walk down the
largest gains a rival (`pair_loop`), in threads; a sort a rival and a knapsack where changes differ
in price (`price_loop`). No list of changes is kept. When to prefer it: many labels or test points,
where radii are wanted and changes on demand; `by_sort` keeps evidence and margins.
Source: ``math.md`` 11; [EC] arXiv 2604.11416 for two classes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.knowledge.lead import rounding, sides_bar
from labelcert.engines.machines.linear_model import lead_unit
from labelcert.engines.sorting.pair_loop import PairSpace, walk_points
from labelcert.engines.sorting.price_loop import walk_prices
from labelcert.engines.work.clock import Clock
from labelcert.engines.work.threads import run_in_threads


class PairRadii(NamedTuple):
    """What is known of the leads of one class a test point over each rival.

    leader (m,): those classes. sums (m, K): Σ s_i over the labels of each class, so that the lead
    of a over b is unit · (sums[a] − sums[b]), unit as in `lead_unit`; bar (m,): how far any lead of
    the test point can be from the truth, at any relabeling. radius (m, K): the largest budget, up
    to the one asked for, that surely leaves the lead over a rival positive, −1 if not even 0 does;
    upper (m, K) ≥ radius: one less than what changes cost that surely do not, the budget where none
    were found. Both are the budget in the column of the leader. Of test points that the
    clock did not leave time for only budget 0 is known.
    """

    leader: np.ndarray
    sums: np.ndarray
    bar: np.ndarray
    radius: np.ndarray
    upper: np.ndarray

    @property
    def decisive(self) -> np.ndarray:
        """(m,) the rival with the smallest upper end: the first that can be made to win."""
        upper = self.upper.copy()
        upper[np.arange(len(upper)), self.leader] = np.iinfo(np.int64).max
        return upper.argmin(axis=1)


def pair_radii(
    weights: np.ndarray,
    error: np.ndarray,
    space: RelabelSpace,
    budget: int,
    *,
    leader: np.ndarray | None = None,
    jobs: int = 1,
    clock: Clock | None = None,
) -> PairRadii:
    """Radii of every pair (leader, rival) of m test points.

    weights (m, n) float64, C-ordered: how much each label adds to a value, targets being ±1, one
    class against all others (one machine for two classes). error (m,): bounds ‖weights − truth‖₂ of
    each row, rounding included. space: the labels and what may become of them. budget ≥ 0: what all
    changes together may cost. leader (m,): classes whose leads are asked for, by default the
    ones with the largest values. jobs: threads.
    """
    m, n = weights.shape
    unit = lead_unit(space.classes)
    given = np.full(m, -1) if leader is None else np.asarray(leader)
    pairs = PairRadii(
        leader=given.astype(np.int64),
        sums=np.zeros((m, space.classes)),
        bar=np.full(m, np.inf),
        radius=np.full((m, space.classes), -1, dtype=np.int64),
        upper=np.full((m, space.classes), budget, dtype=np.int64),
    )
    if m == 0:
        return pairs
    off = unit * sides_bar(error, n)
    clock = clock or Clock()
    stop = np.zeros(1, dtype=np.uint8)
    shares = np.linspace(0, m, max(1, min(jobs, m)) + 1).astype(np.int64)
    ends = iter([shares[k : k + 2] for k in range(len(shares) - 1)])
    read = pair_space(space, budget)
    # n additions of weights, as many of gains of up to twice their size, and a subtraction.
    share = float(rounding(2 * (n + 8), 1.0))

    price = space.cost.astype(np.int64)

    def work() -> None:
        rest = (
            weights, off, share, next(ends), pairs.leader, pairs.sums, pairs.bar, pairs.radius,
            pairs.upper, stop,
        )  # fmt: skip
        if space.points.unit_cost:
            walk_points(read, *rest)
        else:
            walk_prices(read, price, *rest)

    run_in_threads(work, clock, len(shares) - 1, stop)
    return pairs


def pair_space(space: RelabelSpace, budget: int) -> PairSpace:
    """What an attacker may do, as the compiled loops read it."""
    alternatives = space.alternatives
    first, pattern = space.patterns
    points = space.points
    return PairSpace(
        pattern=pattern.astype(np.int32),
        label=space.labels[first],
        alternatives=alternatives[first].astype(np.uint8),
        number=alternatives[first].sum(axis=1).astype(np.int64),
        group=space.group.astype(np.int64),
        purses=space.group_budget.astype(np.int64),
        binds=points.groups_bind,
        unit=float(lead_unit(space.classes)),
        budget=int(budget),
    )
