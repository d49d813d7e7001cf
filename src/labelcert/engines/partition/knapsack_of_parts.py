"""The least total cost of gains of 1 and 2 that reach a need: a knapsack, exact, by a sort.

Each part of an ensemble offers one of two options, or none: a gain of 1 at cost `one`, a gain of 2
at cost `two` (``math.md`` 12). Asked for is the least cost of options that gain *at least* the
need; a program that asks for the need exactly is wrong, and always too high.

Cost: O(k log k) for k parts, where dynamic programming over min(gain, need) takes O(k · need).
Why it is exact: if two ≥ 2 · one, the two steps of a part (`one`, then `two − one`) get no cheaper,
so taking the cheapest steps of all parts never takes a second step before its first: such parts
are two single items. Of the other parts, two that both gain 1 would not be worse off if the one
with the smaller `one` gained 2 and the other nothing (two < 2 · one ≤ the sum of both), so at most
one of them gains 1. What is left to try is how many of them gain 2: those with the smallest `two`.
Source: our own note; textbook exchange arguments. Held against the dynamic program in the tests.
"""

from __future__ import annotations

import numpy as np

from labelcert._jit import compiled, inner

NEVER = 2**40
"""A cost that nobody can pay; more parts than can be of it still add up to less than 2**63."""


@compiled
def cheapest(one, two, need, pick):
    """The least cost of gains that reach `need`, and the gain of each part in `pick`.

    one, two (k,) int64: costs ≥ 1 of a gain of 1 and of 2, `NEVER` where there is none; a gain of 2
    includes one of 1. need: ≥ 1. pick (k,) int8 is written: 0, 1 or 2. Returns the cost, at least
    `NEVER` where the need cannot be reached.
    """
    pick[:] = 0
    single, single_at, double = _items(one, two)
    by_single = np.argsort(single, kind="mergesort")
    by_two = np.argsort(two[double], kind="mergesort")
    double = double[by_two]
    n, d = single.shape[0], double.shape[0]
    singles = np.zeros(n + 1, dtype=np.int64)
    for i in range(n):
        singles[i + 1] = singles[i] + single[by_single[i]]
    half_in, half_out = _halves(one, two, double)
    best, best_x, best_half, total_two = NEVER, -1, -1, 0
    for x in range(d + 1):
        if x > 0:
            total_two += two[double[x - 1]]
        left = max(0, need - 2 * x)
        if left <= n and total_two + singles[left] < best:
            best, best_x, best_half = total_two + singles[left], x, -1
        if x < d and 1 <= left <= n + 1:
            p, q = half_out[x], half_in[x]
            if total_two + one[p] + singles[left - 1] < best:
                best, best_x, best_half = total_two + one[p] + singles[left - 1], x, p
            swapped = total_two + two[double[x]] + one[q] - two[q]
            if swapped + singles[left - 1] < best:
                best, best_x, best_half = swapped + singles[left - 1], x, q
        if left == 0:
            break
    if best_x >= 0:
        _write(pick, double, best_x, best_half, single_at, by_single, need)
    return best


@inner
def _items(one, two):
    """Costs and parts of the single items, and the parts that are worth more as a whole."""
    k = one.shape[0]
    single = np.empty(2 * k, dtype=np.int64)
    at = np.empty(2 * k, dtype=np.int64)
    double = np.empty(k, dtype=np.int64)
    n, d = 0, 0
    for j in range(k):
        if two[j] < NEVER and two[j] < 2 * one[j]:
            double[d] = j
            d += 1
            continue
        if one[j] < NEVER:
            single[n], at[n] = one[j], j
            n += 1
            if two[j] < NEVER:
                single[n], at[n] = two[j] - one[j], j
                n += 1
    return single[:n], at[:n], double[:d]


@inner
def _halves(one, two, double):
    """For each x: the part from x on that gains 1 at the least cost, and the part up to x that is
    best put back from 2 to 1."""
    d = double.shape[0]
    inside, outside = np.empty(d, dtype=np.int64), np.empty(d, dtype=np.int64)
    for x in range(d):
        p = double[x]
        inside[x] = p
        if x > 0 and one[inside[x - 1]] - two[inside[x - 1]] <= one[p] - two[p]:
            inside[x] = inside[x - 1]
    for x in range(d - 1, -1, -1):
        p = double[x]
        outside[x] = p
        if x < d - 1 and one[outside[x + 1]] < one[p]:
            outside[x] = outside[x + 1]
    return inside, outside


@inner
def _write(pick, double, x, half, single_at, by_single, need):
    """The gain of each part of a solution: x of them (or the half's place too) gain 2."""
    for i in range(x):
        pick[double[i]] = 2
    left = need - 2 * x
    if half >= 0:
        if pick[half] == 2:
            pick[double[x]] = 2
        pick[half] = 1
        left -= 1
    for i in range(left):
        pick[single_at[by_single[i]]] += 1
