"""Decide what is asked against an attacker with free groups: by choice, else case by case.

What is proven holds in every case; what breaks a prediction in one case breaks it. A case that was
not finished proves nothing, so a time limit leaves intervals, and an unlucky one leaves all open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from labelcert.engines import planner
from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.crowds.choices_of_groups import Case, cases_of, number_of_cases
from labelcert.engines.crowds.linear_crowd import LinearCrowd
from labelcert.engines.knowledge.evidence import EachCase, Proof
from labelcert.engines.knowledge.ledger import NEVER, Ledger
from labelcert.engines.machines.linear_model import LinearModel
from labelcert.engines.task import Question, Task
from labelcert.engines.work.clock import Clock

MakeTask = Callable[[RelabelSpace, np.ndarray, int, Clock], Task]
"""The task of an attacker, some of the test points, and a largest budget."""


@dataclass(frozen=True, eq=False)
class Crowd:
    """What is to be decided: space with free groups, ledger of the test points; asked: questions.

    linear: the model where it is linear whatever the attacker does, up to its budget, or None;
    make_task: a task of one case.
    """

    space: RelabelSpace
    ledger: Ledger
    asked: frozenset[Question]
    linear: LinearModel | None
    make_task: MakeTask


def new_ledger(space: RelabelSpace, budget: int, predicted: np.ndarray) -> Ledger:
    """A ledger in which not even budget 0 is proven, since groups change for nothing."""
    ladder = space.points.ladder(budget)
    return Ledger(ladder, predicted, space.classes, clean_proves=False)


def decide(crowd: Crowd, clock: Clock) -> None:
    """Decide what can be decided until the clock expires."""
    ledger = crowd.ledger
    if ledger.m == 0:
        return
    if crowd.linear is not None:
        LinearCrowd(crowd.linear, crowd.space, ledger, clock).run()
    if bool(ledger.open.any()) or Question.COUNTS in crowd.asked:
        _Cases(crowd, clock).run()
    ledger.combine()


class _Cases:
    """All cases of a crowd, one after the other, each with its share of the time."""

    def __init__(self, crowd: Crowd, clock: Clock):
        self.crowd, self.ledger, self.clock = crowd, crowd.ledger, clock
        m, rows = self.ledger.m, self.ledger.ladder.rows
        self.counting = Question.COUNTS in crowd.asked
        self.least = np.full(m, self.ledger.max_budget, dtype=np.int64)
        self.seen = np.zeros(m, dtype=np.int64)  # cases that looked at each test point
        self.least_by = [""] * m
        self.proof: list[Proof | None] = [None] * m
        self.counted = 0
        self.upper = np.zeros(rows, dtype=np.int64)

    def run(self) -> None:
        """Go through the cases; what every single one of them proves is proven."""
        total = number_of_cases(self.crowd.space)
        for number, case in enumerate(cases_of(self.crowd.space, self.ledger.max_budget)):
            rows = self._rows()
            if len(rows) == 0:
                break
            if self.clock.expired:
                break
            stage = self.clock.within(self.clock.remaining / (total - number))
            self._one(case, rows, stage)
            self.clock.report("groups", (number + 1) / total)
        self._prove(total)

    def _rows(self) -> np.ndarray:
        """Test points that are worth a look: whatever a case says of others changes nothing."""
        if self.counting:
            return np.arange(self.ledger.m)
        return np.flatnonzero(self.ledger.open)

    def _one(self, case: Case, rows: np.ndarray, clock: Clock) -> None:
        needed = self.ledger.max_budget
        if not self.counting:
            needed = max(self.ledger.needed(t) for t in rows.tolist())
        budget = case.within_reach(needed)
        task = self.crowd.make_task(case.space, rows, case.scaled(budget), clock)
        planner.decide(task, clock)
        for k, t in enumerate(rows.tolist()):
            self._take(case, task.ledger, k, t, budget)
        if self.counting:
            self._take_counts(case, task.ledger, budget)

    def _take(self, case: Case, found: Ledger, k: int, t: int, budget: int) -> None:
        """What a case has found of its test point k, which is t here."""
        self.seen[t] += 1
        reach = min(case.original(int(found.robust[k])), budget)
        if reach < self.least[t] or self.proof[t] is None:
            self.least[t] = min(reach, int(self.least[t]))
            self.least_by[t], self.proof[t] = found.proven_by[k], found.proof[k]
        changes, refutation = found.witness[k], found.refutation[k]
        if found.broken[k] < NEVER and changes is not None and refutation is not None:
            price = self.crowd.space.price(changes)
            if price is not None and price <= self.ledger.max_budget:
                self.ledger.break_(t, price, changes, found.broken_by[k], refutation)

    def _take_counts(self, case: Case, found: Ledger, budget: int) -> None:
        self.counted += 1
        for row, level in enumerate(self.ledger.ladder.levels.tolist()):
            most = self.ledger.m
            if level <= budget:
                most = int(found.broken_upper[found.ladder.row(case.scaled(level))])
            self.upper[row] = max(int(self.upper[row]), most)
        for row in np.flatnonzero(found.broken_lower > 0).tolist():
            changes = found.count_witness[row]
            price = self.crowd.space.price(changes)
            if price is not None:
                self.ledger.count_broken(price, int(found.broken_lower[row]), changes)

    def _prove(self, total: int) -> None:
        for t, budget in enumerate(self.least.tolist()):
            proof = self.proof[t]
            if budget >= 0 and proof is not None and self.seen[t] == total:
                evidence = EachCase(total, proof)
                self.ledger.prove_all(t, budget, self.least_by[t], evidence)
        if self.counting and self.counted == total:
            for row, level in enumerate(self.ledger.ladder.levels.tolist()):
                self.ledger.bound_count(level, int(self.upper[row]))
