"""Attack: find flip sets that break predictions, by greedy choice and local search.

What it decides: upper ends of radii and lower ends of collective counts, each by a witness that was
retrained on and lies beyond its error bar. It never proves robustness.
Cost: about 2 n r retrainings a test point, most of it shared: every label vector retrained on is
tried on every test point (``math.md`` 5). When to prefer it: when enumeration is out of reach, and
before it, to learn which budgets still need a proof.
Source: our own note; ``math.md`` 5.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from labelcert.engines.attack_loop import TOTAL, attack_one, exchange, greedy
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.knowledge.recording import Record, new_record
from labelcert.engines.knowledge.settle import add_witnesses, settle
from labelcert.engines.machines.judge import ExactJudge
from labelcert.engines.machines.machine import Problem
from labelcert.engines.machines.retraining import new_stack, start
from labelcert.engines.work.clock import Clock
from labelcert.engines.work.threads import run_in_threads, work_off

NAME = "attack"

ROUNDS = 3
"""Rounds of exchanges in the local search."""

UNCLEAR = 100
"""How many label vectors with a margin inside its error bar are kept for exact arithmetic."""


def attack_each(
    problem: Problem, sign: np.ndarray, ledger: Ledger, clock: Clock, jobs: int = 1
) -> None:
    """Attack every open prediction up to the ledger's largest budget; hardest to break last."""
    core = problem.core(sign)
    candidates = problem.space.candidates

    def begin() -> tuple[Callable[[int], None], Record]:
        stack = new_stack(4, problem.n, problem.m, len(core.group_budget))
        record = new_record(problem.ladder.levels, problem.n, problem.m, UNCLEAR)
        start(core, stack)

        def do(t: int) -> None:
            # What other attacks found meanwhile is ignored: results must not depend on timing.
            budget = min(int(ledger.broken[t]) - 1, problem.max_budget)
            if budget >= 1:
                attack_one(core, stack, record, candidates, t, budget, 1.0, ROUNDS)

        return do, record

    waiting = np.flatnonzero(ledger.open).tolist()
    records, _ = work_off(waiting, begin, clock, jobs, core.stop, partial(clock.report, NAME))
    _write(problem, sign, ledger, records, clock)


def attack_count(problem: Problem, sign: np.ndarray, ledger: Ledger, clock: Clock) -> None:
    """Attack the number of simultaneously broken predictions, at every budget."""
    core = problem.core(sign)
    candidates = problem.space.candidates

    def run() -> Record:
        stack = new_stack(4, problem.n, problem.m, len(core.group_budget))
        record = new_record(problem.ladder.levels, problem.n, problem.m, UNCLEAR)
        start(core, stack)
        budgets = problem.ladder.up_to(problem.max_budget)[1:]
        for number, budget in enumerate(budgets):
            # Margins up to `reach` count as near misses; several give several starting points.
            for reach in (1.0, 0.3, 0.1):
                if clock.expired:
                    return record
                value = greedy(core, stack, record, candidates, TOTAL, budget, reach)
                if np.isfinite(value):
                    exchange(core, stack, record, candidates, TOTAL, budget, reach, value, 1)
            clock.report("collective attack", (number + 1) / len(budgets))
        return record

    records = run_in_threads(run, clock, 1, core.stop)
    _write(problem, sign, ledger, records, clock)


def _write(
    problem: Problem, sign: np.ndarray, ledger: Ledger, records: list[Record], clock: Clock
) -> None:
    add_witnesses(ledger, records, NAME)
    judge = ExactJudge(problem)
    settle(problem, sign, ledger, records, NAME, judge, clock)
