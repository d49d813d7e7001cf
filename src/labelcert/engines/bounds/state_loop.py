"""Compiled: the best choice of states for a sum of terms, under a budget and the groups' purses.

Points are taken by what they gain for their cost, the last one in part; so the value is a lower
bound for every whole choice. Points that cost nothing come first.
Source: textbook greedy for the fractional knapsack.
"""

from __future__ import annotations

import numpy as np

from labelcert._jit import compiled, inner
from labelcert.engines.knowledge.lead import rounding_at


@inner
def _least_term(step, allowed, i):
    least = np.inf
    for s in range(step.shape[1]):
        if allowed[i, s]:
            if step[i, s] != step[i, s]:
                return -np.inf  # nothing is known
            least = min(least, step[i, s])
    return least


@inner
def _next_point(gain, cost, taken):
    """The point not taken yet that gains most for its cost; −1 if none gains."""
    best, where = 0.0, -1
    for i in range(gain.shape[0]):
        if not taken[i] and gain[i] < 0.0:
            ratio = gain[i] / cost[i] if cost[i] > 0 else -np.inf
            if where < 0 or ratio < best:
                best, where = ratio, i
    return where


@inner
def _least(base, step, allowed, home, cost, group, purse, budget, work):
    """See `least_value`; work: space for gain (n,), taken (n,) and purses (groups,)."""
    gain, taken, left_of = work
    n = step.shape[0]
    value, size, left = base, abs(base), budget
    for g in range(purse.shape[0]):
        left_of[g] = float(purse[g])
    if not np.isfinite(base):
        return -np.inf
    impossible = False
    for i in range(n):
        least = _least_term(step, allowed, i)
        if least == -np.inf:
            return -np.inf
        gain[i], taken[i] = least, False
        if least == np.inf:
            impossible = True
        if not allowed[i, home[i]]:
            taken[i] = True
            value += least
            size += abs(least)
            left -= cost[i]
            left_of[group[i]] -= cost[i]
    if impossible or left < 0.0:
        return np.inf
    for g in range(purse.shape[0]):
        if left_of[g] < 0.0:
            return np.inf
    while True:
        i = _next_point(gain, cost, taken)
        if i < 0:
            break
        taken[i] = True
        size += abs(gain[i])
        if cost[i] == 0:
            value += gain[i]
            continue
        part = max(min(float(cost[i]), left, left_of[group[i]]), 0.0)
        left -= part
        left_of[group[i]] -= part
        value += gain[i] * (part / cost[i])
        if left <= 0.0:
            break
    bound = value - rounding_at(4.0 * n, size)
    return bound if np.isfinite(bound) else -np.inf


@inner
def _work(n, groups):
    return np.zeros(n), np.zeros(n, dtype=np.bool_), np.zeros(groups)


@compiled
def least_value(base, step, allowed, home, cost, group, purse, budget):
    """Smallest base + Σ step over choices of allowed (n, S) states; +inf if there is no choice.

    home (n,): states that cost nothing; cost, group (n,): of all others; purse (groups,).
    """
    work = _work(step.shape[0], purse.shape[0])
    return _least(base, step, allowed, home, cost, group, purse, budget, work)


@compiled
def rule_out(base, step, allowed, home, cost, group, purse, budget, limit):
    """Take states from `allowed` (n, S) that no choice with a value ≤ limit can use."""
    n, states = step.shape
    work = _work(n, purse.shape[0])
    before = np.zeros(states, dtype=np.bool_)
    for i in range(n):
        count = 0
        for s in range(states):
            before[s] = allowed[i, s]
            count += before[s]
        if count < 2:
            continue
        keep = 0
        for s in range(states):
            if not before[s]:
                continue
            for r in range(states):
                allowed[i, r] = r == s
            value = _least(base, step, allowed, home, cost, group, purse, budget, work)
            if value > limit:
                before[s] = False
            else:
                keep += 1
        for s in range(states):
            allowed[i, s] = before[s]
        if keep == 0:
            return


@compiled
def choose_states(step, allowed, home, cost, group, purse, budget, chosen):
    """Write the states (n,) of a choice that can be paid for in whole, best gains first."""
    n = step.shape[0]
    gain, taken, left_of = _work(n, purse.shape[0])
    worst = np.zeros(n, dtype=np.int64)
    left = budget
    for g in range(purse.shape[0]):
        left_of[g] = float(purse[g])
    for i in range(n):
        gain[i], taken[i] = np.inf, False
        for s in range(step.shape[1]):
            if allowed[i, s] and step[i, s] < gain[i]:
                gain[i], worst[i] = step[i, s], s
        chosen[i] = home[i]
        if not allowed[i, home[i]]:
            taken[i], chosen[i] = True, worst[i]
            left -= cost[i]
            left_of[group[i]] -= cost[i]
        elif worst[i] == home[i]:
            taken[i] = True
    while True:
        i = _next_point(gain, cost, taken)
        if i < 0:
            return
        taken[i] = True
        if cost[i] <= left and cost[i] <= left_of[group[i]]:
            chosen[i] = worst[i]
            left -= cost[i]
            left_of[group[i]] -= cost[i]
