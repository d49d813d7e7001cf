"""Enumeration of relabelings: retrain on every one up to a budget; exact for every test point.

What it decides: every radius and the collective count at all budgets up to the one asked for.
Cost: Σ_k≤r C(n, k) (K − 1)^k relabelings with two warm starts each. When to prefer it: small
problems, and the collective certificate; for radii alone `labelcert.engines.multiclass.extremes`
reaches further.
Source: our own note, ``math.md`` 4.1 and 6.
"""

from __future__ import annotations

import threading
from math import comb

import numpy as np

from labelcert.engines.clock import Clock
from labelcert.engines.ledger import Ledger
from labelcert.engines.multiclass.enumeration_loop import walk_relabelings
from labelcert.engines.multiclass.problem import MulticlassProblem
from labelcert.engines.multiclass.recording import Record, new_record
from labelcert.engines.multiclass.retrainer import start_class
from labelcert.engines.multiclass.rivals import Rivals
from labelcert.engines.multiclass.settle import settle
from labelcert.engines.retraining import new_stack
from labelcert.engines.threads import run_in_threads

NAME = "enumeration"

LARGEST_TASK = 20_000
"""Relabelings in one piece of work: a fraction of a second."""


def most_changes(problem: MulticlassProblem, budget: int) -> int:
    """How many changes a budget can pay for at the most."""
    points = problem.space.points
    candidates = points.candidates
    if len(candidates) == 0:
        return 0
    return min(len(candidates), budget // max(int(points.cost[candidates].min()), 1))


def count_relabelings(problem: MulticlassProblem, budget: int) -> int:
    """How many relabelings an enumeration up to a budget visits (an upper bound with costs)."""
    options = problem.space.alternatives.sum(axis=1)
    most = most_changes(problem, budget)
    # Elementary symmetric sums: the ways to change exactly k of the points.
    ways = [1] + [0] * most
    for choices in options[options > 0]:
        for k in range(most, 0, -1):
            ways[k] += ways[k - 1] * int(choices)
    return sum(ways)


def enumerate_relabelings(
    problem: MulticlassProblem, rivals: Rivals, budget: int, clock: Clock, jobs: int = 1
) -> bool:
    """Retrain on every relabeling of cost ≤ budget and write what follows into the ledger.

    Returns whether the enumeration was completed; if not, only witnesses were added.
    """
    work = _Work(problem, rivals.predicted, budget)
    tasks = _tasks(work.points, work.first_of, work.size, problem.classes)
    queue = iter(tasks)
    lock = threading.Lock()
    done = 0

    def run() -> Record:
        nonlocal done
        worker = work.worker()
        while not clock.expired:
            with lock:
                task = next(queue, None)
            if task is None:
                break
            worker.do(task)
            with lock:
                done += 1
                share = done / len(tasks)
            clock.report(NAME, share)
        return worker.record

    records = run_in_threads(run, clock, max(1, min(jobs, len(tasks))), work.stop)
    complete = done == len(tasks) and work.stop[0] == 0
    settle(problem, rivals, records, budget, complete, NAME, clock)
    return complete


def _tasks(
    points: np.ndarray, first_of: np.ndarray, size: int, classes: int
) -> list[tuple[int, ...]]:
    """Cut all relabelings into the subtrees of short prefixes, largest first."""
    if size == 0 or len(points) == 0:
        return [()]
    left = len(np.unique(points))
    total = sum(comb(left, k) * (classes - 1) ** k for k in range(size + 1))
    if total <= LARGEST_TASK:
        return [()]
    singles = [(c,) for c in range(len(points))]
    if size < 3 or total <= LARGEST_TASK * len(points):
        return [_ONLY_THIS, *singles]
    pairs = [(c, d) for (c,) in singles for d in range(int(first_of[c]), len(points))]
    return [_ONLY_THIS, *pairs, *[(*single, -1) for single in singles]]


_ONLY_THIS = (-1,)
"""A prefix that ends in −1 stands for its own relabeling without the extensions."""


class _Work:
    """What the threads share: the problem as arrays."""

    def __init__(self, problem: MulticlassProblem, predicted: np.ndarray, budget: int):
        self.problem, self.budget = problem, budget
        self.predicted = predicted.astype(np.int64)
        self.points, self.targets = (x.astype(np.int64) for x in
                                     np.nonzero(problem.space.alternatives))  # fmt: skip
        self.first_of = np.searchsorted(self.points, self.points, side="right").astype(np.int64)
        self.size = most_changes(problem, budget)
        self.stop = np.zeros(1, dtype=np.uint8)

    def worker(self) -> _Worker:
        return _Worker(self)


class _Worker:
    """One thread's solver states and record."""

    def __init__(self, work: _Work):
        p = self.problem = work.problem
        self.work = work
        self.record = new_record(work.budget + 1, p.m, work.size)
        self.depth = np.int64(work.size + 2)
        groups = len(p.space.group_budget)
        self.stack = new_stack(p.classes * int(self.depth), p.n, p.m, groups)
        cores = [q.core(np.ones(p.m)) for q in p.class_problems]
        for k in reversed(range(p.classes)):
            start_class(cores[k], self.stack, np.int64(k * self.depth))
        self.core = cores[0]._replace(stop=work.stop)

    def do(self, task: tuple[int, ...]) -> None:
        """Visit the subtree of one prefix."""
        work, space = self.work, self.problem.space
        alone = len(task) > 0 and task[-1] < 0
        prefix = np.array(task[:-1] if alone else task, dtype=np.int64)
        changed = work.points[prefix]
        if not space.points.contains(changed, work.budget):
            return
        walk_relabelings(
            self.core, self.stack, self.depth, work.predicted, self.record, space.labels,
            work.points, work.targets, work.first_of, space.cost, space.group,
            space.group_budget.copy(), prefix, np.int64(work.budget),
            np.int64(len(prefix) if alone else work.size),
        )  # fmt: skip


def needs(ledger: Ledger) -> int:
    """The largest budget at which some count is open; −1 if none."""
    open_counts = np.flatnonzero(ledger.broken_lower < ledger.broken_upper)
    return int(open_counts[-1]) if len(open_counts) else -1
