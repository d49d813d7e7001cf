"""Attack: find relabelings that break predictions, by greedy choice and local search.

What it decides: upper ends of radii, each by a witness that was retrained on and lies beyond its
error bar, or breaks its prediction in exact arithmetic. It never proves robustness.
Cost: about n r retrainings a test point with one machine, 2 n r a test point and rival with more;
each that is kept, with one machine each of them, is tried on every test point (``math.md`` 5).
When to prefer it: when enumeration is out of reach, and before anything that proves, to learn which
budgets still need a proof.
Source: our own note; ``math.md`` 5 and 6.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from labelcert.engines.attacking.hopeless import SingleFlips
from labelcert.engines.attacking.local_search import attack
from labelcert.engines.attacking.looks import lead_of
from labelcert.engines.attacking.position import DEPTH, Position, cores_of
from labelcert.engines.by_enumeration import seconds_of_one
from labelcert.engines.engine import Role
from labelcert.engines.knowledge.record import Record
from labelcert.engines.task import Question, Task
from labelcert.engines.work.clock import Clock
from labelcert.engines.work.memory import threads_that_fit
from labelcert.engines.work.threads import work_off

ROUNDS, ROUNDS_OF_MANY = 3, 2
"""Rounds of exchanges in the local search: of one machine, and of a pair out of many."""


class Attack:
    """Attacks every open prediction, see above."""

    name = "attack"
    role = Role.ATTACK
    decides = frozenset({Question.RADII})
    retrains = True

    def accepts(self, task: Task) -> bool:
        """Any kernel SVM; where a model is linear the sort finds every witness."""
        return task.machines is not None

    def seconds(self, task: Task, budget: int) -> float:
        """A greedy path and about as many exchanges, a test point and rival."""
        waiting = np.flatnonzero(task.ledger.open).tolist()
        steps = 2 * min(task.attacker.points.most_flips(budget), 10)
        if task.two_classes:
            each = seconds_of_one(task.n, task.m) * len(waiting)
        else:
            rivals = sum(len(task.ledger.open_rivals(t)) for t in waiting)
            each = 2 * seconds_of_one(task.n, 0) * rivals
        return task.n * steps * each / task.wishes.jobs

    def run(self, task: Task, budget: int, clock: Clock) -> bool:
        """Attack all open predictions up to a budget, and write the witnesses."""
        machines, ledger, jobs = task.svms, task.ledger, task.wishes.jobs
        levels = ledger.ladder.levels
        waiting = np.flatnonzero(ledger.open).tolist()
        if not waiting or clock.expired or not all(x.fitted for x in machines.each):
            return not waiting
        jobs = threads_that_fit(jobs, 8 * int(DEPTH) * machines.count * task.n**2)
        if jobs == 0:
            return False  # witnesses are worth less than a process that dies
        stop = np.zeros(1, dtype=np.uint8)
        cores = cores_of(machines, task.predicted, stop)
        flips = SingleFlips(machines, cores, clock, jobs) if machines.count > 1 else None

        first = None if flips is None else flips.after
        rounds = ROUNDS if flips is None else ROUNDS_OF_MANY

        def begin() -> tuple[Callable[[int], None], Record]:
            position = Position.clean(machines, cores, task.predicted, levels, first)

            def do(t: int) -> None:
                # What other attacks found meanwhile is ignored: results must not depend on timing.
                a, most = int(task.predicted[t]), min(ledger.needed(t), budget)
                rivals = ledger.open_rivals(t)
                for b in rivals if flips is None else flips.nearest(t, rivals):
                    if most < 1 or stop[0] != 0:
                        return
                    if flips is None or flips.may_reach(t, a, b, most):
                        aim = lead_of(machines, t, a, b)
                        most = min(most, int(attack(*position, aim, most, rounds)) - 1)

            return do, position.record

        report = partial(clock.report, self.name)
        records, complete = work_off(waiting, begin, clock, jobs, stop, report)
        task.settling(self.name, clock).settle(records)
        return complete
