"""How radii are distributed over many test points, as plain data: bins of a histogram."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

MANY = 200
"""Above so many test points radii are shown as a distribution, not one by one."""

MOST_BINS = 25
"""Besides that of predictions of which not even budget 0 is proven."""


class RadiusBin(NamedTuple):
    """Radii from `first` to `last`, both included; right, wrong: how many predictions of either.

    first = last = −1: predictions that are not proven without any flip.
    """

    first: int
    last: int
    right: int
    wrong: int

    @property
    def told(self) -> str:
        """In words: "0", "10 to 19", "not proven"."""
        if self.first < 0:
            return "not proven"
        return str(self.first) if self.first == self.last else f"{self.first} to {self.last}"


def radius_bins(
    radius: Sequence[int] | np.ndarray,
    right: Sequence[bool] | np.ndarray,
    highest: int | None = None,
) -> list[RadiusBin]:
    """Bins of proven radii (m,), of one round width; right (m,): whether a prediction is right.

    highest: the largest radius that bins must reach, for bins that several certificates share; of
    the radii by default. Empty bins are kept, so that bins are next to each other.
    """
    values, good = np.asarray(radius, dtype=np.int64), np.asarray(right, dtype=np.bool_)
    top = max(0, int(values.max(initial=0)), 0 if highest is None else highest)
    width = round_width(top)
    at = np.where(values < 0, -1, values // width)
    count = top // width + 1
    found: list[RadiusBin] = []
    if (at < 0).any():
        found.append(RadiusBin(-1, -1, int((at < 0)[good].sum()), int((at < 0)[~good].sum())))
    hits, misses = (np.bincount(at[which & (at >= 0)], minlength=count) for which in (good, ~good))
    for k, (hit, miss) in enumerate(zip(hits.tolist(), misses.tolist(), strict=True)):
        found.append(RadiusBin(k * width, (k + 1) * width - 1, hit, miss))
    return found


def round_width(top: int) -> int:
    """1, 2, 5, 10, 20, … : the smallest with which at most `MOST_BINS` bins reach from 0 to top."""
    scale = 1
    while True:
        for step in (1, 2, 5):
            if top // (step * scale) + 1 <= MOST_BINS:
                return step * scale
        scale *= 10


def median_certified(radius: np.ndarray, right: np.ndarray) -> float:
    """Median of the radii over all test points, a wrong prediction counted as −1.

    The figure of the literature on partition ensembles (Levine and Feizi 2021), as far as a median
    of certified flips may be compared.
    """
    return float(np.median(np.where(right, radius, -1))) if len(radius) else float("nan")
