"""Radii from one fit: how far any flips of a budget can move a kernel SVM, by a sort and a norm.

What it decides: budgets that predictions survive for sure, for any number of labels and classes;
it breaks nothing, and leaves open what a ball is too coarse for. It is good where C is small.
Cost: O(n²) a machine and number of flips if no label pushes back, O(n² e + n e²) with e ≤ 300 that
do; then a few sorts of n gains a test point and rival.
When to prefer it: before everything that retrains.
Source: ``math.md`` 10.1, and our own note in `labelcert.engines.motion.clean_motion`.
"""

from __future__ import annotations

import math

import numpy as np

from labelcert.engines.engine import Role
from labelcert.engines.knowledge.evidence import Moved
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.motion.lead_bounds import LeadBounds
from labelcert.engines.motion.push_back import MOST, STEPS
from labelcert.engines.task import Question, Task
from labelcert.engines.work.clock import Clock

NAME = "motion"

MANY = 200
"""With many classes it is for more labels than this."""


class Motion:
    """A ball around the clean fit."""

    name = NAME
    role = Role.GLANCE
    decides = frozenset({Question.RADII})
    retrains = False

    def accepts(self, task: Task) -> bool:
        """Kernel SVMs; of many classes those with many labels.

        With fewer the flip sets of single classes are gone through, which also tells what
        independent worst cases prove: of predictions proven here nobody would.
        """
        return task.machines is not None and (task.two_classes or task.n > MANY)

    def seconds(self, task: Task, budget: int) -> float:
        """Some reaches of each machine, and some sorts for each test point and rival."""
        n, pushing, steps = task.n, min(task.n, MOST), 1 + math.log2(1 + budget)
        reaches = task.svms.count * n * (4 * n * pushing + 2 * STEPS * pushing**2)
        sorts = task.m * (task.attacker.classes - 1) * (1000 + n)
        return steps * (5e-11 * reaches + 2e-7 * sorts)

    def run(self, task: Task, budget: int, clock: Clock) -> bool:
        """Prove what the balls prove, one test point and rival after the other.

        Nothing is built upon a clean fit that was ended early.
        """
        ledger, machines = task.ledger, task.svms
        if ledger.needed_budget < 0:
            return True
        if clock.expired or not all(machine.fitted for machine in machines.each):
            return False
        bounds = LeadBounds(machines, ledger.ladder, clock)
        for t in np.flatnonzero(ledger.open).tolist():
            for b in ledger.open_rivals(t):
                if clock.expired:
                    return False
                _decide(ledger, bounds, t, b, min(budget, ledger.needed(t)))
        return True


def _decide(ledger: Ledger, bounds: LeadBounds, t: int, b: int, budget: int) -> None:
    """Prove t against a rival as far as a bound stays positive, in steps that double."""
    ladder, a, found = ledger.ladder, int(ledger.predicted[t]), 0.0
    low = ladder.row(int(ledger.proven[t, b]))
    last, step = ladder.row(budget), 1
    high = plain = last + 1  # the first rows known not to be proven, and not by the plain ball
    while low + 1 < high:
        row = min(low + step, last) if high > last else (low + high) // 2
        bound = bounds.bound(t, a, b, row, pushed=False) if row < plain else -math.inf
        if not bound > 0:
            plain = min(plain, row)
            bound = bounds.bound(t, a, b, row, pushed=True)
        if bound > 0:
            low, step, found = row, 2 * step, bound
        else:
            high = row
    if found > 0:
        ledger.prove(t, b, int(ladder.levels[low]), NAME, Moved(found))
