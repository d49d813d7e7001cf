"""Enumeration of relabelings: retrain on every one up to a budget; exact for every test point.

What it decides: every radius and the collective count at all budgets up to the one asked for.
Cost: Σ_k≤r C(n, k) (K − 1)^k relabelings with two warm starts each. When to prefer it: small
problems, and the collective certificate; for radii alone `class_search` reaches further.
Source: our own note, ``math.md`` 4.1 and 6.
"""

from __future__ import annotations

import numpy as np

from labelcert.engines.ladder import Ladder
from labelcert.engines.machines.comparison import OneVsAll
from labelcert.engines.machines.machines import MulticlassProblem
from labelcert.engines.machines.retraining import new_stack
from labelcert.engines.multiclass.enumeration_loop import walk_relabelings
from labelcert.engines.multiclass.recording import new_record
from labelcert.engines.multiclass.retrainer import start_class
from labelcert.engines.multiclass.rivals import Rivals
from labelcert.engines.multiclass.settle import settle
from labelcert.engines.walk.tree import RelabelTree, Worker
from labelcert.engines.work.clock import Clock

NAME = "enumeration"


def enumerate_relabelings(
    problem: MulticlassProblem, rivals: Rivals, budget: int, clock: Clock, jobs: int = 1
) -> bool:
    """Retrain on every relabeling of cost ≤ budget and write what follows into the ledger.

    Returns whether the enumeration was completed; if not, budgets whose account is complete all the
    same are proven, besides witnesses.
    """
    ladder = rivals.ledger.ladder.cut(budget)
    tree = RelabelTree(problem.space, budget)
    stop = np.zeros(1, dtype=np.uint8)

    def worker() -> Worker:
        return _Retraining(problem, rivals.predicted.astype(np.int64), tree, ladder, stop)

    records, complete = tree.walk(worker, clock, jobs, stop, NAME)
    exact = OneVsAll(problem.gram, problem.cross, problem.C, clock)
    expected = problem.space.count_by_level(ladder)
    settle(problem.space, exact, rivals, records, expected, NAME, clock)
    return complete


class _Retraining(Worker):
    """One thread's solver states and record."""

    def __init__(
        self,
        problem: MulticlassProblem,
        predicted: np.ndarray,
        tree: RelabelTree,
        ladder: Ladder,
        stop: np.ndarray,
    ):
        p = self.problem = problem
        self.tree, self.predicted = tree, predicted
        self.record = new_record(ladder.levels, p.m, tree.size)
        self.depth = np.int64(tree.size + 2)
        groups = len(p.space.group_budget)
        self.stack = new_stack(p.classes * int(self.depth), p.n, p.m, groups)
        cores = [q.core(np.ones(p.m)) for q in p.class_problems]
        # A class is fitted at level 0 and copied from there, so class 0 comes last.
        for k in reversed(range(p.classes)):
            start_class(cores[k], self.stack, np.int64(k * self.depth))
        self.core = cores[0]._replace(stop=stop)

    def do(self, prefix: np.ndarray, size: int) -> None:
        space, tree = self.problem.space, self.tree
        walk_relabelings(
            self.core, self.stack, self.depth, self.predicted, self.record, space.labels,
            tree.points, tree.targets, tree.first_of, space.cost, space.group,
            space.group_budget.copy(), prefix, np.int64(tree.budget), np.int64(size),
        )  # fmt: skip
