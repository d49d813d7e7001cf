"""One changed label at a time, each retrained on: one flip decided at thousands of labels.

What it decides: every budget that pays for no two changes together, with unit costs one flip;
exactly, but for leads inside their error bar where exact arithmetic is out of reach.
Cost: a walk of a few pivots and O(n · moved labels) for each change and machine that it turns, many
flips together in one matrix product (n = 5,000: some milliseconds a flip).
When to prefer it: beyond some hundred labels, where retraining on flips one by one reads the whole
Gram matrix each time; enumeration does the same for few.
Source: ``math.md`` 4.1 and 10; our own note in `labelcert.engines.machines.single_flips`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from labelcert.engines.engine import Role
from labelcert.engines.knowledge.evidence import Exhausted, Retrained
from labelcert.engines.knowledge.lead import lead_bar
from labelcert.engines.machines.machine import Machine
from labelcert.engines.machines.single_flips import SingleFlips
from labelcert.engines.task import Question, Task
from labelcert.engines.work.clock import Clock
from labelcert.engines.work.threads import work_off

NAME = "single changes"

SMALLEST = 600
"""It is for more labels than this."""

TOGETHER = 64
"""Flips in one matrix product."""

MOST_NUMBERS = 5e7
"""Values and bars that are kept at once; predictions are decided in parts where they are more."""


class Singles:
    """All changes of one label, see above."""

    name = NAME
    role = Role.EXHAUST
    decides = frozenset({Question.RADII})
    retrains = True

    def accepts(self, task: Task) -> bool:
        """Kernel SVMs of many labels whose clean fit came to its end."""
        if task.machines is None or task.n <= SMALLEST:
            return False
        return all(machine.fitted for machine in task.machines.each)

    def seconds(self, task: Task, budget: int) -> float:
        """The number of flips of each machine, times a rough cost of each."""
        points = task.attacker.points
        if points.most_flips(budget) > 1:
            return float("inf")
        flips = len(points.candidates) * (1 if task.two_classes else 2 + task.svms.count)
        return 5e-8 * flips * task.n * (10 + 0.002 * task.n) / task.wishes.jobs

    def run(self, task: Task, budget: int, clock: Clock) -> bool:
        """Decide what is open at budgets that pay for one change."""
        points = np.flatnonzero(task.ledger.open)
        part = max(1, int(MOST_NUMBERS / (2 * task.n * task.svms.count)))
        complete = True
        for at in range(0, len(points), part):
            block = _Block(task, points[at : at + part], budget, clock)
            complete = block.decide() and complete
        return complete


class _Block:
    """Some predictions under all changes of one label."""

    def __init__(self, task: Task, points: np.ndarray, budget: int, clock: Clock):
        self.task, self.points, self.clock = task, points, clock
        self.machines, self.trainer = task.svms.of_test_points(points), task.trainer(clock)
        space = task.attacker
        ladder = task.ledger.ladder.cut(budget)
        self.levels, self.due = ladder.levels, space.count_by_level(ladder)
        self.changed, self.new = np.nonzero(space.alternatives)
        paid = space.cost[self.changed] <= budget
        self.changed, self.new = self.changed[paid], self.new[paid]
        self.row = np.searchsorted(self.levels, space.cost[self.changed])
        # Of each machine: its clean values and bars (1 + flips, m), and those after each flip; and
        # which of them (c,) holds after each change.
        self.value: list[np.ndarray] = []
        self.bar: list[np.ndarray] = []
        self.which: list[np.ndarray] = []

    def decide(self) -> bool:
        """Retrain on everything, and write what follows; whether there was time for all."""
        for k, machine in enumerate(self.machines.each):
            if not self._retrain(k, machine):
                return False
        for number in range(len(self.points)):
            self._decide_one(number)
        return not self.clock.expired

    def _retrain(self, k: int, machine: Machine) -> bool:
        """What machine k says after each flip that some change makes."""
        seen = self.machines.labels_of(k, np.arange(self.machines.classes))
        turned = seen[self.new] != machine.y[self.changed]
        flips = np.unique(self.changed[turned])
        single = SingleFlips(machine, np.zeros(1, dtype=np.uint8))
        value = np.full((1 + len(flips), machine.m), np.nan)
        bar = np.full(value.shape, np.nan)
        value[0], bar[0] = single.value, single.bar

        def begin() -> tuple[Callable[[int], None], None]:
            walker = single.walker()

            def do(at: int) -> None:
                some = flips[at : at + TOGETHER]
                place = slice(1 + at, 1 + at + len(some))
                value[place], bar[place] = walker.retrain(some)

            return do, None

        pieces, jobs = range(0, len(flips), TOGETHER), self.task.wishes.jobs
        report = partial(self.clock.report, NAME)
        _, complete = work_off(pieces, begin, self.clock, jobs, single.core.stop, report)
        self.value.append(value)
        self.bar.append(bar)
        self.which.append(np.where(turned, 1 + np.searchsorted(flips, self.changed), 0))
        return complete

    def _decide_one(self, number: int) -> None:
        """Write what the changes do to one prediction."""
        ledger, t = self.task.ledger, int(self.points[number])
        a = int(ledger.predicted[t])
        for b in ledger.open_rivals(t):
            lead, bar = self._leads(number, a, b)
            robust = lead > bar
            for c in np.flatnonzero(~robust & ~(lead <= -bar)).tolist():
                sign = self._sign(c, number, a, b)
                robust[c] = sign is not None and sign > 0
                if sign is not None and sign <= 0:
                    self._break(t, c, exactly=True)
            fallen = np.flatnonzero(lead <= -bar)
            if len(fallen):
                cost = self.row[fallen]
                least = fallen[cost == cost.min()]
                self._break(t, int(least[lead[least].argmin()]), exactly=False)
            self._prove(t, b, robust)

    def _leads(self, number: int, a: int, b: int) -> tuple[np.ndarray, np.ndarray]:
        """Leads (c,) of class a over b after each change, and their bars."""
        parts = self.machines.lead(a, b)
        values = [self.value[p.machine][self.which[p.machine], number] for p in parts]
        bars = [self.bar[p.machine][self.which[p.machine], number] for p in parts]
        if len(parts) == 1:
            return parts[0].sign * values[0], bars[0]
        bar = lead_bar(bars[0], bars[1], values[0], values[1])
        return values[0] - values[1], np.asarray(bar)

    def _sign(self, c: int, number: int, a: int, b: int) -> int | None:
        """The sign of a lead after change c from a fit of its own; None if that does not tell."""
        if self.clock.expired:
            return None
        t = int(self.points[number])
        labels = self.task.attacker.labels.copy()
        labels[self.changed[c]] = self.new[c]
        one = np.array([t])
        return self.trainer.signs(labels, one, np.array([a]), np.array([b]))[0]

    def _break(self, t: int, c: int, exactly: bool) -> None:
        ledger, space = self.task.ledger, self.task.attacker
        cost = int(space.cost[self.changed[c]])
        if cost < ledger.broken[t]:
            changes = np.array([self.changed[c] * space.classes + self.new[c]])
            ledger.break_(t, cost, changes, NAME, Retrained(exactly))

    def _prove(self, t: int, b: int, robust: np.ndarray) -> None:
        """Prove t against a rival as far as every relabeling that is due was noted as robust."""
        noted = np.bincount(self.row[robust], minlength=len(self.levels))
        noted[0] += 1  # the labels as they are
        good = np.array(self.due, dtype=np.int64) == noted
        rows = len(good) if good.all() else int(good.argmin())
        if rows > 0:
            found = Exhausted(
                tuple(self.levels[:rows].tolist()), tuple(self.due[:rows]),
                tuple(noted[:rows].tolist()),
            )  # fmt: skip
            self.task.ledger.prove(t, b, int(self.levels[rows - 1]), NAME, found)
