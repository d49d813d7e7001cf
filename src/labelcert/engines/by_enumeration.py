"""Enumeration: retrain on every label vector up to a budget; exact for every test point at once.

What it decides: every radius, every worst margin and the collective count at all budgets up to the
one asked for, exactly. One pass serves all test points (``math.md`` 4.1).
Cost: Σ_k≤r C(n, k) (K − 1)^k label vectors of a few microseconds for each machine that a change
touches (n = 20, two classes: a million label vectors, about a second), O(n²) memory a flip.
f(−ỹ) = −f(ỹ) halves it for two classes where every label may be flipped.
When to prefer it: whenever the number of label vectors is below about 10⁷, and always for the
collective certificate of such problems; for radii of many classes `by_classes` reaches further.
Proof: `labelcert.engines.knowledge.evidence.Exhausted`, from the account of the label vectors.
Source: our own note, ``math.md`` 4.1 and 6; error bars ``math.md`` 2.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from labelcert.engines.engine import ALL, Role
from labelcert.engines.knowledge.record import Record, new_record
from labelcert.engines.machines.retraining import new_stack, start
from labelcert.engines.task import Task
from labelcert.engines.walk.heaps import no_heaps
from labelcert.engines.walk.path import new_path
from labelcert.engines.walk.retraining_loop import walk_retraining
from labelcert.engines.walk.tree import MANY, RelabelTree, count_relabelings, tree_of
from labelcert.engines.walk.tree import Task as Piece
from labelcert.engines.work.clock import Clock
from labelcert.engines.work.memory import threads_that_fit
from labelcert.engines.work.threads import work_off

NAME = "enumeration"


COUNTED = 20_000
"""Up to so many labels times levels relabelings are counted exactly, in milliseconds."""


def seconds_of_one(n: int, m: int) -> float:
    """Rough cost of one retraining on one thread, to plan with before anything was timed."""
    return 1e-6 * (1.3 + 0.03 * n + 0.0005 * n * n + 0.00015 * n * m)


def seconds_a_vector(task: Task) -> float:
    """The same for all machines that a change touches."""
    one, m = seconds_of_one(task.n, task.m), task.m
    return one if task.two_classes else 2 * one + 3e-9 * task.attacker.classes * m


class Enumeration:
    """All label vectors of a budget, retrained on."""

    name = NAME
    role = Role.EXHAUST
    decides = ALL
    retrains = True

    def accepts(self, task: Task) -> bool:
        """Any kernel SVM."""
        return task.machines is not None

    def seconds(self, task: Task, budget: int) -> float:
        """The number of label vectors, times a rough cost of each."""
        count = count_relabelings(task.attacker, budget)
        ladder = task.ledger.ladder.cut(max(budget, 0))
        # With costs that is an upper bound, far too high where a few labels cost next to nothing.
        if not task.attacker.points.unit_cost and task.n * ladder.rows <= COUNTED:
            count = min(count, sum(task.attacker.count_by_level(ladder)))
        return float("inf") if count >= MANY else count * seconds_a_vector(task) / task.wishes.jobs

    def run(self, task: Task, budget: int, clock: Clock) -> bool:
        """Retrain on every relabeling of cost ≤ budget and write what follows into the ledger.

        If the clock ends it, budgets whose account is complete all the same are proven, besides
        witnesses.
        """
        ladder = task.ledger.ladder.cut(budget)
        walk = _Walk(task, tree_of(task.attacker, budget), ladder.levels)
        report = partial(clock.report, NAME)
        levels = len(walk.cores) * (walk.tree.size + 2)
        jobs = threads_that_fit(task.wishes.jobs, 8 * levels * task.n**2)
        if jobs == 0:
            return False
        records, complete = work_off(walk.tree.tasks(), walk.begin, clock, jobs, walk.stop, report)
        expected = task.attacker.count_by_level(ladder)
        task.settling(NAME, clock).settle(records, expected)
        return complete


class _Walk:
    """What the threads share, and how each begins."""

    def __init__(self, task: Task, tree: RelabelTree, levels: np.ndarray):
        self.task, self.tree, self.levels = task, tree, levels
        self.stop = np.zeros(1, dtype=np.uint8)
        machines = task.svms
        each = [machines.oriented(task.predicted)] if machines.count == 1 else machines.each
        self.cores = [machine.core(self.stop) for machine in each]
        self.mirror = np.zeros(0, dtype=np.uint64)
        if tree.mirrored:
            everyone = task.attacker.mask_of(task.attacker.flips(np.arange(task.n)))
            self.mirror = np.concatenate([np.zeros_like(everyone), everyone])

    def begin(self) -> tuple[Callable[[Piece], None], Record]:
        """A function that does one piece of work, and the record it fills; of one thread."""
        task, tree, space = self.task, self.tree, self.task.attacker
        machines, depth = len(self.cores), np.int64(tree.size + 2)
        groups = len(space.group_budget)
        stack = new_stack(machines * int(depth), task.n, task.m, groups)
        for k, core in enumerate(self.cores):
            start(core, stack, k * int(depth))
        record = new_record(self.levels, space.words, task.m)
        path, mirror = new_path(space, tree.size), self.mirror.copy()
        values, bars = (np.zeros((tree.size + 2, machines, task.m)) for _ in range(2))
        predicted = task.predicted.astype(np.int64)

        def do(piece: Piece) -> None:
            prefix, first = piece
            if tree.affordable(prefix):
                walk_retraining(
                    self.cores[0], stack, depth, predicted, record, tree.moves, path,
                    np.array(prefix, dtype=np.int64), np.int64(first), np.int64(tree.budget),
                    np.int64(tree.size), tree.cheapest, values, bars, mirror, no_heaps(),
                )  # fmt: skip

        return do, record
