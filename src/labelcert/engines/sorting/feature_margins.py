"""Worst margins of a model from features at every budget: a sort of all labels a rival.

Cost: O(n log n) a test point and rival, and a number a budget. When to prefer it: only where worst
margins are asked for. Source: ``math.md`` 11.
"""

from __future__ import annotations

import numpy as np

from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.ladder import Ladder
from labelcert.engines.machines.feature_model import FeatureModel
from labelcert.engines.machines.linear_model import lead_unit, side_of
from labelcert.engines.sorting.best_changes import best_changes
from labelcert.engines.sorting.pair_radii import pair_radii
from labelcert.engines.sorting.worst_flips import worst_flips
from labelcert.engines.work.clock import Clock


def feature_margins(
    model: FeatureModel, space: RelabelSpace, leader: np.ndarray, ladder: Ladder
) -> tuple[np.ndarray, np.ndarray]:
    """(m, rows) smallest leads of the predicted classes (m,) at each level, and lower bounds."""
    worst = np.full((model.m, ladder.rows), np.inf)
    bound = np.empty_like(worst)
    for block in model.blocks():
        rows = slice(block.first, block.first + len(block.weights))
        bars = pair_radii(block.weights, block.error, space, 0, leader=leader[rows]).bar
        for k, weights in enumerate(block.weights):
            t = block.first + k
            worst[t] = _smallest(weights, space, int(leader[t]), ladder)
            bound[t] = worst[t] - bars[k]
    return worst, bound


def _smallest(weights: np.ndarray, space: RelabelSpace, a: int, ladder: Ladder) -> np.ndarray:
    scaled, least = lead_unit(space.classes) * weights, np.full(ladder.rows, np.inf)
    for b in range(space.classes):
        if b != a:
            gain, _ = best_changes(scaled, space, a, b)
            found = worst_flips(gain, space.points, ladder, Clock())
            assert found is not None
            least = np.minimum(least, float(scaled @ side_of(space.labels, a, b)) - found[0])
    return least
