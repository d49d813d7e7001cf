"""Collective attack on logits that are linear in the labels: enumeration, and greedy beyond it.

What it decides: the most predictions that one relabeling of each budget breaks, exactly if all
relabelings fit into the time, else a lower end by a witness.
Cost: O(mK) a relabeling, no retraining. When to prefer it: ridge regression and saturation.
Source: our own note; ``math.md`` 4.1, 6 and 7.
"""

from __future__ import annotations

import numpy as np

from labelcert._jit import compiled, inner
from labelcert.engines.ladder import Ladder
from labelcert.engines.multiclass.linear_logits import LinearLogits
from labelcert.engines.multiclass.recording import new_record, write_down
from labelcert.engines.multiclass.rivals import Rivals
from labelcert.engines.multiclass.settle import settle
from labelcert.engines.walk.tree import RelabelTree, Worker
from labelcert.engines.work.clock import Clock

STAGE = "collective enumeration"


@inner
def _move(logits, weights, level, i, source, target):
    """The logits (K, m) one level up, where point i went from one class to another."""
    for k in range(logits.shape[1]):
        for t in range(logits.shape[2]):
            logits[level + 1, k, t] = logits[level, k, t]
    for t in range(logits.shape[2]):
        logits[level + 1, source, t] -= 2.0 * weights[i, t]
        logits[level + 1, target, t] += 2.0 * weights[i, t]


@compiled
def walk_linear(
    clean, weights, bars, predicted, record, labels, points, targets, first_of, cost, group, left,
    prefix, budget, size, stop,
):  # fmt: skip
    """Visit the relabeling of `prefix` and all its extensions by points of higher numbers.

    clean (K, m): clean logits; weights (n, m): a point that joins a class raises its logit by
    twice that, one that leaves lowers it; bars (K, m). The rest as in `walk_relabelings`.
    """
    classes, m = clean.shape
    logits = np.zeros((size + 2, classes, m))
    for k in range(classes):
        for t in range(m):
            logits[0, k, t] = clean[k, t]
    verdict = np.zeros(m, dtype=np.int8)
    changes = np.full(record.most_changes.shape[1], -1, dtype=np.int64)
    chosen = np.zeros(size + 2, dtype=np.int64)
    following = np.zeros(size + 2, dtype=np.int64)
    level, spent = 0, 0
    for c in prefix:
        i = points[c]
        _move(logits, weights, level, i, labels[i], targets[c])
        changes[level] = i * classes + targets[c]
        spent += cost[i]
        left[group[i]] -= cost[i]
        level += 1
    floor = level
    write_down(logits[level], bars, predicted, record, changes, spent, verdict)
    following[level] = first_of[prefix[floor - 1]] if floor > 0 else 0
    while level >= floor and stop[0] == 0:
        c = following[level]
        if c >= points.shape[0] or level >= size:
            level -= 1
            if level >= floor:
                changes[level] = -1
                i = points[chosen[level]]
                spent -= cost[i]
                left[group[i]] += cost[i]
            continue
        following[level] = c + 1
        i, k = points[c], targets[c]
        if spent + cost[i] > budget or left[group[i]] < cost[i]:
            continue
        _move(logits, weights, level, i, labels[i], k)
        changes[level] = i * classes + k
        chosen[level] = c
        spent += cost[i]
        left[group[i]] -= cost[i]
        level += 1
        following[level] = first_of[c]
        write_down(logits[level], bars, predicted, record, changes, spent, verdict)


def enumerate_linear(
    logits: LinearLogits, rivals: Rivals, budget: int, clock: Clock, jobs: int = 1
) -> bool:
    """Write the counts at budgets up to `budget` into the ledger; whether completed."""
    ladder = rivals.ledger.ladder.cut(budget)
    tree = RelabelTree(logits.space, budget)
    stop = np.zeros(1, dtype=np.uint8)

    def worker() -> Worker:
        return _Adding(logits, rivals.predicted.astype(np.int64), tree, ladder, stop)

    records, complete = tree.walk(worker, clock, jobs, stop, STAGE)
    expected = logits.space.count_by_level(ladder)
    settle(logits.space, logits, rivals, records, expected, logits.model.name, clock)
    return complete


class _Adding(Worker):
    """One thread's record."""

    def __init__(
        self,
        logits: LinearLogits,
        predicted: np.ndarray,
        tree: RelabelTree,
        ladder: Ladder,
        stop: np.ndarray,
    ):
        self.space, self.tree, self.predicted, self.stop = logits.space, tree, predicted, stop
        clean, bars = logits.logits(logits.space.labels, logits.space.classes)
        # Every level adds a rounding of its own.
        extra = 4 * (tree.size + 2) * np.finfo(float).eps
        size = np.abs(logits.model.weights).sum(axis=1)
        self.clean = np.ascontiguousarray(clean.T)
        self.bars = np.ascontiguousarray((bars + extra * size[:, None]).T)
        self.weights = np.ascontiguousarray(logits.model.weights.T)
        self.record = new_record(ladder.levels, len(clean), tree.size)

    def do(self, prefix: np.ndarray, size: int) -> None:
        space, tree = self.space, self.tree
        walk_linear(
            self.clean, self.weights, self.bars, self.predicted, self.record, space.labels,
            tree.points, tree.targets, tree.first_of, space.cost, space.group,
            space.group_budget.copy(), prefix, np.int64(tree.budget), np.int64(size), self.stop,
        )  # fmt: skip
