"""The most harmful change of each label, where leads are linear in the labels."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.machines.linear_model import side_of


def best_changes(
    weights: np.ndarray, space: RelabelSpace, a: int, b: int
) -> tuple[np.ndarray, np.ndarray]:
    """How far the best change of each point lowers the lead Σ weights · side, and its new label.

    weights (n,), gains (n,) ≥ 0 and labels (n,); a point that no change helps has gain 0.
    """
    first, pattern = space.patterns
    now, after = side_of(space.labels[first], a, b), side_of(np.arange(space.classes), a, b)
    fall = np.where(space.alternatives[first], now[:, None] - after[None, :], 0)
    # Of a positive weight the side that falls furthest, of a negative one the side that rises.
    steps = np.stack([fall.max(axis=1), -fall.min(axis=1)], axis=1)
    labels = np.stack([fall.argmax(axis=1), fall.argmin(axis=1)], axis=1)
    at = 2 * pattern + (weights < 0)
    gain = np.maximum(steps, 0).ravel()[at] * np.abs(weights)
    return gain, np.where(gain > 0, labels.ravel()[at], space.labels)


def best_changes_exactly(
    weights: list[Fraction], space: RelabelSpace, a: int, b: int
) -> tuple[list[Fraction], np.ndarray]:
    """`best_changes` in exact arithmetic."""
    now, after = side_of(space.labels, a, b), side_of(np.arange(space.classes), a, b)
    best = [Fraction(0)] * space.n
    label = space.labels.copy()
    for i, k in zip(*np.nonzero(space.alternatives), strict=True):
        gain = weights[i] * int(now[i] - after[k])
        if gain > best[i]:
            best[i], label[i] = gain, k
    return best, label
