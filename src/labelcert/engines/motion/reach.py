"""How far up to k flips together move a machine: the energy of each flip, and its own direction.

With responses every flip i moves β̂ by δ⁽ⁱ⁾ = δ_i e_i + Σ_E o_ij y_j e_j, and k flips by their sum,
but for the flipped points themselves, which keep their place: there the responses of the others,
s_i in all at the most, are taken back. All is bounded with that, and rounded outwards.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from labelcert.engines.knowledge.lead import rounding
from labelcert.engines.machines.retraining import Core
from labelcert.engines.motion.push_back import FEW, Responses
from labelcert.engines.work.clock import Clock

ROWS = 256
"""Rows that are looked at together, so that no second matrix lies in memory."""


@dataclass(frozen=True, eq=False)
class Reach:
    """What up to `flips` flips do to a machine.

    delta (n,): δ_i; points (e,), moves (n, e): o_ij y_j; taken_back (n,): s_i, 0 outside of points;
    length (n,): Σ |δ⁽ⁱ⁾_j|; energy (n,): ω with radius² ≤ gap + Σ_F ω_i for every F.
    """

    core: Core
    delta: np.ndarray
    points: np.ndarray
    moves: np.ndarray
    taken_back: np.ndarray
    length: np.ndarray
    energy: np.ndarray

    def drift(self, t: int) -> tuple[np.ndarray, np.ndarray]:
        """(n,) what each flip adds to f_t at the centre of the ball, and how far that is off."""
        row = self.core.cross[:, t]
        drift = 0.5 * (row * self.delta + self.moves @ row[self.points])
        error = rounding(self.moves.shape[1] + FEW, float(np.abs(row).max()) * self.length)
        back = 0.5 * self.taken_back * np.abs(row)
        return drift, error + back + rounding(FEW, back)


def reach_of(
    core: Core,
    delta: np.ndarray,
    extra: np.ndarray,
    candidates: np.ndarray,
    given: Responses,
    clock: Clock,
) -> Reach | None:
    """The reach of flips δ (n,) with responses; extra (n,): the gap that each flip opens.

    None once the clock expires.
    """
    n, flips = len(delta), given.flips
    moves = given.moves * core.labels[given.points]
    taken_back = np.zeros(n)
    most = _largest(np.abs(moves).T, flips - 1)
    taken_back[given.points] = most + rounding(flips + FEW, most)
    length = np.abs(delta) + np.abs(moves).sum(axis=1)
    reach = Reach(core, delta, given.points, moves, taken_back, length, extra)
    pairs = np.empty(n)
    # Of what flips move, this is the product with each φ_i of E: (n, e).
    product = delta[:, None] * core.gram[:, given.points]
    product += moves @ core.gram[np.ix_(given.points, given.points)]
    for at in range(0, n, ROWS):
        if clock.expired:
            return None
        rows = np.arange(at, min(at + ROWS, n))
        part = _pairs(reach, product, rows)
        own = part[np.arange(len(rows)), rows]
        part[np.arange(len(rows)), rows] = 0.0
        pairs[rows] = own + _largest(part[:, candidates], flips - 1)
    pairs += rounding(flips + FEW, pairs)
    energy = np.zeros(n)
    energy[candidates] = (extra + 0.25 * pairs)[candidates]
    energy += rounding(FEW, energy)
    return replace(reach, energy=energy)


def _pairs(reach: Reach, product: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """(rows, n) upper bounds on what pairs of flips add to ‖Φδ‖²."""
    core, delta, points, moves = reach.core, reach.delta, reach.points, reach.moves
    gram, back = core.gram[rows], reach.taken_back
    width = reach.length + back
    pairs = gram * delta[rows, None] * delta[None, :]
    pairs += delta[rows, None] * (gram[:, points] @ moves.T) + moves[rows] @ product.T
    roundings = 2 * len(points) + FEW
    pairs += rounding(roundings, core.size * width[rows, None] * width[None, :])
    if len(points):
        error = rounding(roundings, core.size * width)
        first = np.abs(product[rows]) + error[rows, None]
        pairs[:, points] += first * back[points]
        mine = np.flatnonzero(np.isin(rows, points))
        place = np.searchsorted(points, rows[mine])
        pairs[mine] += back[rows[mine], None] * (np.abs(product[:, place].T) + error[None, :])
        pairs += back[rows, None] * back[None, :] * np.abs(gram)
    return pairs


def _largest(values: np.ndarray, number: int) -> np.ndarray:
    """(rows,) sums of the largest entries of each row, as many as asked for, as far as > 0."""
    number = min(max(number, 0), values.shape[1])
    if number == 0:
        return np.zeros(len(values))
    values = np.partition(values, values.shape[1] - number, axis=1)
    largest = values[:, values.shape[1] - number :]
    result: np.ndarray = np.maximum(largest, 0.0).sum(axis=1)
    return result
