"""The flip sets of one of two SVMs in a region: what each flip is worth, and what else may happen.

A relabeling is a flip set of a and one of b; seen from one of them, every point offers a flip or
not, and the rest of the budget may go to moves that only the other SVM sees.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labelcert.engines.bounds.functional import UNIT
from labelcert.engines.bounds.state_functional import PairFunctional
from labelcert.engines.bounds.states import PairStates
from labelcert.engines.branching.set_loop import list_sets

TRIVIAL = -1e300
"""Stands for a functional that knows nothing; sums of it stay finite."""


@dataclass(frozen=True, eq=False)
class Moves:
    """Flips of one SVM in a region, by ascending term.

    base: the functional's value without any of them, budget: what is left for them and for moves
    elsewhere. fixed: points that are flipped in any case. point, step, cost (c,): the flips; other
    (most + 1,): the best total of that many moves elsewhere. slack: rounding of the terms' sums.
    """

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
        functional: PairFunctional,
        states: PairStates,
        allowed: np.ndarray,
        budget: int,
        c: int,
    ) -> Moves:
        """The moves of SVM c; allowed (n, 3): states that points may be in."""
        n = len(allowed)
        step = np.where(allowed, np.maximum(functional.step, TRIVIAL), np.inf)
        flips = states.side[:, :, c] == 1
        at_home = allowed[np.arange(n), states.home]
        own = states.space.cost
        inside = np.where(flips, step, np.inf).min(axis=1)
        away = ~flips & (np.arange(3) != states.home[:, None])
        outside = np.where(away, step, np.inf).min(axis=1)
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
        prices = own[order][cost > 0].tolist() + own[at_home & np.isfinite(outside)].tolist()
        most = max(left, 0) // max(min(prices, default=1), 1) + int((cost == 0).sum())
        most = min(most, len(order) + len(elsewhere))
        total = np.concatenate([[0.0], np.cumsum(elsewhere)])
        other = total[np.minimum(np.arange(most + 1), len(elsewhere))]
        finite = step[np.isfinite(step)]
        slack = 8 * n * UNIT * (abs(start) + float(np.abs(finite).sum()))
        return cls(start, left, np.flatnonzero(must), order, terms, cost, other, slack)

    def open_sets(self, capacity: int, gained: float = 0.0) -> tuple[np.ndarray, np.ndarray] | None:
        """Flip sets that the functional, better by `gained`, cannot rule out: places, sizes.

        None if they are more than the capacity.
        """
        if self.budget < 0:
            return np.zeros((0, 1), dtype=np.int64), np.zeros(0, dtype=np.int64)
        moves = len(self.other) - 1
        sets = np.zeros((capacity, max(moves, 1)), dtype=np.int64)
        sizes = np.zeros(capacity, dtype=np.int64)
        found = list_sets(
            self.base + gained, self.step, self.cost, self.other, self.budget, moves, self.slack,
            sets, sizes,
        )  # fmt: skip
        return None if found < 0 else (sets[:found], sizes[:found])
