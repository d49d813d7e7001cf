"""Compiled: join two sorted lists of flip sets into the relabelings that they make together."""

from __future__ import annotations

import numpy as np

from labelcert._jit import compiled, inner
from labelcert.engines.knowledge.record import row_of


@inner
def _fits(first, second, both_ok, first_ok, second_ok):
    """Whether two flip sets are one relabeling: who is in both, who in one only."""
    for w in range(first.shape[0]):
        both = first[w] & second[w]
        if both & ~both_ok[w]:
            return False
        if (first[w] & ~second[w]) & ~first_ok[w]:
            return False
        if (second[w] & ~first[w]) & ~second_ok[w]:
            return False
    return True


@inner
def _union_cost(first, second, cost, group, purse, used):
    """What the points of both sets cost together; −1 where a group's purse is overdrawn."""
    total = np.int64(0)
    for g in range(used.shape[0]):
        used[g] = 0
    for i in range(cost.shape[0]):
        word, bit = i // 64, np.uint64(1) << np.uint64(i % 64)
        if ((first[word] | second[word]) & bit) != np.uint64(0):
            total += cost[i]
            used[group[i]] += cost[i]
    for g in range(used.shape[0]):
        if used[g] > purse[g]:
            return np.int64(-1)
    return total


@compiled
def join(
    value_a, mask_a, value_b, mask_b, both_ok, first_ok, second_ok, cost, group, purse, levels,
    bar, best, chosen, unclear, unclear_used, pairs,
):  # fmt: skip
    """Find the relabelings with value_a + value_b ≤ bar among all pairs of two sorted lists.

    levels (rows,): what relabelings can cost, up to the budget. best (rows,): smallest sum at
    exactly this level, chosen (rows, 2) its entries.
    unclear (capacity, 3): entries and cost of sums within (−bar, bar], unclear_used (1,) how many
    (beyond the capacity too). Stops after `pairs` pairs; returns whether all were seen.
    """
    used = np.zeros(purse.shape[0], dtype=np.int64)
    budget = levels[levels.shape[0] - 1]
    if value_b.shape[0] == 0:
        return True
    seen = 0
    for i in range(value_a.shape[0]):
        if value_a[i] + value_b[0] > bar:
            return True
        for j in range(value_b.shape[0]):
            value = value_a[i] + value_b[j]
            if value > bar:
                break
            seen += 1
            if seen > pairs:
                return False
            if not _fits(mask_a[i], mask_b[j], both_ok, first_ok, second_ok):
                continue
            total = _union_cost(mask_a[i], mask_b[j], cost, group, purse, used)
            if total < 0 or total > budget:
                continue
            row = row_of(levels, total)
            if value < best[row]:
                best[row] = value
                chosen[row, 0] = i
                chosen[row, 1] = j
            if value > -bar:
                k = unclear_used[0]
                unclear_used[0] = k + 1
                if k < unclear.shape[0]:
                    unclear[k, 0] = i
                    unclear[k, 1] = j
                    unclear[k, 2] = total
    return True
