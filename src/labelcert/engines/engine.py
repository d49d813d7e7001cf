"""What an engine is: something that may accept a task, and adds to what its ledger knows.

Adding one means a file with a class like this, and a line in `labelcert.engines.registry`.
"""

from __future__ import annotations

from enum import Enum
from typing import Protocol

from labelcert.engines.task import Task
from labelcert.engines.work.clock import Clock


class Role(Enum):
    """What the planner turns to an engine for, in the order in which it does."""

    SORT = "decides all that it accepts, at once"
    ATTACK = "finds witnesses, proves nothing"
    EXHAUST = "decides everything up to a budget; its time can be told beforehand"
    SEARCH = "decides one prediction after the other, at budgets that nothing else reaches"
    MARGINS = "bounds worst margins"
    COUNT_ATTACK = "finds changes that break many predictions at once, proves nothing"
    COUNT = "bounds how many predictions break at once"
    REFERENCE = "runs when it is asked for by name only"


class Engine(Protocol):
    """One way to decide a task.

    name: as the ledger, certificates and docs have it. option: as users ask for it by name, ""
    where they cannot. summary: one sentence on what it decides, at what cost and when to prefer it;
    the shell's help and ``docs/engines.md`` print it.
    """

    name: str
    option: str
    role: Role
    summary: str

    def accepts(self, task: Task) -> bool:
        """Whether it can add anything to what is known of such a task."""
        ...

    def seconds(self, task: Task, budget: int) -> float:
        """About how long it takes up to a budget, on the task's number of jobs."""
        ...

    def run(self, task: Task, budget: int, clock: Clock) -> None:
        """Decide what it can up to a budget, until the clock expires; writes to the ledger only."""
        ...
