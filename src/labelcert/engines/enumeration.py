"""Enumeration: retrain on every flip set up to a budget; exact for every test point at once.

What it decides: every radius, every worst margin and the collective count at all budgets up to the
one asked for, exactly. One pass serves all test points (``math.md`` 4.1).
Cost: Σ_k≤r C(n, k) label vectors of a few microseconds each (n = 20: a million label vectors, about
a second), O(n²) memory a flip. f(−ỹ) = −f(ỹ) halves it where every label may be flipped.
When to prefer it: whenever the number of label vectors is below about 10⁷, and always for the
collective certificate of such problems.
Source: our own note, ``math.md`` 4.1; error bars ``math.md`` 2.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from functools import lru_cache, partial
from math import comb

import numpy as np

from labelcert.engines.enumeration_loop import walk_subtree
from labelcert.engines.flips import FlipSpace
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.knowledge.recording import Record, new_record
from labelcert.engines.knowledge.settle import add_witnesses, settle
from labelcert.engines.machines.judge import ExactJudge
from labelcert.engines.machines.machine import Problem
from labelcert.engines.machines.retraining import Core, new_stack, start
from labelcert.engines.work.clock import Clock
from labelcert.engines.work.threads import work_off

NAME = "enumeration"

LARGEST_TASK = 20_000
"""Label vectors in one piece of work: a fraction of a second."""

MOST_TASKS = 50_000
"""About as many pieces of work are made at the most."""

Task = tuple[tuple[int, ...], int]
"""A flip set (candidate numbers), and the first candidate number that may be added to it."""


MANY = 10**18
"""Counts of label vectors end here: nobody retrains on more, and floats still hold them."""


@lru_cache(maxsize=100_000)
def count_flip_sets(candidates: int, budget: int) -> int:
    """How many subsets of `candidates` points have at most `budget` members; `MANY` at the most."""
    if 2 * budget >= candidates > 60:
        return MANY
    total = 0
    for k in range(min(candidates, budget) + 1):
        total += comb(candidates, k)
        if total >= MANY:
            return MANY
    return total


def count_label_vectors(problem: Problem, budget: int) -> int:
    """How many retrainings an enumeration up to a budget needs (an upper bound with costs)."""
    candidates = problem.space.candidates
    if len(candidates) == 0:
        return 1
    flips = budget // max(int(problem.space.cost[candidates].min()), 1)
    plain = count_flip_sets(len(candidates), flips)
    return min(plain, 2 ** (problem.n - 1)) if problem.space.is_unrestricted else plain


def split_tasks(candidates: int, flips: int, largest: int) -> list[Task]:
    """Cut all flip sets of at most `flips` candidates into pieces of at most `largest`."""
    heap: list[tuple[int, Task]] = [(-count_flip_sets(candidates, flips), ((), 0))]
    limit = max(largest, count_flip_sets(candidates, flips) // MOST_TASKS)
    while -heap[0][0] > limit and len(heap) < 2 * MOST_TASKS:
        _, (base, first) = heapq.heappop(heap)
        left = candidates - first - 1
        without = (-count_flip_sets(left, flips - len(base)), (base, first + 1))
        with_it = (-count_flip_sets(left, flips - len(base) - 1), ((*base, first), first + 1))
        heapq.heappush(heap, without)
        heapq.heappush(heap, with_it)
    return [task for _, task in sorted(heap)]


def enumerate_flips(
    problem: Problem,
    sign: np.ndarray,
    ledger: Ledger,
    budget: int,
    clock: Clock,
    jobs: int = 1,
) -> bool:
    """Retrain on every flip set of cost ≤ budget and write what follows into the ledger.

    sign (m,) ±1: the clean predictions. Returns whether the enumeration was completed; if not,
    budgets whose account is complete all the same are proven, besides witnesses.
    """
    core = problem.core(sign)
    candidates = problem.space.candidates
    cheapest = int(problem.space.cost[candidates].min()) if len(candidates) else 1
    flips = min(len(candidates), budget // cheapest)
    mirrored = problem.space.is_unrestricted and 2 ** (problem.n - 1) <= count_flip_sets(
        problem.n, flips
    )
    if mirrored:
        candidates, flips = candidates[1:], problem.n - 1
    tasks = split_tasks(len(candidates), flips, LARGEST_TASK)
    ladder = ledger.ladder.cut(budget)
    deepest = problem.n if mirrored else budget
    work = _Work(core, problem.space, candidates, ladder.levels, deepest, mirrored, flips)
    records, complete = work_off(
        tasks, work.worker, clock, jobs, core.stop, partial(clock.report, NAME)
    )
    add_witnesses(ledger, records, NAME)
    expected = problem.space.count_by_level(ladder)
    settle(problem, sign, ledger, records, NAME, ExactJudge(problem), clock, expected)
    return complete


class _Work:
    """What a worker thread needs: the problem, and a stack and record of its own."""

    def __init__(
        self,
        core: Core,
        space: FlipSpace,
        candidates: np.ndarray,
        levels: np.ndarray,
        tree_budget: int,
        mirrored: bool,
        depth: int,
    ):
        self.core, self.space, self.candidates = core, space, candidates
        self.levels, self.tree_budget = levels, tree_budget
        self.mirrored, self.depth = mirrored, depth
        n = len(core.gram)
        self.mirror_mask = np.zeros((n + 63) // 64, dtype=np.uint64)
        for i in range(n):
            self.mirror_mask[i // 64] |= np.uint64(1) << np.uint64(i % 64)

    def worker(self) -> tuple[Callable[[Task], None], Record]:
        """A function that does one task, and the record it fills."""
        n, m = self.core.cross.shape
        stack = new_stack(self.depth + 2, n, m, len(self.core.group_budget))
        record = new_record(self.levels, n, m)
        start(self.core, stack)

        def do(task: Task) -> None:
            base, first = task
            flips = self.candidates[list(base)].astype(np.int64)
            if not self.space.contains(flips, self.tree_budget):
                return
            walk_subtree(
                self.core, stack, record, self.candidates, flips, first,
                self.tree_budget, self.mirror_mask, self.mirrored,
            )  # fmt: skip

        return do, record
