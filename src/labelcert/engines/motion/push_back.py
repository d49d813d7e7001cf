"""Which labels push back when one is flipped: a choice that makes the ball small, never a proof.

A flip moves the centre of the ball by δ_i φ_i; labels near their margin could give way at little
cost, and take most of that back. The responses of flip i, o_i (of the β of a set E of labels), make

    k ½ ‖δ_i φ_i + Σ_E o_ij y_j φ_j‖² + Σ_E o_ij x̂_j + ½ λ ‖o_i‖²

small, the energy of k flips together, the gap that they open, and a term that spreads them. Each
entry stays within its kth part of what its label has left, so k flips together are feasible.
Cost: O(n |E|²) for each of a few steps of projected gradients (Nesterov 1983).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from labelcert.engines.knowledge.lead import rounding
from labelcert.engines.machines.retraining import Core
from labelcert.engines.work.clock import Clock

MOST = 300
"""So many labels push back at the most."""

STEPS = 20
"""Steps of the gradient."""

SPREAD = 2.0
"""λ in units of the kernel's mean diagonal entry and the number of flips."""

FEW = 16
"""More roundings than any single term here is made of."""


class Responses(NamedTuple):
    """points: E (e,); moves (n, e): how far each flip moves α of these, for so many `flips`."""

    points: np.ndarray
    moves: np.ndarray
    flips: int


def no_response(n: int, flips: int) -> Responses:
    """Nobody pushes back."""
    return Responses(np.zeros(0, dtype=np.int64), np.zeros((n, 0)), flips)


def responses(
    core: Core, alpha: np.ndarray, beyond: np.ndarray, delta: np.ndarray, flips: int, clock: Clock
) -> Responses:
    """Good responses to each of `flips` flips; beyond: x̂ (n,); delta: δ (n,), 0 for no flip.

    Where the clock ends the search they are less good.
    """
    points = _near_their_margin(alpha, beyond, core.C)
    y = core.labels[points]
    inner = y[:, None] * core.gram[np.ix_(points, points)] * y[None, :]
    pushed = delta[:, None] * core.gram[:, points] * y[None, :]
    spread = SPREAD * float(core.gram.trace()) / len(core.gram)
    steepest = float(np.abs(inner).sum(axis=1).max()) + spread
    if not steepest > 0:
        return no_response(len(delta), flips)
    up, down = core.C - alpha[points], alpha[points]
    high, low = (up - rounding(FEW, up)) / flips, -(down - rounding(FEW, down)) / flips
    price = beyond[points] / flips
    moves = np.zeros((len(delta), len(points)))
    ahead, pace = moves, 1.0
    for _ in range(STEPS):
        if clock.expired:
            break
        slope = ahead @ inner + pushed + price + spread * ahead
        new = np.clip(ahead - slope / steepest, low, high)
        # A flipped label has its own place, and labels that nobody flips ask for nothing.
        new[points, np.arange(len(points))] = 0.0
        new[delta == 0] = 0.0
        faster = (1 + math.sqrt(1 + 4 * pace * pace)) / 2
        ahead = new + (pace - 1) / faster * (new - moves)
        moves, pace = new, faster
    return Responses(points, moves, flips)


def _near_their_margin(alpha: np.ndarray, beyond: np.ndarray, C: float) -> np.ndarray:
    """The labels for which a move opens the smallest gap."""
    free = (alpha > 0) & (alpha < C)
    price = np.where(free, 0.0, np.abs(beyond))
    return np.sort(np.argsort(price, kind="stable")[:MOST])
