"""Retrain on one label vector and write down what it does to every test point.

The common ground of the enumeration and of the attack: both walk over label vectors, one flip at a
time, and every label vector that is ever retrained on is tried on every test point and counted for
the collective certificate (``math.md`` 4.1). A margin counts as broken or as robust only beyond
its error bar (``math.md`` 2); a label vector with a margin in between is kept for the exact
arithmetic of `labelcert.learners.exact`.

Cost: one walk (a few pivots of O(n²)), O(n²) for a fresh f = Qβ and its duality gap, O(nm) for the
margins.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from labelcert._jit import compiled, inner
from labelcert.learners.leaf import MOST_PIVOTS, flip_aside
from labelcert.learners.path import (
    descend,
    fit_from_nothing,
    flip,
    flip_in_place,
    multiply,
    read_solution,
    refine,
)


class Core(NamedTuple):
    """What the hot loops need to know of a problem; arrays only."""

    gram: np.ndarray  # (n, n), scaled
    cross: np.ndarray  # (n, m), scaled, column t times the sign of the clean prediction t
    labels: np.ndarray  # (n,) the clean labels, ±1.0
    C: float
    size: float  # max |gram|
    gap_target: float  # gaps up to here need no repair
    bar_slope: np.ndarray  # (m,) error bar of margin t: sqrt(2 gap) · slope + floor
    bar_floor: np.ndarray  # (m,)
    cost: np.ndarray  # (n,) int64
    group: np.ndarray  # (n,) int64
    group_budget: np.ndarray  # (groups,) int64
    stop: np.ndarray  # (1,) uint8, set to 1 to end every loop soon


class Stack(NamedTuple):
    """Solver states along a path of flips, one a level; the flip sets as bit masks."""

    tableau: np.ndarray  # (levels, n, n)
    owner: np.ndarray  # (levels,) int64: whose tableau a level uses
    slack: np.ndarray  # (levels, n)
    low: np.ndarray
    high: np.ndarray
    state: np.ndarray  # (levels, n) int8
    y: np.ndarray  # (levels, n)
    mask: np.ndarray  # (levels, words) uint64
    spent: np.ndarray  # (levels,) int64
    used: np.ndarray  # (levels, groups) int64
    following: np.ndarray  # (levels,) int64: next candidate to try
    beta: np.ndarray  # (n,) solution of the label vector looked at last
    f: np.ndarray  # (n,)
    rate: np.ndarray  # (n,)
    margin: np.ndarray  # (m,)
    row: np.ndarray  # (n,) and the next three: work space of a leaf's walk
    diagonal: np.ndarray  # (n,)
    pivot_rows: np.ndarray  # (MOST_PIVOTS, n)
    pivot_order: np.ndarray  # (MOST_PIVOTS,) int64


class Record(NamedTuple):
    """What has been seen; budgets are rows."""

    worst: np.ndarray  # (budgets, m) smallest margin at exactly this cost
    worst_mask: np.ndarray  # (budgets, m, words)
    worst_sure: np.ndarray  # (budgets, m) bool: that margin lies beyond its error bar
    broken_at: np.ndarray  # (m,) int64 smallest cost of a flip set that surely breaks t
    broken_mask: np.ndarray  # (m, words)
    broken_count: np.ndarray  # (budgets,) int64 most predictions surely broken at exactly this cost
    broken_count_mask: np.ndarray  # (budgets, words)
    unclear_mask: np.ndarray  # (capacity, words) label vectors with a margin inside its error bar
    unclear_cost: np.ndarray  # (capacity,) int64
    unclear_used: np.ndarray  # (1,) int64
    lost_at: np.ndarray  # (m,) int64 smallest cost of an unclear margin that found no room
    lost_count: np.ndarray  # (budgets,) int64 most broken-or-unclear of those
    visited: np.ndarray  # (1,) int64


NEVER = 2**40
"""A budget no attacker has."""


def new_stack(levels: int, n: int, m: int, groups: int) -> Stack:
    """Allocate a `Stack`: about 8 n² bytes a level."""
    words = (n + 63) // 64
    return Stack(
        tableau=np.zeros((levels, n, n)),
        owner=np.zeros(levels, dtype=np.int64),
        slack=np.zeros((levels, n)),
        low=np.zeros((levels, n)),
        high=np.zeros((levels, n)),
        state=np.zeros((levels, n), dtype=np.int8),
        y=np.zeros((levels, n)),
        mask=np.zeros((levels, words), dtype=np.uint64),
        spent=np.zeros(levels, dtype=np.int64),
        used=np.zeros((levels, groups), dtype=np.int64),
        following=np.zeros(levels, dtype=np.int64),
        beta=np.zeros(n),
        f=np.zeros(n),
        rate=np.zeros(n),
        margin=np.zeros(m),
        row=np.zeros(n),
        diagonal=np.zeros(n),
        pivot_rows=np.zeros((MOST_PIVOTS, n)),
        pivot_order=np.zeros(MOST_PIVOTS, dtype=np.int64),
    )


def new_record(budgets: int, n: int, m: int, capacity: int = 20_000) -> Record:
    """Allocate an empty `Record` for costs 0 to budgets − 1."""
    words = (n + 63) // 64
    return Record(
        worst=np.full((budgets, m), np.inf),
        worst_mask=np.zeros((budgets, m, words), dtype=np.uint64),
        worst_sure=np.zeros((budgets, m), dtype=np.bool_),
        broken_at=np.full(m, NEVER, dtype=np.int64),
        broken_mask=np.zeros((m, words), dtype=np.uint64),
        broken_count=np.full(budgets, -1, dtype=np.int64),
        broken_count_mask=np.zeros((budgets, words), dtype=np.uint64),
        unclear_mask=np.zeros((capacity, words), dtype=np.uint64),
        unclear_cost=np.zeros(capacity, dtype=np.int64),
        unclear_used=np.zeros(1, dtype=np.int64),
        lost_at=np.full(m, NEVER, dtype=np.int64),
        lost_count=np.zeros(budgets, dtype=np.int64),
        visited=np.zeros(1, dtype=np.int64),
    )


def mask_to_indices(mask: np.ndarray) -> np.ndarray:
    """Indices of the set bits of a (words,) uint64 mask, ascending."""
    bits = np.unpackbits(mask.astype("<u8").view(np.uint8), bitorder="little")
    return np.flatnonzero(bits)


@inner
def copy_vector(source, target):
    """Copy a vector. (A loop: slice assignment takes the compiler seconds.)"""
    for k in range(source.shape[0]):
        target[k] = source[k]


@compiled
def start(core, stack):
    """Fit the clean labels at level 0."""
    copy_vector(core.labels, stack.y[0])
    for word in range(stack.mask.shape[1]):
        stack.mask[0, word] = 0
    for g in range(stack.used.shape[1]):
        stack.used[0, g] = 0
    stack.spent[0] = 0
    stack.owner[0] = 0
    fit_from_nothing(
        core.gram, stack.tableau[0], stack.slack[0], stack.low[0], stack.high[0],
        stack.state[0], stack.y[0], core.C, stack.rate,
    )  # fmt: skip


@inner
def copy_level(stack, source, target):
    """Copy one level's solver state to another; the tableau only once it is changed."""
    stack.owner[target] = stack.owner[source]
    copy_vector(stack.slack[source], stack.slack[target])
    copy_vector(stack.low[source], stack.low[target])
    copy_vector(stack.high[source], stack.high[target])
    copy_vector(stack.state[source], stack.state[target])
    copy_vector(stack.y[source], stack.y[target])
    copy_vector(stack.mask[source], stack.mask[target])
    stack.spent[target] = stack.spent[source]
    copy_vector(stack.used[source], stack.used[target])


@inner
def affordable(core, stack, level, i, budget):
    """Whether point i may be flipped on top of a level's flip set."""
    if stack.spent[level] + core.cost[i] > budget:
        return False
    g = core.group[i]
    return stack.used[level, g] + core.cost[i] <= core.group_budget[g]


@inner
def spend(core, stack, level, i):
    """Note the flip of point i, and its cost, in a level's flip set."""
    word = i // 64
    bit = np.uint64(1) << np.uint64(i % 64)
    was_flipped = (stack.mask[level, word] & bit) != np.uint64(0)
    cost = -core.cost[i] if was_flipped else core.cost[i]
    stack.mask[level, word] ^= bit
    stack.spent[level] += cost
    stack.used[level, core.group[i]] += cost


@compiled
def flip_at(core, stack, level, i):
    """Flip point i at a level, in place, the cost included; flipping back gives the cost back."""
    spend(core, stack, level, i)
    slack, low, high = stack.slack[level], stack.low[level], stack.high[level]
    state, y = stack.state[level], stack.y[level]
    shared = stack.tableau[stack.owner[level]]
    if flip_in_place(shared, slack, low, high, state, y, core.C, i, stack.rate):
        return
    tableau = own_tableau(stack, level)
    if not flip(tableau, slack, low, high, state, y, core.C, i, stack.rate):
        fit_from_nothing(core.gram, tableau, slack, low, high, state, y, core.C, stack.rate)


@inner
def own_tableau(stack, level):
    """The level's tableau, made its own: a level borrows its parent's until it pivots."""
    owner = stack.owner[level]
    if owner != level:
        for row in range(stack.tableau.shape[1]):
            copy_vector(stack.tableau[owner, row], stack.tableau[level, row])
        stack.owner[level] = level
    return stack.tableau[level]


@compiled
def solve_level(core, stack, level):
    """Write β and f of a level's label vector; return the gap's bound, repaired if large."""
    state, y, slack = stack.state[level], stack.y[level], stack.slack[level]
    gap = read_solution(core.gram, slack, state, y, core.C, core.size, stack.beta, stack.f)
    if gap <= core.gap_target:
        return gap
    refine(stack.tableau[stack.owner[level]], slack, state, y, stack.f)
    gap = read_solution(core.gram, slack, state, y, core.C, core.size, stack.beta, stack.f)
    if gap <= core.gap_target:
        return gap
    stack.owner[level] = level
    fit_from_nothing(
        core.gram, stack.tableau[level], slack, stack.low[level], stack.high[level], state, y,
        core.C, stack.rate,
    )  # fmt: skip
    gap = read_solution(core.gram, slack, state, y, core.C, core.size, stack.beta, stack.f)
    if gap <= core.gap_target:
        return gap
    multiply(core.gram, stack.beta, stack.f)
    return descend(core.gram, y, core.C, stack.beta, stack.f, core.size, core.gap_target, 2000)


@inner
def solve_leaf(core, stack, level, i):
    """Flip point i on top of a level, at level + 1, for a look only; return the gap's bound.

    β and f are written, the flip set is noted, but level + 1 is no state to build upon.
    """
    leaf = level + 1
    copy_level(stack, level, leaf)
    tableau = stack.tableau[stack.owner[leaf]]
    slack, low, high = stack.slack[leaf], stack.low[leaf], stack.high[leaf]
    state, y = stack.state[leaf], stack.y[leaf]
    done = flip_in_place(tableau, slack, low, high, state, y, core.C, i, stack.rate)
    if not done:
        done = flip_aside(
            tableau, slack, low, high, state, y, core.C, i, stack.rate, stack.row,
            stack.diagonal, stack.pivot_rows, stack.pivot_order,
        )  # fmt: skip
    if done:
        gap = read_solution(core.gram, slack, state, y, core.C, core.size, stack.beta, stack.f)
        if gap <= core.gap_target:
            spend(core, stack, leaf, i)
            return gap
    copy_level(stack, level, leaf)
    flip_at(core, stack, leaf, i)
    return solve_level(core, stack, leaf)


@compiled
def measure(core, stack):
    """Write the margins of all test points for the solution looked at last."""
    multiply(core.cross, stack.beta, stack.margin)


@inner
def precedes(first, second):
    """Whether a bit mask is the smaller number; settles ties between equally good flip sets."""
    for w in range(first.shape[0] - 1, -1, -1):
        if first[w] != second[w]:
            return first[w] < second[w]
    return False


@inner
def write_down(core, margin, record, mask, cost, sign, gap):
    """Record the margins (times sign) under the flip set `mask` of the given cost.

    Returns how many predictions it surely breaks.
    """
    width = np.sqrt(2.0 * gap)
    m = margin.shape[0]
    worst = record.worst[cost]
    broken = 0
    robust = 0
    news = 0
    for t in range(m):
        value = sign * margin[t]
        bar = width * core.bar_slope[t] + core.bar_floor[t]
        is_broken = value <= -bar
        broken += is_broken
        robust += value > bar
        news += (value <= worst[t]) | (is_broken & (cost < record.broken_at[t]))
    record.visited[0] += 1
    if news > 0:
        for t in range(m):
            value = sign * margin[t]
            bar = width * core.bar_slope[t] + core.bar_floor[t]
            kept = record.worst_mask[cost, t]
            if value < worst[t] or (value == worst[t] and precedes(mask, kept)):
                worst[t] = value
                copy_vector(mask, kept)
                record.worst_sure[cost, t] = value <= -bar
            if value <= -bar and cost < record.broken_at[t]:
                record.broken_at[t] = cost
                copy_vector(mask, record.broken_mask[t])
    most = record.broken_count[cost]
    if broken > most or (broken == most and precedes(mask, record.broken_count_mask[cost])):
        record.broken_count[cost] = broken
        copy_vector(mask, record.broken_count_mask[cost])
    if broken + robust < m:
        _keep_unclear(core, margin, record, mask, cost, sign, width, m - robust)
    return broken


@inner
def _keep_unclear(core, margin, record, mask, cost, sign, width, not_robust):
    """Keep a label vector with a margin inside its bar, if that margin could matter."""
    matters = not_robust > record.broken_count[cost]
    for t in range(margin.shape[0]):
        bar = width * core.bar_slope[t] + core.bar_floor[t]
        value = sign * margin[t]
        if -bar < value <= bar and cost < record.broken_at[t]:
            matters = True
    if not matters:
        return
    used = record.unclear_used[0]
    if used < record.unclear_cost.shape[0]:
        copy_vector(mask, record.unclear_mask[used])
        record.unclear_cost[used] = cost
        record.unclear_used[0] = used + 1
        return
    record.lost_count[cost] = max(record.lost_count[cost], not_robust)
    for t in range(margin.shape[0]):
        bar = width * core.bar_slope[t] + core.bar_floor[t]
        value = sign * margin[t]
        if -bar < value <= bar:
            record.lost_at[t] = min(record.lost_at[t], cost)


@inner
def visit_leaf(core, stack, record, level, i):
    """Look at the flip of point i on top of a level; measure and record it."""
    gap = solve_leaf(core, stack, level, i)
    measure(core, stack)
    leaf = level + 1
    return write_down(core, stack.margin, record, stack.mask[leaf], stack.spent[leaf], 1.0, gap)


@inner
def visit(core, stack, record, level):
    """Solve a level's label vector, measure and record it; return the surely broken count."""
    gap = solve_level(core, stack, level)
    measure(core, stack)
    return write_down(core, stack.margin, record, stack.mask[level], stack.spent[level], 1.0, gap)


@compiled
def look_at_flip(core, stack, i):
    """Look at the flip of point i on top of level 0; returns the gap's bound."""
    level = np.int64(0)
    gap = solve_leaf(core, stack, level, i)
    measure(core, stack)
    return gap
