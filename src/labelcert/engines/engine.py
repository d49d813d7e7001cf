"""What an engine is: something that may accept a task, and adds to what its ledger knows.

Adding one means a file with a class like this, and an entry in `labelcert.engines.registry`.
"""

from __future__ import annotations

from enum import Enum
from typing import Protocol, runtime_checkable

from labelcert.engines.task import Question, Task
from labelcert.engines.work.clock import Clock

ALL = frozenset(Question)
"""What an engine decides that tries every label vector."""


class Role(Enum):
    """What the planner turns to an engine for."""

    SORT = "decides all that it accepts, at once"
    GLANCE = "proves what the clean fit tells of other labels, without training on any"
    EXHAUST = "goes through everything up to a budget, in a time that can be told beforehand"
    ATTACK = "finds witnesses, proves nothing"
    SEARCH = "decides one prediction after the other, at budgets that nothing else reaches"
    BOUND = "bounds what is left open"
    REFERENCE = "runs when it is asked for by name only"


@runtime_checkable
class Engine(Protocol):
    """One way to decide a task.

    name: as the ledger, certificates and docs have it. decides: which questions it answers;
    retrains: whether it trains machines on other labels.
    """

    name: str
    role: Role
    decides: frozenset[Question]
    retrains: bool

    def accepts(self, task: Task) -> bool:
        """Whether it can add anything to what is known of such a task."""
        ...

    def seconds(self, task: Task, budget: int) -> float:
        """About how long it takes up to a budget, on the task's number of jobs."""
        ...

    def run(self, task: Task, budget: int, clock: Clock) -> bool:
        """Decide what it can up to a budget; writes to the task's ledger only.

        Returns whether it came to its end before the clock expired.
        """
        ...
