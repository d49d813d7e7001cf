"""Radii of all test points of a model from features, a block after the other; witnesses on demand.

What it decides: the radius of each prediction, exact unless a lead lies within its error bar where
exact arithmetic is out of reach. Cost: the products of features, and `pair_radii`. When to prefer
it: more labels than a Gram matrix holds. Source: ``math.md`` 11.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.machines.feature_model import Block, FeatureModel
from labelcert.engines.machines.linear_model import lead_unit, side_of
from labelcert.engines.sorting.best_changes import best_changes, best_changes_exactly
from labelcert.engines.sorting.knapsack import at_budget, best_sets
from labelcert.engines.sorting.pair_radii import PairRadii, pair_radii
from labelcert.engines.sorting.pair_settling import settle_point
from labelcert.engines.sorting.worst_flips import affordable
from labelcert.engines.work.clock import Clock

MANY, DEAR = 200, 10_000
"""So many labels, and so large a budget, exact arithmetic does for changes of different prices."""

PATIENCE = 10.0
"""Seconds that a witness of changes of different prices may take."""


@dataclass(frozen=True, eq=False)
class FeatureRadii:
    """What is known of m predictions.

    leader (m,): the predicted classes. sums (m, K) and bar (m,) as in `PairRadii`. radius, upper
    (m,): proven interval, both −1 where the prediction ties. rival (m,): the class that overtakes
    first, past `upper`. exactly (m,) bool: found in exact arithmetic.
    """

    leader: np.ndarray
    sums: np.ndarray
    bar: np.ndarray
    radius: np.ndarray
    upper: np.ndarray
    rival: np.ndarray
    exactly: np.ndarray

    @property
    def tied(self) -> np.ndarray:
        """(m,) bool: another class is surely level with the predicted one."""
        return self.upper < 0


def feature_radii(
    model: FeatureModel, space: RelabelSpace, budget: int, jobs: int, clock: Clock
) -> FeatureRadii:
    """The radii of a model's test points at budgets up to one; what time does not allow is open.

    The weights of a block of test points are computed whatever the clock says: they hold the
    predictions.
    """
    m, classes = model.m, space.classes
    found = FeatureRadii(
        leader=np.zeros(m, dtype=np.int64),
        sums=np.zeros((m, classes)),
        bar=np.full(m, np.inf),
        radius=np.full(m, -1, dtype=np.int64),
        upper=np.full(m, budget, dtype=np.int64),
        rival=np.zeros(m, dtype=np.int64),
        exactly=np.zeros(m, dtype=bool),
    )
    for block in model.blocks():
        rows = slice(block.first, block.first + len(block.weights))
        pairs = pair_radii(block.weights, block.error, space, budget, jobs=jobs, clock=clock)
        _write(found, rows, pairs)
        clock.report("sort", rows.stop / max(m, 1))
    _settle(found, model, space, budget, clock)
    return found


def _write(found: FeatureRadii, rows: slice, pairs: PairRadii) -> None:
    found.leader[rows], found.rival[rows] = pairs.leader, pairs.decisive
    found.sums[rows], found.bar[rows] = pairs.sums, pairs.bar
    found.radius[rows], found.upper[rows] = pairs.radius.min(axis=1), pairs.upper.min(axis=1)


def _settle(
    found: FeatureRadii, model: FeatureModel, space: RelabelSpace, budget: int, clock: Clock
) -> None:
    """Decide in exact arithmetic what error bars leave open, as far as time allows."""
    points = space.points
    if not points.unit_cost and not (space.n <= MANY and min(budget, points.cost.sum()) <= DEAR):
        return  # knapsacks of fractions
    for t in np.flatnonzero(found.radius < found.upper).tolist():
        if clock.expired or not np.isfinite(found.bar[t]):
            continue
        weights = model.exact_weights(t, clock)
        if weights is None:
            return
        settled = settle_point(weights, space, budget, clock)
        if settled is None:
            return
        first = int(settled.radius.min())
        others = settled.radius.copy()
        others[settled.leader] = budget + 1
        found.leader[t], found.rival[t] = settled.leader, int(others.argmin())
        found.radius[t] = found.upper[t] = first
        found.exactly[t] = True


def bars_of(block: Block, space: RelabelSpace) -> np.ndarray:
    """(k,) how far any lead of a block's test points can be off, summed up of these very weights.

    Weights that are computed again may come out otherwise, and so may what they are off by: a bar
    goes with its block, and holds for no other.
    """
    return pair_radii(block.weights, block.error, space, 0).bar


def logit_bars_of(block: Block, space: RelabelSpace) -> np.ndarray:
    """(k,) the same of one logit: half of a lead's, a difference of two; with two classes equal."""
    return bars_of(block, space) / lead_unit(space.classes)


def witness_of(
    found: FeatureRadii, model: FeatureModel, space: RelabelSpace, t: int
) -> np.ndarray | None:
    """The changes of cost upper + 1 that let the rival of test point t overtake; None if unknown.

    As `labelcert.engines.attacker` writes changes. Made anew: the largest gains of the attacker.
    """
    a, b, cost = int(found.leader[t]), int(found.rival[t]), int(found.upper[t]) + 1
    if cost == 0:
        return np.zeros(0, dtype=np.int64)
    if found.exactly[t]:
        exact = model.exact_weights(t, Clock())
        if exact is None:
            return None
        gains, label = best_changes_exactly(exact, space, a, b)
        lead = sum(int(s) * w for s, w in zip(side_of(space.labels, a, b), exact, strict=True))
        chosen = _largest(gains, space, cost)
        lost = chosen is not None and lead <= sum(gains[i] for i in chosen)
    else:
        block = model.block(t, t + 1)
        bar = float(bars_of(block, space)[0])
        weights = lead_unit(space.classes) * block.weights[0]
        gain, label = best_changes(weights, space, a, b)
        chosen = _largest(gain, space, cost)
        lead = float(weights @ side_of(space.labels, a, b))
        lost = chosen is not None and lead - float(gain[chosen].sum()) <= -bar
    if not lost or chosen is None:
        return None
    return np.sort(chosen * space.classes + label[chosen])


def _largest(gain: object, space: RelabelSpace, cost: int) -> np.ndarray | None:
    """The points whose changes take the most from a lead at a cost."""
    points, values = space.points, np.array(gain)
    if points.unit_cost:
        order = np.argsort(-values.astype(np.float64), kind="stable")
        if values.dtype == object:
            order = np.array(sorted(range(len(values)), key=lambda i: -values[i]), dtype=np.int64)
        return affordable(order[values[order] > 0], points, cost)
    front = best_sets(list(values), points, cost, Clock(PATIENCE))
    return None if front is None else np.array(at_budget(front, cost).points, dtype=np.int64)
