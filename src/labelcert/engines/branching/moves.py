"""The flip sets of one machine of a lead in a region: what each flip is worth, and what else moves.

A relabeling is a flip set of each machine; seen from one of them, every point offers a flip or not,
and the rest of the budget may go to moves that only the other machine sees.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.bounds.state_functional import StateFunctional
from labelcert.engines.bounds.states import States
from labelcert.engines.branching.set_loop import list_sets
from labelcert.engines.knowledge.lead import rounding

TRIVIAL = -1e300
"""Stands for a functional that knows nothing; sums of it stay finite."""


@dataclass(frozen=True, eq=False)
class Moves:
    """Flips of one machine in a region, by ascending term.

    base: the functional's value without any of them, budget: what is left for them and for moves
    elsewhere. fixed: points that are flipped in any case. point, step, cost (c,): the flips; other
    (most + 1,): the best total of that many moves elsewhere. slack: rounding of the terms' sums.
    """

    space: RelabelSpace
    base: float
    budget: int
    fixed: np.ndarray
    point: np.ndarray
    step: np.ndarray
    cost: np.ndarray
    other: np.ndarray
    slack: float

    @classmethod
    def of(
        cls,
        functional: StateFunctional,
        states: States,
        allowed: np.ndarray,
        budget: int,
        c: int,
    ) -> Moves:
        """The moves of part c; allowed (n, S): states that points may be in."""
        n = len(allowed)
        step = np.where(allowed, np.maximum(functional.step, TRIVIAL), np.inf)
        flips = states.side[:, :, c] == 1
        at_home = allowed[np.arange(n), states.home]
        own = states.space.cost
        inside = np.where(flips, step, np.inf).min(axis=1)
        outside = np.where(~flips & ~states.at_home, step, np.inf).min(axis=1)
        must = ~at_home & ~np.isfinite(outside)
        # Without a flip a point is at home, or else in its best other state.
        without = np.where(at_home, 0.0, np.where(must, inside, outside))
        start = max(functional.base, TRIVIAL) + float(without.sum())
        left = budget - int(own[~at_home].sum())
        optional = np.flatnonzero(np.isfinite(inside) & ~must)
        order = optional[np.argsort(inside[optional] - without[optional], kind="stable")]
        terms = inside[order] - without[order]
        cost = np.where(at_home[order], own[order], 0).astype(np.int64)
        elsewhere = np.sort(outside[at_home & (outside < 0.0)])
        prices = np.concatenate([cost, own[at_home & np.isfinite(outside)]])
        paid = prices[prices > 0]
        most = max(left, 0) // int(paid.min(initial=max(left, 0) + 1)) + int((prices == 0).sum())
        most = min(most, len(order) + len(elsewhere))
        total = np.concatenate([[0.0], np.cumsum(elsewhere)])
        other = total[np.minimum(np.arange(most + 1), len(elsewhere))]
        finite = step[np.isfinite(step)]
        slack = rounding(8 * n, abs(start) + float(np.abs(finite).sum()))
        fixed = np.flatnonzero(must)
        return cls(states.space, start, left, fixed, order, terms, cost, other, slack)

    def open_sets(
        self, capacity: int, limit: float = 0.0, gained: float = 0.0
    ) -> tuple[np.ndarray, np.ndarray] | None:
        """Flip sets that the functional, better by `gained`, cannot rule out: places, sizes.

        It rules out what it bounds above the limit; the groups' purses rule out what they cannot
        pay for. None if more than the capacity are left.
        """
        if self.budget < 0:
            return np.zeros((0, 1), dtype=np.int64), np.zeros(0, dtype=np.int64)
        moves = len(self.other) - 1
        sets = np.zeros((capacity, max(moves, 1)), dtype=np.int64)
        sizes = np.zeros(capacity, dtype=np.int64)
        found = list_sets(
            self.base + gained, self.step, self.cost, self.other, self.budget, moves,
            limit + self.slack, sets, sizes,
        )  # fmt: skip
        if found < 0:
            return None
        within = self._within_purses(sets[:found], sizes[:found])
        return sets[:found][within], sizes[:found][within]

    def _within_purses(self, sets: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        """(N,) bool: flip sets that each group's purse can pay for."""
        space = self.space
        within = np.ones(len(sizes), dtype=bool)
        if not space.points.groups_bind:
            return within
        inside = np.arange(sets.shape[1]) < sizes[:, None]
        point = np.concatenate([self.point, [0]])[np.where(inside, sets, len(self.point))]
        price = np.where(inside, space.cost[point], 0)
        purse = space.points.purses_after(self.fixed)
        for group in range(len(purse)):
            spent = np.where(space.group[point] == group, price, 0).sum(axis=1)
            within &= spent <= purse[group]
        return within
