"""What flips can do to one machine, told from its fit of the labels as they are.

Let β̂ be that fit, ŵ = Φβ̂, and w the optimum for flipped labels ỹ. Take any β̃ that is feasible for
ỹ, and w̃ = Φβ̃. Optimality of w says ⟨w − w̃, w⟩ ≤ Σ (β_i − β̃_i) ỹ_i, so

    ⟨w − w̃, w − ŵ⟩ ≤ Σ (β_i − β̃_i)(ỹ_i − f̂_i) ≤ gap of β̃ at f̂, the sum over points of
                      α̃_i max(0, x_i) + (C − α̃_i) max(0, −x_i),   x_i = ỹ_i f̂_i − 1,

which puts w − ŵ into the ball with centre ½Φδ and radius² ¼‖Φδ‖² + gap, δ = β̃ − β̂. A flipped point
gets α̃_i = c_i, ours to choose, so δ_i = −y_i (α̂_i + c_i); the others keep β̂, or push back. Then the
gap is at most that of β̂, and of each flipped point with û = y f̂

    e_i = c_i max(0, −1 − û_i) + (C − c_i) max(0, û_i + 1),

and what pushing opens, which is linear: a move of α̂_j by o opens o x̂_j. Nothing need be known of β
itself. Source: ``math.md`` 10.1; the rest is our own note.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labelcert.engines.knowledge.lead import floor_after_flips, rounding
from labelcert.engines.machines.machine import Machine
from labelcert.engines.machines.retraining import Core, retrained_clean
from labelcert.engines.motion.push_back import FEW, Responses, no_response, responses
from labelcert.engines.motion.reach import Reach, reach_of
from labelcert.engines.work.clock import Clock


@dataclass(frozen=True, eq=False)
class CleanMotion:
    """A machine's fit, and what flips add to it; numbers of the scaled kernel.

    value (m,): f_t of the fit; slope, floor (m,): |Δf_t| ≤ slope ‖Δw‖ + floor, rounding included;
    gap: of the fit; alpha, beyond, error (n,): α̂, x̂ and how far x̂ may be off; delta, extra (n,):
    δ_i and e_i, delta 0 for points that are not candidates.
    """

    core: Core
    candidates: np.ndarray
    value: np.ndarray
    slope: np.ndarray
    floor: np.ndarray
    gap: float
    alpha: np.ndarray
    beyond: np.ndarray
    error: float
    delta: np.ndarray
    extra: np.ndarray

    def plain(self, flips: int, clock: Clock) -> Reach | None:
        """The reach of so many flips if no label pushes back; O(n²). None without time."""
        nobody = no_response(len(self.alpha), flips)
        return reach_of(self.core, self.delta, self.extra, self.candidates, nobody, clock)

    def pushed(self, flips: int, clock: Clock) -> Reach | None:
        """The same if labels near their margin push back; O(n² e + n e²)."""
        given = responses(self.core, self.alpha, self.beyond, self.delta, flips, clock)
        return self.pushed_by(given, clock)

    def pushed_by(self, given: Responses, clock: Clock) -> Reach | None:
        """The reach of flips with any responses that are feasible together."""
        beyond = self.beyond[given.points]
        cost = np.maximum(given.moves * beyond, 0.0) + np.abs(given.moves) * self.error
        opened = cost.sum(axis=1)
        opened += rounding(len(given.points) + FEW, opened)
        return reach_of(self.core, self.delta, self.extra + opened, self.candidates, given, clock)


def clean_motion(machine: Machine) -> CleanMotion:
    """The motion of a machine whose clean fit came to its end; O(n² + nm)."""
    core: Core = machine.core()
    beta, value, gap = retrained_clean(core)
    return motion_of(core, beta, value, gap, machine.space.candidates)


def motion_of(
    core: Core, beta: np.ndarray, value: np.ndarray, gap: float, candidates: np.ndarray
) -> CleanMotion:
    """The motion from any feasible β (n,) with its values (m,) and a bound on its duality gap."""
    y, C = core.labels, core.C
    alpha = y * beta
    margin = y * (core.gram @ beta)
    # Of f̂ as computed, and of f̂ with the kernel as given where the diagonal was shifted.
    sizes = core.size * float(np.abs(beta).sum()) + 1.0
    error = rounding(len(y) + FEW, sizes) + core.shift * C
    over = margin + 1.0
    chosen = _new_duals(core.gram.diagonal(), over, alpha, C)
    extra = chosen * np.maximum(error - over, 0.0) + (C - chosen) * np.maximum(over + error, 0.0)
    delta = np.zeros(len(y))
    delta[candidates] = (-y * (alpha + chosen))[candidates]
    return CleanMotion(
        core=core,
        candidates=candidates,
        value=value.copy(),
        slope=core.bar_slope,
        floor=floor_after_flips(core),
        gap=gap,
        alpha=alpha,
        beyond=margin - 1.0,
        error=error,
        delta=delta,
        extra=extra + rounding(FEW, extra),
    )


def _new_duals(diagonal: np.ndarray, over: np.ndarray, alpha: np.ndarray, C: float) -> np.ndarray:
    """c (n,) in [0, C], the α̃ of each point once flipped; over: û + 1.

    Any choice is valid. This one makes ¼ Q_ii (α̂ + c)² + e small, what a single flip adds to the
    radius²: C unless C is large, and 0 where the fit already has the point on its new side.
    """
    ideal = np.where(over > 0, C, 0.0)
    with np.errstate(over="ignore"):
        np.divide(2.0 * over, diagonal, out=ideal, where=diagonal > 0)
    return np.where(diagonal > 0, np.clip(ideal - alpha, 0.0, C), np.clip(ideal, 0.0, C))
