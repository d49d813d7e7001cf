"""What is known of each labeled point: the range of f_i, for its label kept and for it flipped.

With a range [L, U] the points (β_i, f_i) of all label vectors of the budget lie on a staircase of
at most three segments a label, and on each segment β_i f_i is linear; so the convex hull of the
segments' ends, with p_i = β_i f_i as a third coordinate, holds every solution (``math.md`` 4.4).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labelcert.engines.knowledge.lead import rounding

KEPT, FLIPPED = 0, 1


@dataclass(frozen=True, eq=False)
class Hull:
    """Ranges low, high (n, 2) of f_i under the label kept (column 0) and flipped (column 1).

    y (n,) ±1 clean labels, C the box. may_flip (n,) bool: points that the attacker may flip at all
    and can pay for; the others are known to keep their labels. No range is empty.
    """

    low: np.ndarray
    high: np.ndarray
    y: np.ndarray
    C: float
    may_flip: np.ndarray

    @classmethod
    def widest(
        cls, gram: np.ndarray, y: np.ndarray, C: float, may_flip: np.ndarray, flips: int
    ) -> Hull:
        """Ranges that follow from 0 ≤ ỹ_i β_i ≤ C and at most `flips` flips, nothing else."""
        n = len(y)
        low, high = np.empty((n, 2)), np.empty((n, 2))
        for state in (KEPT, FLIPPED):
            left = flips - state
            for i in range(n):
                label = y[i] * (1 - 2 * state)
                for side, sign in ((high, 1.0), (low, -1.0)):
                    reach = _reach(sign * gram[i], y, C, may_flip, i, label, left)
                    side[i, state] = sign * (reach + rounding(4 * n, reach))
        return cls(low, high, y, C, may_flip)

    def narrowed(self, low: np.ndarray, high: np.ndarray) -> Hull:
        """The hull with each range cut down to [low, high] (n, 2) where that is narrower.

        Where nothing would be left of a range it stays as it is. Every label that may be flipped
        can be, so an empty range is never a fact about labels, at best one about rounding; whoever
        can prove that a label is fixed says so in `may_flip`.
        """
        low, high = np.fmax(self.low, low), np.fmin(self.high, high)
        sound = low <= high
        low, high = np.where(sound, low, self.low), np.where(sound, high, self.high)
        return Hull(low, high, self.y, self.C, self.may_flip)

    def vertices(self) -> tuple[np.ndarray, np.ndarray]:
        """β and f (n, 2, 4) of the hull's corners; corners that coincide are repeated."""
        label = self.y[:, None] * np.array([1.0, -1.0])
        # In label coordinates a = ỹβ falls from C to 0 while g = ỹf passes 1.
        below = np.where(label > 0, self.low, -self.high)
        above = np.where(label > 0, self.high, -self.low)
        first = np.stack([below, np.minimum(above, 1.0)], axis=-1)
        last = np.stack([np.maximum(below, 1.0), above], axis=-1)
        a = np.empty((*label.shape, 4))
        g = np.empty((*label.shape, 4))
        bound, free = below > 1.0, above < 1.0
        a[..., :2], a[..., 2:] = self.C, 0.0
        g[..., :2], g[..., 2:] = first, last
        # Only one side of the staircase is in reach: its two corners stand for all four.
        a[bound, :2], g[bound, :2] = 0.0, last[bound]
        a[free, 2:], g[free, 2:] = self.C, first[free]
        return label[..., None] * a, label[..., None] * g


def _reach(
    row: np.ndarray,
    y: np.ndarray,
    C: float,
    may_flip: np.ndarray,
    i: int,
    label: float,
    flips: int,
) -> float:
    """Largest Σ_j row_j β_j over the box with the label of i given and `flips` flips of others."""
    kept = C * np.maximum(row * y, 0.0)
    flipped = C * np.maximum(-row * y, 0.0)
    # Only one of the two is not 0, so nothing is ever subtracted, and rounding stays relative.
    kept[i] = C * max(row[i] * label, 0.0)
    gain = np.where(may_flip, flipped, 0.0)
    gain[i] = 0.0
    best = np.sort(gain)[::-1][: max(flips, 0)]
    return float(kept.sum() + best.sum())
