"""Attack on counts where values are linear in the labels: greedy choice that only adds up.

What it decides: lower ends of the collective counts, each by a relabeling under which so many
predictions are lost beyond their error bars.
Cost: O(n m) a step for two classes, O(n m K²) for more, a step for each change the budget pays for;
no retraining. When to prefer it: ridge regression and saturation, where the sort knows every radius
and the relabelings are too many to go through.
Source: our own note; ``math.md`` 4.1 and 7.
"""

from __future__ import annotations

from labelcert.engines.attacking.linear_greedy import REACHES, LinearGreedy
from labelcert.engines.engine import Role
from labelcert.engines.task import Question, Task
from labelcert.engines.work.clock import Clock


class LinearAttack:
    """Greedy paths of a model that is linear in the labels, see above."""

    name = "attack on linear counts"
    role = Role.ATTACK
    decides = frozenset({Question.COUNTS})
    retrains = False

    def accepts(self, task: Task) -> bool:
        """Whatever is linear in the labels."""
        return task.linear is not None

    def seconds(self, task: Task, budget: int) -> float:
        """The terms of all steps, times a rough cost of each."""
        steps = task.attacker.points.most_flips(budget)
        classes = 1 if task.two_classes else task.attacker.classes
        return 3e-9 * len(REACHES) * steps * task.n * (1 + task.m) * classes**2

    def run(self, task: Task, budget: int, clock: Clock) -> bool:
        """Attack the counts at all budgets up to one, and write what breaks them."""
        assert task.linear is not None
        budget = min(budget, task.linear.max_budget, task.ledger.open_count)
        if task.m == 0 or budget < 1:
            return True
        greedy = LinearGreedy(task.linear, task.attacker, task.ledger)
        return greedy.run(budget, clock, self.name)
