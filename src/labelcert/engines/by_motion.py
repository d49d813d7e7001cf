"""Radii from one fit: how far any flips of a budget can move a kernel SVM, by a sort and a norm.

What it decides: budgets that predictions survive for sure, for any number of labels and classes;
it breaks nothing, and leaves open what a ball is too coarse for. It is good where C is small: the
ball knows nothing of the labels that push back.
Cost: O(n²) a machine, then a few sorts of n gains a test point and rival.
When to prefer it: before everything that retrains.
Source: ``math.md`` 10.1, and our own note in `labelcert.engines.motion.clean_motion`.

For a flip set F, f_t moves by Σ_F drift_ti at the centre of the ball, and by slope_t times its
radius around it. The radius is a root, √(gap + Σ_F ω_i) ≤ (gap + Σ_F ω_i) / 2τ + τ/2 for any τ > 0:
so each flipped point has a gain of its own, and the worst flip set of a budget is found as in
`labelcert.engines.by_sort`. With many classes a change has the gains of the machines it turns.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from labelcert.engines.engine import Role
from labelcert.engines.knowledge.evidence import Moved
from labelcert.engines.knowledge.lead import rounding
from labelcert.engines.ladder import Ladder
from labelcert.engines.machines.machines import Part
from labelcert.engines.motion.clean_motion import clean_motion
from labelcert.engines.motion.push_back import FEW
from labelcert.engines.motion.reach import Reach
from labelcert.engines.sorting.worst_flips import worst_flips
from labelcert.engines.task import Question, Task
from labelcert.engines.work.clock import Clock

NAME = "motion"

TRIES = 3
"""Values of τ that are tried, each made from the flip set that the last one found worst."""

SHRINK = 8.0
"""No τ is smaller than the last one by more than this factor: all of them are valid."""


class Motion:
    """A ball around the clean fit."""

    name = NAME
    role = Role.SORT
    decides = frozenset({Question.RADII})
    retrains = False

    def accepts(self, task: Task) -> bool:
        """Kernel SVMs."""
        return task.machines is not None

    def seconds(self, task: Task, budget: int) -> float:
        """A look at each machine's kernel, and some sorts for each test point and rival."""
        sorts = task.m * (task.attacker.classes - 1) * (1 + math.log2(1 + budget))
        return 1e-8 * task.n * (task.svms.count * (task.n + task.m) + 30 * sorts)

    def run(self, task: Task, budget: int, clock: Clock) -> bool:
        """Prove what the ball proves, one test point and rival after the other.

        Nothing is built upon a clean fit that was ended early.
        """
        ledger, machines = task.ledger, task.svms
        if ledger.needed_budget < 0:
            return True
        if clock.expired or not all(machine.fitted for machine in machines.each):
            return False
        work = _Moving(task, clock)
        for t in np.flatnonzero(ledger.open).tolist():
            for b in ledger.open_rivals(t):
                if clock.expired:
                    return False
                work.decide(t, b, min(budget, ledger.needed(t)))
        return True


class _Found(NamedTuple):
    """A lower bound on a lead, and the points of the worst flip set with their new labels."""

    bound: float
    points: np.ndarray
    label: np.ndarray


class _Ball(NamedTuple):
    """A machine's part of a lead: its value less the floor, how far each flip lowers it at the
    centre of the ball (n,), and what the radius is made of."""

    value: float
    slope: float
    drift: np.ndarray
    gap: float
    energy: np.ndarray
    turned: np.ndarray


class _Moving:
    """The bounds of one task."""

    def __init__(self, task: Task, clock: Clock):
        self.ledger, self.space, self.machines = task.ledger, task.attacker, task.svms
        self.points, self.clock = task.attacker.points, clock
        self.motions = [clean_motion(machine) for machine in self.machines.each]
        self._reaches: dict[tuple[int, int, bool], Reach] = {}
        self._widths: dict[tuple[int, int, bool], float] = {}

    def decide(self, t: int, b: int, budget: int) -> None:
        """Prove t against a rival as far as a bound stays positive, in steps that double."""
        ladder, found = self.ledger.ladder, 0.0
        low = ladder.row(int(self.ledger.proven[t, b]))
        last, step = ladder.row(budget), 1
        high = last + 1  # the first row known not to be proven
        while low + 1 < high:
            row = min(low + step, last) if high > last else (low + high) // 2
            bound = max(self.bound(t, b, row, False), 0.0) or self.bound(t, b, row, True)
            if bound > 0:
                low, step, found = row, 2 * step, bound
            else:
                high = row
        if found > 0:
            self.ledger.prove(t, b, int(ladder.levels[low]), NAME, Moved(found))

    def bound(self, t: int, b: int, row: int, pushed: bool) -> float:
        """A number that no lead of t over b lies below at a row's level; −inf if there is none.

        pushed: labels near their margin push back, which is better but for few flips or a small C.
        """
        parts = self.machines.lead(int(self.ledger.predicted[t]), b)
        balls = [self._ball(t, part, row, pushed) for part in parts]
        widths = [self._width(part.machine, row, pushed) for part in parts]
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

    def _ball(self, t: int, part: Part, row: int, pushed: bool) -> _Ball:
        motion, reach = self.motions[part.machine], self._reach(part.machine, row, pushed)
        drift, error = reach.drift(t)
        seen = self.machines.labels_of(part.machine, np.arange(self.space.classes))
        return _Ball(
            value=part.sign * float(motion.value[t]) - float(motion.floor[t]),
            slope=float(motion.slope[t]),
            drift=error - part.sign * drift,
            gap=motion.gap,
            energy=reach.energy,
            turned=self.machines.each[part.machine].y[:, None] != seen[None, :],
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
        if not np.isfinite(gain).all():
            return None
        gain += rounding(FEW, np.abs(gain))
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
        return self.ledger.ladder.cut(int(self.ledger.ladder.levels[row]))

    def _reach(self, machine: int, row: int, pushed: bool) -> Reach:
        """The reach of a machine for all flip sets of a row's level."""
        flips = self.points.most_flips(int(self.ledger.ladder.levels[row]))
        key = machine, _rounded_up(flips) if pushed else flips, pushed
        if key not in self._reaches:
            motion = self.motions[machine]
            self._reaches[key] = motion.pushed(key[1]) if pushed else motion.plain(flips)
        return self._reaches[key]

    def _width(self, machine: int, row: int, pushed: bool) -> float:
        """The largest radius of a row's level, the τ to begin with; 0 only if no set has any."""
        key = machine, row, pushed
        if key not in self._widths:
            energy = self._reach(machine, row, pushed).energy
            space = self.machines.each[machine].space
            worst = worst_flips(energy, space, self._cut(row), self.clock)
            if worst is None:
                return 1.0  # as good as any; nothing more is found without time
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
