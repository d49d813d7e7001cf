"""What would make a bound of the relaxation better: which ranges of f it depends on, and how much.

The relaxation gains where a label weighs corners of its hull that no solution reaches. It does so
for labels that it flips a little, by how far they may fall, and for labels whose kept corners it
mixes; the price of f at a corner, times its weight, is what the bound would gain if that corner
were nearer. Nothing here is part of a proof: it tells where a proof is worth looking for.
Source: ``math.md`` 10.3; the prices are our own note.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from labelcert.engines.bounds.hull import KEPT, Hull
from labelcert.engines.bounds.interior_point import Iterate


class Demand(NamedTuple):
    """Of one SVM, for some points (p,): flipped (p,), their shares that are flipped; kept (p, 2),
    what the bound gains as the lower and the upper end of ỹf, label kept, come nearer by 1."""

    points: np.ndarray
    flipped: np.ndarray
    kept: np.ndarray


def demand_of(
    c: int, points: np.ndarray, it: Iterate, side: np.ndarray, hull: Hull, beta: np.ndarray
) -> Demand:
    """The demand of SVM c after a program of points; side (p, S); beta (p, 8) in units of C."""
    price = np.abs(it.mu[c][:, None] - it.price[c] * beta) * it.corner[c]
    below, above = margins(hull)
    below, above = below[points, KEPT], above[points, KEPT]
    low = price[:, 0] + np.where(below > 1.0, price[:, 2], 0.0)
    high = price[:, 3] + np.where(above < 1.0, price[:, 1], 0.0)
    return Demand(points, (it.share * (side == 1)).sum(axis=1), np.stack([low, high], axis=1))


def margins(hull: Hull) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper ends (n, 2) of ỹf, for the label kept and flipped."""
    label = hull.y[:, None] * np.array([1.0, -1.0])
    below = np.where(label > 0, hull.low, -hull.high)
    return below, np.where(label > 0, hull.high, -hull.low)
