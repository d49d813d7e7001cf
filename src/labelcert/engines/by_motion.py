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
from labelcert.engines.machines.machines import Part
from labelcert.engines.motion.clean_motion import FEW, clean_motion
from labelcert.engines.sorting.worst_flips import worst_flips
from labelcert.engines.task import Question, Task
from labelcert.engines.work.clock import Clock

NAME = "motion"

TRIES = 3
"""Values of τ that are tried, each made from the flip set that the last one found worst."""

SMALLEST = float(np.finfo(float).tiny)
"""A τ for a radius of 0."""


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


class _Moving:
    """The bounds of one task."""

    def __init__(self, task: Task, clock: Clock):
        self.ledger, self.space, self.machines = task.ledger, task.attacker, task.svms
        self.clock = clock
        self.points = task.attacker.points
        self.motions = [clean_motion(machine) for machine in self.machines.each]
        self._energies: dict[tuple[int, int], np.ndarray] = {}
        self._widths: dict[tuple[int, int], float] = {}

    def decide(self, t: int, b: int, budget: int) -> None:
        """Prove t against a rival as far as a bound stays positive, in steps that double."""
        ladder, found = self.ledger.ladder, 0.0
        low = ladder.row(int(self.ledger.proven[t, b]))
        last, step = ladder.row(budget), 1
        high = last + 1  # the first row known not to be proven
        while low + 1 < high:
            row = min(low + step, last) if high > last else (low + high) // 2
            bound = self._bound(t, b, row)
            if bound > 0:
                low, step, found = row, 2 * step, bound
            else:
                high = row
        if found > 0:
            self.ledger.prove(t, b, int(ladder.levels[low]), NAME, Moved(found))

    def _bound(self, t: int, b: int, row: int) -> float:
        """A number that no lead of t over b lies below at a row's level; −inf if there is none."""
        parts = self.machines.lead(int(self.ledger.predicted[t]), b)
        widths = [self._width(part.machine, row) for part in parts]
        best = -math.inf
        for _ in range(TRIES):
            found = self._try(t, parts, row, widths)
            if found is None or not math.isfinite(found.bound):
                break
            best = max(best, found.bound)
            if best > 0:
                break
            widths = [self._width_of(part.machine, row, found) for part in parts]
        return best

    def _try(self, t: int, parts: tuple[Part, ...], row: int, widths: list[float]) -> _Found | None:
        """The bound with some τ for each part of the lead; None if it proves nothing."""
        lead, size = 0.0, 0.0
        gain = np.zeros((self.space.n, self.space.classes))
        for part, tau in zip(parts, widths, strict=True):
            motion = self.motions[part.machine]
            value, slope = part.sign * float(motion.value[t]), float(motion.slope[t])
            taken = slope * (motion.gap / (2 * tau) + tau / 2) + float(motion.floor[t])
            lead, size = lead + value - taken, size + abs(value) + taken
            wide = slope / (2 * tau) * self._energy(part.machine, row)
            one = motion.doubt[t] - part.sign * motion.drift[t] + wide + rounding(FEW, wide)
            gain += np.where(self._turned(part.machine), one[:, None], 0.0)
        if not np.isfinite(gain).all():
            return None
        gain = np.where(self.space.alternatives, gain, 0.0)
        label = gain.argmax(axis=1)
        most = np.maximum(gain[np.arange(self.space.n), label], 0.0)
        ladder = self.ledger.ladder
        worst = worst_flips(most, self.points, ladder.cut(int(ladder.levels[row])), self.clock)
        if worst is None:
            return None
        fall, points = float(worst[0][row]), worst[1][row]
        bound = lead - fall - rounding(self.space.n + FEW, size + fall)
        return _Found(bound, points, label[points])

    def _turned(self, machine: int) -> np.ndarray:
        """(n, K) bool: whether a machine's label of each point changes once it has each label."""
        seen = self.machines.labels_of(machine, np.arange(self.space.classes))
        return np.asarray(self.machines.each[machine].y[:, None] != seen[None, :])

    def _energy(self, machine: int, row: int) -> np.ndarray:
        """(n,) ω of a machine for all flip sets of a row's level."""
        flips = self.points.most_flips(int(self.ledger.ladder.levels[row]))
        if (machine, flips) not in self._energies:
            self._energies[machine, flips] = self.motions[machine].energy(flips)
        return self._energies[machine, flips]

    def _width(self, machine: int, row: int) -> float:
        """The largest radius of a row's level: the τ to begin with."""
        if (machine, row) not in self._widths:
            energy, ladder = self._energy(machine, row), self.ledger.ladder
            space = self.machines.each[machine].space
            cut = ladder.cut(int(ladder.levels[row]))
            worst = worst_flips(energy, space, cut, self.clock)
            total = self.motions[machine].gap + (0.0 if worst is None else float(worst[0][row]))
            self._widths[machine, row] = max(math.sqrt(total), SMALLEST)
        return self._widths[machine, row]

    def _width_of(self, machine: int, row: int, found: _Found) -> float:
        """The radius of a flip set: the best τ if it is still the worst then."""
        turned = self._turned(machine)[found.points, found.label]
        total = float(self._energy(machine, row)[found.points[turned]].sum())
        return max(math.sqrt(self.motions[machine].gap + total), SMALLEST)
