"""Greedy attack and local search with retraining, compiled.

Each step retrains on every affordable single change, measures all test points on it (and records
what it breaks, whoever the attack was for), and takes the best. After the greedy path, flips are
dropped and exchanged as long as that helps.
"""

from __future__ import annotations

import numpy as np

from labelcert._jit import compiled, inner
from labelcert.engines.knowledge.recording import visit, visit_leaf
from labelcert.engines.machines.retraining import affordable, copy_level, flip_at

TOTAL = -1
"""Target of an attack on the number of broken predictions instead of one test point."""


@inner
def value_of(stack, target, broken, reach):
    """What the attacker wants small: a margin, or minus the count with a share for near misses."""
    if target >= 0:
        return stack.margin[target]
    total = -float(broken)
    m = stack.margin.shape[0]
    for t in range(m):
        total += min(max(stack.margin[t] / reach, 0.0), 1.0) * 0.5
    return total


@inner
def best_flip(core, stack, record, level, candidates, target, budget, reach, base):
    """Try each affordable flip on top of a level (at level + 1); return the best point, its value.

    Best is the steepest fall below `base` per unit of cost.
    """
    best, chosen, steepest = np.inf, -1, np.inf
    for i in candidates:
        word, bit = i // 64, np.uint64(1) << np.uint64(i % 64)
        flipped = (stack.mask[level, word] & bit) != np.uint64(0)
        if flipped or not affordable(core, stack, level, i, budget):
            continue
        broken = visit_leaf(core, stack, record, level, i)
        value = value_of(stack, target, broken, reach)
        slope = (value - base) / core.cost[i]
        if slope < steepest:
            best, chosen, steepest = value, i, slope
        if core.stop[0] != 0:
            break
    return chosen, best


@compiled
def greedy(core, stack, record, candidates, target, budget, reach):
    """Flip the most harmful affordable point at level 1 until the budget or the margin is gone.

    stack: level 0 holds the clean fit; the path is left at level 1. Returns the value reached.
    """
    clean, top = np.int64(0), np.int64(1)
    copy_level(stack, clean, top)
    broken = visit(core, stack, record, top)
    value = value_of(stack, target, broken, reach)
    while True:
        chosen, best = best_flip(core, stack, record, top, candidates, target, budget, reach, value)
        if chosen < 0 or core.stop[0] != 0:
            return value
        flip_at(core, stack, top, chosen)
        value = best
        if target >= 0 and best <= 0.0:
            return value


@compiled
def exchange(core, stack, record, candidates, target, budget, reach, value, rounds):
    """From the flip set at level 1, take one flip back and add the best other, while it helps."""
    top, trial = np.int64(1), np.int64(2)
    for _ in range(rounds):
        improved = False
        for i in candidates:
            word, bit = i // 64, np.uint64(1) << np.uint64(i % 64)
            if (stack.mask[1, word] & bit) == np.uint64(0):
                continue
            copy_level(stack, top, trial)
            flip_at(core, stack, trial, i)
            chosen, best = best_flip(
                core, stack, record, trial, candidates, target, budget, reach, value
            )
            if chosen >= 0 and chosen != i and best < value - 1e-12 * abs(value):
                flip_at(core, stack, top, i)
                flip_at(core, stack, top, chosen)
                value = best
                improved = True
        if not improved or (target >= 0 and value <= 0.0) or core.stop[0] != 0:
            break
    return value


@inner
def drop_one(core, stack, record, candidates, target, reach):
    """Take back the flip whose loss hurts the attacker least, at level 1; return the new value."""
    top = np.int64(1)
    best, chosen = np.inf, -1
    for i in candidates:
        word, bit = i // 64, np.uint64(1) << np.uint64(i % 64)
        if (stack.mask[1, word] & bit) == np.uint64(0):
            continue
        broken = visit_leaf(core, stack, record, top, i)
        value = value_of(stack, target, broken, reach)
        if value < best:
            best, chosen = value, i
    if chosen >= 0:
        flip_at(core, stack, top, chosen)
    return best


@compiled
def attack_one(core, stack, record, candidates, target, budget, reach, rounds):
    """Break one test point as cheaply as can be found: greedy, then drop and exchange."""
    value = greedy(core, stack, record, candidates, target, budget, reach)
    if not value <= 0.0:
        value = exchange(core, stack, record, candidates, target, budget, reach, value, rounds)
    while value <= 0.0 and stack.spent[1] > 0 and core.stop[0] == 0:
        value = drop_one(core, stack, record, candidates, target, reach)
        if value > 0.0:
            value = exchange(
                core, stack, record, candidates, target, stack.spent[1], reach, value, rounds
            )
    return value
