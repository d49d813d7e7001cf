"""How much one trusted label more can give at the most, where leads are linear in the labels.

A lead is then Σ w_i over labels, a change takes a gain from it, and the least number of changes is
read off sorted gains: without label j, off the same sums less its gain. So that a greedy search
weighs, by certificates, only labels that can still be the best. Cost: a sort a test point and
rival once, then O(log n) a label. Gains are floats: a ceiling is taken where the sum exceeds the
lead by more than all rounding, so no true radius lies above it.
Source: the sort of arXiv 2604.11416; leaving one label out of it is our own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from labelcert.certificates.array_types import FloatArray, IntArray
from labelcert.engines.attacker import RelabelSpace


class Sorted(NamedTuple):
    """Of one test point and rival: labels by their gains, largest first, and what is to be reached
    before the prediction is surely lost."""

    labels: IntArray
    gains: FloatArray
    needed: float


class Ceilings:
    """Upper bounds on radii with one label more trusted, for every test point."""

    def __init__(
        self,
        rows: Iterable[tuple[FloatArray, float]],
        space: RelabelSpace,
        predicted: IntArray,
        budget: int,
        steps: int,
    ) -> None:
        """rows: weights (n,) of each test point, and how far a lead of them can be off; steps: how
        many labels are trusted at the most. The attacker as in `counts_changes`."""
        self.budget = budget
        kept = budget + steps + 2
        pairs = zip(rows, predicted.tolist(), strict=True)
        self.each = [_sorted(w, off, space, int(c), kept) for (w, off), c in pairs]

    def of(self, candidates: dict[int, list[int]], trusted: list[int]) -> dict[int, dict[int, int]]:
        """For each candidate and each of its test points the most that its radius can be."""
        asked: dict[int, list[int]] = {}
        for j, points in candidates.items():
            for t in points:
                asked.setdefault(t, []).append(j)
        found: dict[int, dict[int, int]] = {j: {} for j in candidates}
        for t, labels in asked.items():
            most = np.full(len(labels), self.budget)
            for rival in self.each[t]:
                most = np.minimum(most, self._radii(rival, labels, trusted))
            for j, radius in zip(labels, most.tolist(), strict=True):
                found[j][t] = radius
        return found

    def _radii(self, rival: Sorted, labels: list[int], trusted: list[int]) -> IntArray:
        """One less than the changes that surely break the prediction without each of the labels."""
        left = ~np.isin(rival.labels, trusted)
        order, gains = rival.labels[left], rival.gains[left]
        sums = np.cumsum(gains)
        base = int(np.searchsorted(sums, rival.needed))
        place = {int(label): at for at, label in enumerate(order.tolist())}
        at = np.array([place.get(j, len(order)) for j in labels])
        own = np.append(gains, 0.0)[np.minimum(at, len(gains))]
        # Sums of the first r gains lack nothing where the label comes later.
        without = np.searchsorted(sums, rival.needed + own) - 1
        radius = np.where(at > base, base, without)
        return np.minimum(radius, self.budget)


def counts_changes(space: RelabelSpace) -> bool:
    """Whether the attacker pays 1 for every change and has no other bounds."""
    purses = space.group_budget[space.group]
    return bool((space.cost == 1).all() and (purses >= space.n).all() and not space.free_groups)


def _sorted(
    weights: FloatArray, off: float, space: RelabelSpace, leader: int, kept: int
) -> list[Sorted]:
    """A test point with the weights (n,) of its labels, against every rival of its class."""
    found: list[Sorted] = []
    for rival in range(space.classes):
        if rival == leader:
            continue
        side = np.zeros(space.classes)
        side[leader], side[rival] = 1.0, -1.0
        now = weights * side[space.labels]
        then = np.where(space.alternatives, weights[:, None] * side, np.inf).min(axis=1)
        gains = np.where(np.isfinite(then), np.maximum(now - then, 0.0), 0.0)
        first = np.argpartition(-gains, min(kept, space.n - 1))[:kept]
        first = first[np.argsort(-gains[first], kind="stable")]
        lead = float(now.sum()) + off
        found.append(Sorted(first, gains[first], lead))
    return found
