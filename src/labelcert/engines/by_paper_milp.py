"""The founding paper's mixed-integer program as an engine: the reference, asked for by name only.

What it decides: radii, for any number of classes, and counts of simultaneously broken predictions
of two. Cost: branch and bound over three binaries a label, anew for each test point, rival and
budget: seconds at n = 20, and grows fast. When to prefer it: never; it is what the paper did.
What its "robust" rests on is a solver's bound, up to the solver's tolerances, less a safety
(`labelcert.engines.paper_milp.sample_wise`).
Source: [LC] arXiv 2412.00537, section 3 and its appendices; ``math.md`` 3.
"""

from __future__ import annotations

import math

from labelcert.engines.engine import Role
from labelcert.engines.task import Question, Task
from labelcert.engines.work.clock import Clock


class PaperMilp:
    """Radii and collective counts by the paper's program."""

    name = "paper_milp"
    role = Role.REFERENCE
    decides = frozenset({Question.RADII, Question.COUNTS})
    retrains = True

    def accepts(self, task: Task) -> bool:
        """Any kernel SVM."""
        return task.machines is not None

    def seconds(self, task: Task, budget: int) -> float:
        """Nobody can tell how long a branch and bound over many binaries takes."""
        return math.inf

    def run(self, task: Task, budget: int, clock: Clock) -> bool:
        """Radii first, then counts, until the clock expires.

        Raises InputError where the solver is unknown, not installed, or not licensed for the size.
        """
        # Who never asks for the reference does not wait for the import of a solver.
        from labelcert.engines.paper_milp.collective import count_all
        from labelcert.engines.paper_milp.radii import search_radii

        if task.wishes.sample_wise:
            search_radii(task, budget, self.name, clock)
        if task.wishes.collective and task.two_classes:
            count_all(task, budget, self.name, clock)
        return not clock.expired
