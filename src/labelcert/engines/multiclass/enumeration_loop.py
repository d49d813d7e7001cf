"""Walk over all relabelings of a subtree, retraining two SVMs by one warm start each.

The relabelings are the nodes of a tree: a child changes one point of a higher number. The solver
states of all classes lie in one stack, class k at the levels k·depth and up; a change pushes one
level for the class that the point leaves and one for the class that it joins.
"""

from __future__ import annotations

import numpy as np

from labelcert._jit import compiled, inner
from labelcert.engines.knowledge.lead import bar_at
from labelcert.engines.machines.retraining import (
    copy_level,
    flip_at,
    measure,
    solve_leaf,
    solve_level,
)
from labelcert.engines.multiclass.recording import write_down


@inner
def _note(stack, core, gap, logits, bars, level, k):
    """Measure the solution looked at last; keep logits and error bars of class k at a level."""
    measure(core, stack)
    width = np.sqrt(2.0 * gap)
    for t in range(stack.margin.shape[0]):
        logits[level, k, t] = stack.margin[t]
        bars[level, k, t] = bar_at(core, width, t)


@inner
def _inherit(logits, bars, level):
    for k in range(logits.shape[1]):
        for t in range(logits.shape[2]):
            logits[level + 1, k, t] = logits[level, k, t]
            bars[level + 1, k, t] = bars[level, k, t]


@compiled
def walk_relabelings(
    core, stack, depth, predicted, record, labels, points, targets, first_of, cost, group, left,
    prefix, budget, size,
):  # fmt: skip
    """Visit the relabeling of `prefix` and all its extensions by points of higher numbers.

    core: of any class (they differ in the clean labels only). stack: level k·depth holds the clean
    fit of class k. points, targets (c,): the possible changes in order; first_of (c,): where the
    changes of the next point begin. prefix (p,): numbers of changes made already; left (groups,)
    the purses, changed and restored. size: most changes of one relabeling.
    """
    classes = stack.owner.shape[0] // depth
    count = points.shape[0]
    m = stack.margin.shape[0]
    logits = np.zeros((size + 2, classes, m))
    bars = np.zeros((size + 2, classes, m))
    verdict = np.zeros(m, dtype=np.int8)
    height = np.zeros(classes, dtype=np.int64)  # of each class's states
    changes = np.full(record.most_changes.shape[1], -1, dtype=np.int64)
    chosen = np.zeros(size + 2, dtype=np.int64)
    following = np.zeros(size + 2, dtype=np.int64)
    spent = 0
    level = 0
    for k in range(classes):
        at = np.int64(k * depth)
        gap = solve_level(core, stack, at)
        _note(stack, core, gap, logits, bars, level, k)
    for c in prefix:
        _inherit(logits, bars, level)
        spent = _push(
            core, stack, depth, height, labels, points[c], targets[c], logits, bars, level,
            cost, group, left, spent,
        )  # fmt: skip
        changes[level] = points[c] * classes + targets[c]
        chosen[level] = c
        level += 1
    floor = level
    write_down(logits[level], bars[level], predicted, record, changes, spent, verdict)
    following[level] = first_of[prefix[floor - 1]] if floor > 0 else 0
    while level >= floor and core.stop[0] == 0:
        c = following[level]
        if c >= count or level >= size:
            level -= 1
            if level >= floor:
                changes[level] = -1
                i = points[chosen[level]]
                height[labels[i]] -= 1
                height[targets[chosen[level]]] -= 1
                spent -= cost[i]
                left[group[i]] += cost[i]
            continue
        following[level] = c + 1
        i, k = points[c], targets[c]
        if spent + cost[i] > budget or left[group[i]] < cost[i]:
            continue
        _inherit(logits, bars, level)
        changes[level] = i * classes + k
        if level + 1 >= size or first_of[c] >= count:
            _look(core, stack, depth, height, labels[i], i, logits, bars, level)
            _look(core, stack, depth, height, k, i, logits, bars, level)
            write_down(
                logits[level + 1], bars[level + 1], predicted, record, changes, spent + cost[i],
                verdict,
            )  # fmt: skip
            changes[level] = -1
            continue
        spent = _push(
            core, stack, depth, height, labels, i, k, logits, bars, level, cost, group, left,
            spent,
        )  # fmt: skip
        chosen[level] = c
        level += 1
        write_down(logits[level], bars[level], predicted, record, changes, spent, verdict)
        following[level] = first_of[c]


@inner
def _push(
    core, stack, depth, height, labels, i, target, logits, bars, level, cost, group, left, spent
):
    """Change the label of point i to `target`, one level up in both classes."""
    for side in range(2):
        k = labels[i] if side == 0 else target
        at = np.int64(k * depth) + height[k]
        copy_level(stack, at, at + 1)
        flip_at(core, stack, at + 1, i)
        gap = solve_level(core, stack, at + 1)
        _note(stack, core, gap, logits, bars, level + 1, k)
        height[k] += 1
    left[group[i]] -= cost[i]
    return spent + cost[i]


@inner
def _look(core, stack, depth, height, k, i, logits, bars, level):
    """The logits of class k if point i joined or left it, without a state to build upon."""
    gap = solve_leaf(core, stack, np.int64(k * depth) + height[k], i)
    _note(stack, core, gap, logits, bars, level + 1, k)
