"""What flips can do to one machine, told from its fit of the labels as they are.

Let β̂ be that fit, ŵ = Φβ̂, and w the optimum for flipped labels ỹ. Take any β̃ that is feasible for
ỹ, and w̃ = Φβ̃. Optimality of w says ⟨w − w̃, w⟩ ≤ Σ (β_i − β̃_i) ỹ_i, so

    ⟨w − w̃, w − ŵ⟩ ≤ Σ (β_i − β̃_i)(ỹ_i − f̂_i) ≤ gap of β̃ at f̂, the sum over points of
                      α̃_i max(0, x_i) + (C − α̃_i) max(0, −x_i),   x_i = ỹ_i f̂_i − 1,

which puts w − ŵ into the ball with centre ½Φδ and radius² ¼‖Φδ‖² + gap, δ = β̃ − β̂. Here β̃ is β̂
but for the flipped points F, where α̃_i = c_i is ours to choose, so δ_i = −y_i (α̂_i + c_i). The gap
is at most that of β̂ and Σ_F e_i, e_i = c_i max(0, −1 − û_i) + (C − c_i) max(0, û_i + 1), û = y f̂.
Nothing need be known of β itself. Source: ``math.md`` 10.1; the rest is our own note.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labelcert.engines.knowledge.lead import floor_after_flips, rounding
from labelcert.engines.machines.machine import Machine
from labelcert.engines.machines.retraining import Core, measure, new_stack, solve_level, start
from labelcert.engines.motion.row_sums import RowSums

FEW = 16
"""More roundings than any single term here is made of."""


@dataclass(frozen=True, eq=False)
class CleanMotion:
    """A machine's fit, and what flips add to it; numbers of the scaled kernel.

    value (m,): f_t of the fit; slope, floor (m,): |Δf_t| ≤ slope ‖Δw‖ + floor, rounding included;
    drift (m, n): ½ q_ti δ_i, what the centre of the ball adds to f_t for each flipped point, and
    doubt (m, n): its rounding; gap: of the fit; extra (n,): e_i; sums: of the δ_i δ_j Q_ij.
    """

    value: np.ndarray
    slope: np.ndarray
    floor: np.ndarray
    drift: np.ndarray
    doubt: np.ndarray
    gap: float
    extra: np.ndarray
    sums: RowSums

    def energy(self, flips: int) -> np.ndarray:
        """(n,) ω with radius² ≤ gap + Σ_F ω_i for every F of at most so many points.

        ‖Φδ‖² is a sum over pairs of F: each point gets its row's largest entries.
        """
        pairs = self.sums.with_others(flips - 1)
        return self.extra + 0.25 * (pairs + rounding(FEW + flips, pairs))


def clean_motion(machine: Machine) -> CleanMotion:
    """The motion of a machine whose clean fit came to its end; O(n² + nm)."""
    core: Core = machine.core()
    stack = new_stack(1, machine.n, machine.m, len(machine.space.group_budget))
    start(core, stack)
    gap = float(solve_level(core, stack, 0))
    measure(core, stack)
    return motion_of(core, stack.beta, stack.margin, gap, machine.space.candidates)


def motion_of(
    core: Core, beta: np.ndarray, value: np.ndarray, gap: float, candidates: np.ndarray
) -> CleanMotion:
    """The motion from any feasible β (n,) with its values (m,) and a bound on its duality gap."""
    y, C = core.labels, core.C
    alpha = y * beta
    over = y * (core.gram @ beta) + 1.0
    # Of f̂ as computed, and of f̂ with the kernel as given where the diagonal was shifted.
    error = rounding(len(y) + FEW, core.size * float(np.abs(beta).sum()) + 1.0) + core.shift * C
    chosen = _new_duals(core.gram.diagonal(), over, alpha, C)
    extra = chosen * np.maximum(error - over, 0.0) + (C - chosen) * np.maximum(over + error, 0.0)
    delta = -y * (alpha + chosen)
    drift = 0.5 * core.cross.T * delta
    return CleanMotion(
        value=value.copy(),
        slope=core.bar_slope,
        floor=floor_after_flips(core),
        drift=drift,
        doubt=rounding(FEW, np.abs(drift)),
        gap=gap,
        extra=extra + rounding(FEW, extra),
        sums=RowSums(core.gram, delta, candidates),
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
