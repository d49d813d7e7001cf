"""How many predictions one attack breaks, where leads are linear in the labels: by enumeration.

What it decides: the most predictions that one relabeling of each budget breaks, exactly if all
relabelings fit into the time.
Cost: O(mK) a relabeling, no retraining. When to prefer it: ridge regression and saturation, where
`labelcert.engines.by_sort` already knows every radius.
Source: our own note; ``math.md`` 4.1, 6 and 7.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from labelcert.engines.engine import Role
from labelcert.engines.knowledge.lead import rounding
from labelcert.engines.knowledge.record import Record, new_record
from labelcert.engines.machines.linear_model import LinearModel, LinearTrainer
from labelcert.engines.task import Question, Task
from labelcert.engines.walk.adding_loop import walk_adding
from labelcert.engines.walk.path import new_path
from labelcert.engines.walk.tree import MANY, RelabelTree
from labelcert.engines.walk.tree import Task as Piece
from labelcert.engines.work.clock import Clock
from labelcert.engines.work.threads import work_off

STAGE = "collective enumeration"

MOST = 2**40
"""No enumeration of more relabelings than this is begun."""


class Counting:
    """All relabelings of a budget, added up."""

    name = STAGE
    role = Role.EXHAUST
    decides = frozenset({Question.COUNTS})
    retrains = False

    def accepts(self, task: Task) -> bool:
        """Whatever is linear in the labels."""
        return task.linear is not None

    def seconds(self, task: Task, budget: int) -> float:
        """The number of relabelings, times a rough cost of each; infinite where it is `MOST`."""
        classes = 1 if task.two_classes else 3 * task.attacker.classes
        count = RelabelTree(task.attacker, budget).count
        if count >= min(MOST, MANY) or (task.linear and budget > task.linear.max_budget):
            return float("inf")
        return 1e-9 * (20 + classes * task.m) * count / task.wishes.jobs

    def run(self, task: Task, budget: int, clock: Clock) -> bool:
        """Write the counts at budgets up to `budget` into the ledger.

        Leads inside their rounding error are settled in exact arithmetic.
        """
        assert task.linear is not None
        ladder = task.ledger.ladder.cut(min(budget, task.linear.max_budget))
        walk = _Walk(task, task.linear, RelabelTree(task.attacker, ladder.budget), ladder.levels)
        report = partial(clock.report, STAGE)
        jobs = task.wishes.jobs
        records, complete = work_off(walk.tree.tasks(), walk.begin, clock, jobs, walk.stop, report)
        expected = task.attacker.count_by_level(ladder)
        task.settling(task.linear.name, clock).settle(records, expected)
        return complete


class _Walk:
    """What the threads share, and how each begins."""

    def __init__(self, task: Task, model: LinearModel, tree: RelabelTree, levels: np.ndarray):
        self.task, self.tree, self.levels = task, tree, levels
        self.stop = np.zeros(1, dtype=np.uint8)
        labels, classes = task.attacker.labels, task.attacker.classes
        values, bars = LinearTrainer(model, classes).values(labels)
        drop = 2 * model.weights
        if task.two_classes:
            sign = np.where(task.predicted == 1, 1.0, -1.0)[:, None]
            values, drop = sign * values, sign * np.where(labels == 1, 1.0, -1.0) * drop
        # Every level adds a rounding of its own.
        size = np.abs(model.weights).sum(axis=1)[:, None]
        bars = bars + rounding(4 * (tree.size + 2), size)
        self.clean = np.ascontiguousarray(values.T)
        self.bars, self.drop = np.ascontiguousarray(bars.T), np.ascontiguousarray(drop.T)

    def begin(self) -> tuple[Callable[[Piece], None], Record]:
        """A function that does one piece of work, and the record it fills; of one thread."""
        task, tree, space = self.task, self.tree, self.task.attacker
        record = new_record(self.levels, space.words, task.m)
        path = new_path(space, tree.size)
        values = np.zeros((tree.size + 2, *self.clean.shape))
        values[0] = self.clean
        predicted = task.predicted.astype(np.int64)

        def do(piece: Piece) -> None:
            prefix, first = piece
            if tree.affordable(prefix):
                walk_adding(
                    self.drop, self.bars, predicted, record, tree.moves, path,
                    np.array(prefix, dtype=np.int64), np.int64(first), np.int64(tree.budget),
                    np.int64(tree.size), values, self.stop,
                )  # fmt: skip

        return do, record
