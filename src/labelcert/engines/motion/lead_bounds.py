"""Lower bounds on leads after any flips of a budget: the balls of a lead's machines, and a sort.

For a flip set F, f_t moves by Σ_F drift_ti at the centre of a ball, and by slope_t times its radius
around it. The radius is a root, √(gap + Σ_F ω_i) ≤ (gap + Σ_F ω_i) / 2τ + τ/2 for any τ > 0. So
each flipped point has a gain of its own, and the worst flip set of a budget is found as where leads
are linear. With many classes a change has the gains of the machines that it turns.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from labelcert.engines.knowledge.lead import rounding
from labelcert.engines.ladder import Ladder
from labelcert.engines.machines.machines import Machines, Part
from labelcert.engines.motion.clean_motion import clean_motion
from labelcert.engines.motion.push_back import FEW
from labelcert.engines.motion.reach import Reach
from labelcert.engines.sorting.worst_flips import worst_flips
from labelcert.engines.work.clock import Clock

TRIES = 3
"""Values of τ that are tried, each made from the flip set that the last one found worst."""

SHRINK = 8.0
"""No τ is smaller than the last one by more than this factor: all of them are valid."""


class _Found(NamedTuple):
    """A lower bound on a lead, and the points of the worst flip set with their new labels."""

    bound: float
    points: np.ndarray
    label: np.ndarray


class _Ball(NamedTuple):
    """A machine's part of a lead: its value less the floor, how far each flip lowers it at the
    centre of the ball (n,), what the radius is made of, and whether a change turns its label."""

    value: float
    slope: float
    drift: np.ndarray
    gap: float
    energy: np.ndarray
    turned: np.ndarray  # (n, K)


class LeadBounds:
    """The bounds of some machines at the levels of a ladder; what test points share is kept."""

    def __init__(self, machines: Machines, ladder: Ladder, clock: Clock):
        self.machines, self.space, self.points = machines, machines.space, machines.space.points
        self.ladder, self.clock = ladder, clock
        self.motions = [clean_motion(machine) for machine in machines.each]
        self._reaches: dict[tuple[int, int, bool], Reach] = {}
        self._widths: dict[tuple[int, int, bool], float] = {}

    def bound(self, t: int, a: int, b: int, row: int, pushed: bool) -> float:
        """No lead of a over b at t lies below this number at a row's level; −inf if none is found.

        pushed: labels near their margin push back, which is better but for few flips or a small C.
        """
        balls: list[_Ball] = []
        widths: list[float] = []
        for part in self.machines.lead(a, b):
            reach = self._reach(part.machine, row, pushed)
            if reach is None:
                return -math.inf
            balls.append(self._ball(t, part, reach))
            widths.append(self._width(part.machine, row, pushed, reach.energy))
        best = -math.inf
        for _ in range(TRIES):
            found = self._try(balls, row, widths)
            if found is None:
                break
            best = max(best, found.bound)
            if best > 0:
                break
            widths = [
                max(_radius_of(ball, found), tau / SHRINK)
                for ball, tau in zip(balls, widths, strict=True)
            ]
        return best

    def _ball(self, t: int, part: Part, reach: Reach) -> _Ball:
        motion, machine = self.motions[part.machine], self.machines.each[part.machine]
        drift, error = reach.drift(t)
        seen = self.machines.labels_of(part.machine, np.arange(self.space.classes))
        return _Ball(
            value=part.sign * float(motion.value[t]) - float(motion.floor[t]),
            slope=float(motion.slope[t]),
            drift=error - part.sign * drift,
            gap=motion.gap,
            energy=reach.energy,
            turned=machine.y[:, None] != seen[None, :],
        )

    def _try(self, balls: list[_Ball], row: int, widths: list[float]) -> _Found | None:
        """The bound with some τ for each part of the lead; None if it proves nothing."""
        lead, size = 0.0, 0.0
        gain = np.zeros((self.space.n, self.space.classes))
        for ball, tau in zip(balls, widths, strict=True):
            taken, wide = 0.0, np.zeros(self.space.n)
            if tau > 0:  # else no flip set of this level has a radius
                taken = ball.slope * (ball.gap / (2 * tau) + tau / 2)
                wide = ball.slope / (2 * tau) * ball.energy
            lead, size = lead + ball.value - taken, size + abs(ball.value) + taken
            one = ball.drift + wide + rounding(FEW, np.abs(ball.drift) + wide)
            gain += np.where(ball.turned, one[:, None], 0.0)
            # Gains of two machines may cancel: each is rounded by its own size.
            size_of_gain = np.abs(one)[:, None]
            gain += np.where(ball.turned, rounding(FEW, size_of_gain), 0.0)
        if not np.isfinite(gain).all():
            return None
        gain = np.where(self.space.alternatives, gain, 0.0)
        label = gain.argmax(axis=1)
        most = np.maximum(gain[np.arange(self.space.n), label], 0.0)
        worst = worst_flips(most, self.points, self._cut(row), self.clock)
        if worst is None:
            return None
        fall, points = float(worst[0][row]), worst[1][row]
        bound = lead - fall - rounding(self.space.n + FEW, size + fall)
        return _Found(bound, points, label[points]) if math.isfinite(bound) else None

    def _cut(self, row: int) -> Ladder:
        return self.ladder.cut(int(self.ladder.levels[row]))

    def _reach(self, machine: int, row: int, pushed: bool) -> Reach | None:
        """The reach of a machine for all flip sets of a row's level; None without time."""
        flips = self.points.most_flips(int(self.ladder.levels[row]))
        key = machine, _rounded_up(flips) if pushed else flips, pushed
        if key not in self._reaches:
            motion = self.motions[machine]
            found = (motion.pushed if pushed else motion.plain)(key[1], self.clock)
            if found is None:
                return None
            self._reaches[key] = found
        return self._reaches[key]

    def _width(self, machine: int, row: int, pushed: bool, energy: np.ndarray) -> float:
        """The largest radius of a row's level, the τ to begin with; 0 only if no set has any."""
        key = machine, row, pushed
        if key not in self._widths:
            space = self.machines.each[machine].space
            worst = worst_flips(energy, space, self._cut(row), self.clock)
            if worst is None:
                return 1.0  # as good as any: without time nothing more is found
            self._widths[key] = math.sqrt(self.motions[machine].gap + float(worst[0][row]))
        return self._widths[key]


def _radius_of(ball: _Ball, found: _Found) -> float:
    """The radius of a flip set: the best τ if it is still the worst then."""
    turned = ball.turned[found.points, found.label]
    return math.sqrt(ball.gap + float(ball.energy[found.points[turned]].sum()))


def _rounded_up(flips: int) -> int:
    """1, 2, 3, 4, 6, 8, 12, …: what pushes back is found for these numbers of flips only."""
    power = 1 << max(flips - 1, 0).bit_length()
    return 3 * power // 4 if power >= 4 and flips <= 3 * power // 4 else power
