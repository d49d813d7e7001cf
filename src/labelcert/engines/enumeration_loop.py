"""Walk over all flip sets of a subtree, retraining on each by one warm start.

The flip sets are the nodes of a tree: a child adds one flip of a higher candidate number. Each
node copies its parent's solver state and flips one label, so no error builds up along siblings,
and the walk can be cut wherever a budget is spent.
"""

from __future__ import annotations

import numpy as np

from labelcert._jit import compiled, inner
from labelcert.engines.knowledge.recording import write_down
from labelcert.engines.machines.retraining import (
    affordable,
    copy_level,
    flip_at,
    measure,
    solve_leaf,
    solve_level,
)


@inner
def _record_both(core, stack, record, level, gap, mirror_mask, opposite, mirrored):
    """Write down the margins of a level's label vector and, if asked for, of its opposite."""
    n = core.gram.shape[0]
    most = record.levels[record.levels.shape[0] - 1]
    spent = stack.spent[level]
    if spent <= most:
        write_down(core, stack.margin, record, stack.mask[level], spent, 1.0, gap)
    if mirrored and n - spent <= most:
        for w in range(opposite.shape[0]):
            opposite[w] = stack.mask[level, w] ^ mirror_mask[w]
        write_down(core, stack.margin, record, opposite, n - spent, -1.0, gap)


@compiled
def walk_subtree(core, stack, record, candidates, base, first, budget, mirror_mask, mirrored):
    """Visit the flip set `base` and all its extensions by candidates number `first` and up.

    stack: level 0 holds the clean fit. candidates (c,) and base (b,) hold point indices.
    mirrored: also record the opposite label vector of each, whose margins are the opposite ones
    (only where every point may be flipped at cost 1); `mirror_mask` has the n lowest bits set.
    """
    count = candidates.shape[0]
    opposite = np.zeros(mirror_mask.shape[0], dtype=np.uint64)
    clean, level = np.int64(0), np.int64(1)
    cheapest = core.cost[candidates].min() if count > 0 else np.int64(1)
    copy_level(stack, clean, level)
    for i in base:
        flip_at(core, stack, level, i)
    gap = solve_level(core, stack, level)
    measure(core, stack)
    _record_both(core, stack, record, level, gap, mirror_mask, opposite, mirrored)
    stack.following[level] = first
    while level >= 1 and core.stop[0] == 0:
        c = stack.following[level]
        if c >= count:
            level -= 1
            continue
        stack.following[level] = c + 1
        i = candidates[c]
        if not affordable(core, stack, level, i, budget):
            continue
        last = c + 1 >= count or stack.spent[level] + core.cost[i] + cheapest > budget
        if last:
            gap = solve_leaf(core, stack, level, i)
        else:
            copy_level(stack, level, level + 1)
            flip_at(core, stack, level + 1, i)
            gap = solve_level(core, stack, level + 1)
        measure(core, stack)
        _record_both(core, stack, record, level + 1, gap, mirror_mask, opposite, mirrored)
        if not last:
            level += 1
            stack.following[level] = c + 1
