"""Compiled: list the flip sets of a machine that a functional cannot rule out, and retrain on them.

The functional gives every flip a term. With the flips sorted by term, the best that b more moves
can do is a few next ones, here or in the other machine, so whole subtrees of flip sets fall away.
"""

from __future__ import annotations

import numpy as np

from labelcert._jit import compiled, inner
from labelcert.engines.machines.retraining import copy_level, copy_vector, flip_at, solve_level


@inner
def _reach(own, other, k, left):
    """The best total of at most `left` moves: flips from place k on, and moves elsewhere."""
    most = min(left, own.shape[0] - 1 - k)
    best = other[left]
    for j in range(1, most + 1):
        best = min(best, own[k + j] - own[k] + other[left - j])
    return best


@compiled
def list_sets(base, step, cost, other, budget, moves, limit, sets, sizes):
    """List the flip sets whose total, with the best moves elsewhere, may be ≤ limit.

    step, cost (c,): terms and costs of the flips, terms ascending; other (moves + 1,): best total
    of that many moves elsewhere. sets (capacity, moves) takes flips, sizes (capacity,) how many.
    Returns the number of sets, or −1 if they are more than the capacity.
    """
    c = step.shape[0]
    own = np.zeros(c + 1)
    for k in range(c):
        own[k + 1] = own[k] + min(step[k], 0.0)
    chosen = np.zeros(moves + 1, dtype=np.int64)
    following = np.zeros(moves + 2, dtype=np.int64)
    value = np.zeros(moves + 2)
    spent = np.zeros(moves + 2, dtype=np.int64)
    value[0] = base
    level, found, fresh = 0, 0, True
    while level >= 0:
        if fresh and value[level] + other[moves - level] <= limit:
            if found >= sets.shape[0]:
                return -1
            for j in range(level):
                sets[found, j] = chosen[j]
            sizes[found] = level
            found += 1
        fresh = False
        k, left = following[level], moves - level
        if k >= c or left <= 0 or value[level] + _reach(own, other, k, left) > limit:
            level -= 1
            continue
        following[level] = k + 1
        if spent[level] + cost[k] > budget:
            continue
        chosen[level] = k
        value[level + 1] = value[level] + step[k]
        spent[level + 1] = spent[level] + cost[k]
        level += 1
        following[level] = k + 1
        fresh = True
    return found


@compiled
def retrain_sets(core, stack, q, fixed, order, sets, sizes, count, values, gaps, masks):
    """Retrain on the sets of `list_sets`, on top of the flips `fixed`.

    order (c,): the point of each flip. Writes q·β, the gap and the bit mask of each; returns how
    many were done before the clock's stop. stack: level 0 holds the clean fit.
    """
    clean, root = np.int64(0), np.int64(1)
    copy_level(stack, clean, root)
    for i in fixed:
        flip_at(core, stack, root, i)
    ready = 0
    for number in range(count):
        if core.stop[0] != 0:
            return number
        size = sizes[number]
        shared = 0
        if number > 0:
            while shared < min(ready, size) and sets[number, shared] == sets[number - 1, shared]:
                shared += 1
        for j in range(shared, size):
            level = root + np.int64(j)
            copy_level(stack, level, level + np.int64(1))
            flip_at(core, stack, level + np.int64(1), order[sets[number, j]])
        ready = size
        level = root + np.int64(size)
        gaps[number] = solve_level(core, stack, level)
        total = 0.0
        for i in range(q.shape[0]):
            total += q[i] * stack.beta[i]
        values[number] = total
        copy_vector(stack.mask[level], masks[number])
    return count
