"""Radii by the paper's program: budgets ascending, several test points side by side.

What it decides: the radius of every open prediction, up to what solver and clock leave open.
Cost: a program for each test point, rival and budget. When to prefer it: for comparison only.
Source: [LC] arXiv 2412.00537, section 3; ``math.md`` 3.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

import numpy as np

from labelcert.engines.knowledge.evidence import Believed, Retrained
from labelcert.engines.paper_milp.sample_wise import LeadDecider
from labelcert.engines.solvers import milp_solver
from labelcert.engines.task import Task
from labelcert.engines.work.clock import Clock
from labelcert.engines.work.threads import work_off


def search_radii(task: Task, budget: int, engine: str, clock: Clock) -> None:
    """Search the radius of every open prediction up to a budget, until it is broken.

    As many test points are solved side by side as the task has jobs, each by one solver thread, for
    `seconds_a_point` at most. What is known is written to the ledger at once, so a limit loses
    nothing. Raises InputError where the solver is unknown, not installed, or not licensed for the
    size.
    """
    solver = milp_solver(task.wishes.solver)
    points = np.flatnonzero(task.ledger.open).tolist()
    lock = threading.Lock()

    def begin() -> tuple[Callable[[int], None], None]:
        trainer = task.trainer(clock)
        decider = LeadDecider(task.svms, task.predicted, solver, trainer)

        def do(t: int) -> None:
            within = clock.within(task.wishes.seconds_a_point)
            _radius(task, t, budget, decider, engine, within, lock)

        return do, None

    stop = np.zeros(1, dtype=np.uint8)
    work_off(points, begin, clock, task.wishes.jobs, stop, partial(clock.report, engine))


def _radius(
    task: Task,
    t: int,
    budget: int,
    decider: LeadDecider,
    engine: str,
    clock: Clock,
    lock: threading.Lock,
) -> None:
    ledger = task.ledger
    # An undecided level does not end the search: a larger one may still bring a witness.
    for level in ledger.ladder.up_to(min(ledger.needed(t), budget)):
        for rival in ledger.rivals(t):
            if level <= ledger.proven[t, rival]:
                continue
            if clock.expired:
                return
            found = decider.against(t, rival, level, clock)
            with lock:
                if found.verdict == "robust":
                    evidence = Believed(found.bound, task.wishes.solver)
                    ledger.prove(t, rival, level, engine, evidence)
                elif found.verdict == "broken" and found.changes is not None:
                    cost = task.attacker.cost_of(found.changes)
                    ledger.break_(t, cost, found.changes, engine, Retrained(exactly=False))
                    return
