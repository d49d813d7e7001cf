"""Walk over the flip sets that one functional cannot rule out, retraining only on those.

A functional bounds the margin of one test point by base + Σ step_i over the flips. With the points
sorted by step, the best that b more flips can do is the next b steps, so whole subtrees fall away;
solver states are built only where a flip set has to be retrained on.
"""

from __future__ import annotations

import numpy as np

from labelcert._jit import compiled
from labelcert.engines.knowledge.recording import visit
from labelcert.engines.machines.retraining import affordable, copy_level, flip_at


@compiled
def count_sets(base, step, order, flips, limit, most):
    """How many sets of at most `flips` points of `order` have base + Σ step ≤ limit, up to `most`.

    order (c,): points by ascending step. Stops counting at `most`.
    """
    c = order.shape[0]
    prefix = np.zeros(c + 1)
    for k in range(c):
        prefix[k + 1] = prefix[k] + min(step[order[k]], 0.0)
    following = np.zeros(flips + 2, dtype=np.int64)
    value = np.zeros(flips + 2)
    value[0] = base
    level, found = 0, 0
    if base <= limit:
        found += 1
    while level >= 0 and found < most:
        k = following[level]
        left = flips - level
        reach = 0.0
        if k < c and left > 0:
            reach = value[level] + prefix[min(k + left, c)] - prefix[k]
        if k >= c or left <= 0 or reach > limit:
            level -= 1
            continue
        following[level] = k + 1
        value[level + 1] = value[level] + step[order[k]]
        level += 1
        following[level] = k + 1
        if value[level] <= limit:
            found += 1
    return found


@compiled
def visit_set(core, stack, record, flips):
    """Retrain on one flip set, given by indices (k,) int64; stack: level 0 holds the clean fit."""
    clean, level = np.int64(0), np.int64(1)
    copy_level(stack, clean, level)
    for i in flips:
        flip_at(core, stack, level, i)
    visit(core, stack, record, level)


@compiled
def walk_sets(core, stack, record, target, base, step, order, flipped, budget, flips, limit, most):
    """Retrain on every set that `count_sets` counts, on top of the flips `flipped`.

    stack: level 0 holds the clean fit. budget bounds the whole cost. With limit ≤ 0 a set counts
    while the bound is ≤ limit; a broken target ends the search for dearer sets. Returns how many
    sets were retrained on, or −1 if stopped or if there were more than `most`.
    """
    c = order.shape[0]
    prefix = np.zeros(c + 1)
    for k in range(c):
        prefix[k + 1] = prefix[k] + min(step[order[k]], 0.0)
    following = np.zeros(flips + 2, dtype=np.int64)
    chosen = np.zeros(flips + 2, dtype=np.int64)
    value = np.zeros(flips + 2)
    value[0] = base
    root, clean = np.int64(1), np.int64(0)
    copy_level(stack, clean, root)
    for i in flipped:
        flip_at(core, stack, root, i)
    visited = 0
    if base <= limit:
        visit(core, stack, record, root)
        visited += 1
    level, ready = 0, 0  # levels up to `ready` hold the state of their flip set
    while level >= 0 and visited < most and core.stop[0] == 0:
        k = following[level]
        left = flips - level
        reach = 0.0
        if k < c and left > 0:
            reach = value[level] + prefix[min(k + left, c)] - prefix[k]
        if k >= c or left <= 0 or reach > limit:
            level -= 1
            ready = min(ready, level)
            continue
        following[level] = k + 1
        chosen[level + 1] = order[k]
        value[level + 1] = value[level] + step[order[k]]
        level += 1
        following[level] = k + 1
        if value[level] <= limit:
            fits = True
            while ready < level and fits:
                depth = root + np.int64(ready)
                fits = affordable(core, stack, depth, chosen[ready + 1], budget)
                if fits:
                    copy_level(stack, depth, depth + np.int64(1))
                    flip_at(core, stack, depth + np.int64(1), chosen[ready + 1])
                    ready += 1
            if fits:
                visit(core, stack, record, root + np.int64(level))
                visited += 1
            else:
                level -= 1
                ready = min(ready, level)
    if core.stop[0] != 0 or (visited >= most and level >= 0):
        return -1
    return visited
