"""Attack on counts: find relabelings that break many predictions at once, by greedy choice.

What it decides: lower ends of the collective counts, each by a relabeling under which so many
predictions are lost beyond their error bars. It never proves that no other breaks more.
Cost: n retrainings a step with one machine, K n with more, a step for each change the budget pays
for; with one machine as many again for exchanges at every budget. When to prefer it: before
anything that bounds the counts from above.
Source: our own note; ``math.md`` 4.1.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from labelcert.engines.attacking.local_search import attack
from labelcert.engines.attacking.looks import count_within
from labelcert.engines.attacking.position import Position, cores_of
from labelcert.engines.by_enumeration import seconds_of_one
from labelcert.engines.engine import Role
from labelcert.engines.knowledge.record import Record
from labelcert.engines.task import Question, Task
from labelcert.engines.work.clock import Clock
from labelcert.engines.work.threads import work_off

REACHES = (1.0, 0.3, 0.1)
"""Leads up to here count as near misses, in units of the median clean lead where that is above 1;
several give several paths."""

MOST_BUDGETS = 100
"""Where prices differ every budget takes a path of its own; so many budgets get one."""


class CountAttack:
    """Attacks the number of simultaneously broken predictions, see above."""

    name = "attack on counts"
    role = Role.ATTACK
    decides = frozenset({Question.COUNTS})
    retrains = True

    def accepts(self, task: Task) -> bool:
        """Any kernel SVM."""
        return task.machines is not None

    def seconds(self, task: Task, budget: int) -> float:
        """A step a change the budget pays for, and exchanges with one machine."""
        steps = task.attacker.points.most_flips(budget)
        looks = steps + steps**2 / 2 if task.two_classes else steps * task.attacker.classes
        paths = len(REACHES) / min(len(REACHES), task.wishes.jobs)
        return paths * looks * task.n * seconds_of_one(task.n, task.m)

    def run(self, task: Task, budget: int, clock: Clock) -> bool:
        """Attack the counts at all budgets up to one, and write the witnesses."""
        machines, ledger = task.svms, task.ledger
        budget = min(budget, ledger.open_count)
        if task.m == 0 or budget < 1:
            return True
        if clock.expired or not all(machine.fitted for machine in machines.each):
            return False
        stop = np.zeros(1, dtype=np.uint8)
        cores = cores_of(machines, task.predicted, stop)
        unit_cost = task.attacker.points.unit_cost
        budgets = _budgets(task, budget)
        clean = task.trainer(clock).leads(task.attacker.labels, task.predicted).smallest
        unit = max(1.0, float(np.median(clean)))

        def begin() -> tuple[Callable[[float], None], Record]:
            position = Position.clean(machines, cores, task.predicted, ledger.ladder.levels)

            def do(reach: float) -> None:
                aim = count_within(machines, reach * unit)
                position.go_back(cores)
                for most, rounds in budgets:
                    if stop[0] != 0:
                        return
                    if not unit_cost:
                        position.go_back(cores)
                    attack(*position, aim, most, rounds)

            return do, position.record

        report = partial(clock.report, self.name)
        records, complete = work_off(REACHES, begin, clock, task.wishes.jobs, stop, report)
        task.settling(self.name, clock).settle(records)
        return complete


def _budgets(task: Task, budget: int) -> list[tuple[int, int]]:
    """Budgets that the paths are led up to, each with rounds of exchanges there.

    With many machines a path is not exchanged, and passes through all smaller budgets anyway.
    """
    ledger = task.ledger
    levels = np.array(ledger.ladder.up_to(budget)[1:], dtype=np.int64)
    if not task.two_classes or len(levels) == 0:
        return [(budget, 0)]
    if not task.attacker.points.unit_cost and len(levels) > MOST_BUDGETS:
        chosen = np.linspace(0, len(levels) - 1, MOST_BUDGETS).astype(np.int64)
        levels = levels[chosen]
    is_open = ledger.broken_lower < ledger.broken_upper
    return [(int(level), int(is_open[ledger.ladder.row(level)])) for level in levels]
