"""Radii by the extreme flip sets of single classes: the work-horse for many classes.

What it decides: radius and witness of every test point, exactly, up to the budget whose flip sets
of single classes can be enumerated; and the radius by independent worst cases (each class with the
whole budget to itself), which is sound and comes for free.
Cost: K · Σ_j≤r C(n, j) retrainings for all test points together, then a join a pair.
When to prefer it: always where it fits into the time; n = 70 with seven classes reaches r = 3 in
seconds. With two classes there is nothing to join: `by_enumeration` does it.
Source: our own note; ``math.md`` 4.1 and 6.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from labelcert.engines.by_enumeration import seconds_of_one
from labelcert.engines.engine import Role
from labelcert.engines.joining.cells import Cells
from labelcert.engines.joining.extremes import (
    LONGEST,
    ClassLists,
    Extremes,
    class_lists,
    count_class_flips,
    list_size,
)
from labelcert.engines.joining.pairs import PairRules, decide_pair, lists_bar, relaxed_budget
from labelcert.engines.knowledge.evidence import Joined, Retrained, WorstCases
from labelcert.engines.machines.svm_trainer import SvmTrainer
from labelcert.engines.task import Question, Task
from labelcert.engines.work.clock import Clock

NAME = "enumeration by classes"

RELAXED = "independent worst cases"

SETTLED = 2.0
"""How much longer than its retraining a flip set takes, with what is kept of it and joined."""

FIRST_SIZE = 64
"""Flip sets kept in a cell at first; pairs that stay open get more."""


class Classes:
    """The flip sets of each class, joined into relabelings."""

    name = NAME
    role = Role.EXHAUST
    decides = frozenset({Question.RADII})
    retrains = True

    def accepts(self, task: Task) -> bool:
        """Kernel SVMs of more than two classes; it knows nothing of counts."""
        return task.machines is not None and not task.two_classes

    def seconds(self, task: Task, budget: int) -> float:
        """The number of flip sets of all classes, times a rough cost of each."""
        each = SETTLED * seconds_of_one(task.n, task.m) / task.wishes.jobs
        return count_class_flips(task.svms, budget) * each

    def run(self, task: Task, budget: int, clock: Clock) -> bool:
        """Enumerate up to a budget and decide what that decides.

        With "relaxed" exactness only independent worst cases are compared.
        """
        done = ClassSearch(task, clock).run(budget, task.exact)
        if done:  # what was closed before is known at budget 0 at least
            for t in range(task.m):
                task.ledger.relax(t, 0)
        return done


@dataclass(eq=False)
class ClassSearch:
    """The search of all open pairs of a task at one budget."""

    task: Task
    clock: Clock
    _rules: dict[tuple[int, int], PairRules] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.machines, self.ledger = self.task.svms, self.task.ledger
        self.jobs, self.m = self.task.wishes.jobs, self.task.m
        self._exact = SvmTrainer(self.machines, self.clock)

    def run(self, budget: int, exact: bool = True) -> bool:
        """Enumerate up to a budget and decide what it decides; False if the clock ended it.

        exact: also join the lists; without it only independent worst cases are compared.
        """
        cells = Cells.of(self.machines.ladder.cut(budget))
        open_pairs = self._open_pairs(budget)
        if not open_pairs:
            return True
        if exact:
            size = min(FIRST_SIZE, list_size(self.machines, cells.count, self.jobs, self.m))
        else:
            size = 1
        if not self._round(budget, cells, open_pairs, size, exact, first=True):
            return False
        while exact:
            left = [pair for pair in self._open_pairs(budget) if pair in set(open_pairs)]
            points = len({t for t, _ in left}) or 1
            longest = list_size(self.machines, cells.count, self.jobs, points)
            bigger = min(16 * size, longest, LONGEST)
            if not left or bigger <= size:
                break
            size = bigger
            if not self._round(budget, cells, left, size, exact, first=False):
                return False
        return True

    def _open_pairs(self, budget: int) -> list[tuple[int, int]]:
        """(test point, rival) without a proof at the budget, where one may still be had."""
        ledger = self.ledger
        return [
            (t, b)
            for t in range(self.m)
            for b in ledger.open_rivals(t)
            if ledger.proven[t, b] < min(budget, ledger.needed(t))
        ]

    def _round(
        self,
        budget: int,
        cells: Cells,
        pairs: list[tuple[int, int]],
        size: int,
        exact: bool,
        first: bool,
    ) -> bool:
        predicted, m = self.ledger.predicted, self.m
        rows = np.unique([t for t, _ in pairs]).astype(np.int64)
        wanted = np.zeros((m, self.machines.classes), dtype=bool)
        for t, b in pairs:
            wanted[t, [b, int(predicted[t])]] = True
        part = self.machines.of_test_points(rows)
        lists: dict[int, ClassLists] = {}
        for k in np.flatnonzero(wanted.any(axis=0)):
            found = class_lists(
                part, predicted[rows], int(k), wanted[rows, k], budget, size, self.clock, self.jobs
            )
            if found is None:
                return False
            lists[int(k)] = found
        where = {int(t): row for row, t in enumerate(rows)}
        union = cells.smallest_union()
        relaxed = np.full(m, budget, dtype=np.int64)
        extremes: dict[int, Extremes] = {}
        at = -1
        for t, b in pairs:
            if self.clock.expired:
                return False
            if t != at:
                at, extremes = t, {}
            a = int(predicted[t])
            for k in (a, b):
                if k not in extremes:
                    extremes[k] = lists[k].of(where[t])
            relaxed[t] = min(relaxed[t], relaxed_budget(extremes[a], extremes[b], cells))
            if exact:
                self._decide(t, a, b, extremes, cells, union, budget)
            else:
                own, rival = extremes[a], extremes[b]
                found = WorstCases(lists_bar(own, rival))
                self.ledger.prove(t, b, relaxed_budget(own, rival, cells), RELAXED, found)
        if first:
            for t in rows.tolist():
                self.ledger.relax(t, min(int(relaxed[t]), int(self.ledger.broken[t]) - 1))
        return True

    def _decide(
        self,
        t: int,
        a: int,
        b: int,
        extremes: dict[int, Extremes],
        cells: Cells,
        union: np.ndarray,
        budget: int,
    ) -> None:
        ledger = self.ledger
        reach = min(budget, self.ledger.needed(t))
        if reach <= self.ledger.proven[t, b]:
            return
        if (a, b) not in self._rules:
            self._rules[a, b] = PairRules(self.machines.space, a, b)
        found = decide_pair(
            self._rules[a, b], extremes[a], extremes[b], cells, union, reach, self._exact, t
        )
        if found.broken is not None and found.changes is not None:
            cost = self.machines.space.cost_of(found.changes)
            if cost < ledger.broken[t]:
                ledger.break_(t, cost, found.changes, NAME, Retrained(exactly=found.exactly))
        own, rival = extremes[a], extremes[b]
        evidence = Joined((len(own.value), len(rival.value)), lists_bar(own, rival))
        self.ledger.prove(t, b, found.proven, NAME, evidence)
