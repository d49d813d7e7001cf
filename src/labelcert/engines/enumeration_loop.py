"""Walk over all flip sets of a subtree, retraining on each by one warm start.

The flip sets are the nodes of a tree: a child adds one flip of a higher candidate number. Each
node copies its parent's solver state and flips one label, so no error builds up along siblings,
and the walk can be cut wherever a budget is spent.
"""

from __future__ import annotations

import numpy as np

from labelcert._jit import compiled
from labelcert.engines.retraining import (
    affordable,
    copy_level,
    flip_at,
    measure,
    solve_level,
    write_down,
)


@compiled
def walk_subtree(core, stack, record, candidates, base, first, budget, mirror_mask, mirrored):
    """Visit the flip set `base` and all its extensions by candidates number `first` and up.

    stack: level 0 holds the clean fit. candidates (c,) and base (b,) hold point indices.
    mirrored: also record the opposite label vector of each, whose margins are the opposite ones
    (only where every point may be flipped at cost 1); `mirror_mask` has the n lowest bits set.
    """
    n = core.gram.shape[0]
    count = candidates.shape[0]
    opposite = np.zeros(mirror_mask.shape[0], dtype=np.uint64)
    clean, level = np.int64(0), np.int64(1)
    copy_level(stack, clean, level)
    for i in base:
        flip_at(core, stack, level, i)
    fresh = True
    stack.following[level] = first
    while level >= 1 and core.stop[0] == 0:
        if fresh:
            gap = solve_level(core, stack, level)
            measure(core, stack)
            spent = stack.spent[level]
            if spent < record.worst.shape[0]:
                write_down(core, stack.margin, record, stack.mask[level], spent, 1.0, gap)
            if mirrored and n - spent < record.worst.shape[0]:
                for w in range(opposite.shape[0]):
                    opposite[w] = stack.mask[level, w] ^ mirror_mask[w]
                write_down(core, stack.margin, record, opposite, n - spent, -1.0, gap)
        c = stack.following[level]
        fresh = c < count
        if c >= count:
            level -= 1
            continue
        stack.following[level] = c + 1
        i = candidates[c]
        fresh = affordable(core, stack, level, i, budget)
        if fresh:
            copy_level(stack, level, level + 1)
            flip_at(core, stack, level + 1, i)
            level += 1
            stack.following[level] = c + 1
