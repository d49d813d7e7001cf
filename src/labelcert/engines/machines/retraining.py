"""Retrain on one label vector and measure every test point: the common ground of all searches.

Enumeration, attack and branch and bound walk over label vectors one flip at a time; what each does
to the test points is written down by `labelcert.engines.knowledge.recording`.
Cost: one walk (a few pivots of O(n²)), O(n²) for a fresh f = Qβ and its duality gap, O(nm) for the
margins.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from labelcert._jit import compiled, inner
from labelcert.learners.duality import descend, gap_by_shift, multiply
from labelcert.learners.leaf import flip_aside, most_pivots
from labelcert.learners.path import fit_from_nothing, flip, flip_in_place, read_solution, refine


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
    shift: float  # of the diagonal, scaled; 0 if none
    doubt: np.ndarray  # (m,) how far that shift may have moved a margin
    cost: np.ndarray  # (n,) int64
    group: np.ndarray  # (n,) int64
    group_budget: np.ndarray  # (groups,) int64
    stop: np.ndarray  # (1,) uint8, set to 1 to end every loop soon
    clean_tableau: np.ndarray  # (n, n): the clean fit, see `labelcert.learners.path`
    clean_slack: np.ndarray  # (n,)
    clean_low: np.ndarray
    clean_high: np.ndarray
    clean_state: np.ndarray  # (n,) int8


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
    pivot_rows: np.ndarray  # (most_pivots, n)
    pivot_order: np.ndarray  # (most_pivots,) int64


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
        pivot_rows=np.zeros((most_pivots(n), n)),
        pivot_order=np.zeros(most_pivots(n), dtype=np.int64),
    )


@inner
def copy_vector(source, target):
    """Copy a vector. (A loop: slice assignment takes the compiler seconds.)"""
    for k in range(source.shape[0]):
        target[k] = source[k]


def start(core: Core, stack: Stack, level: int = 0) -> None:
    """Put the clean fit of a machine at a level."""
    for tally in (stack.mask, stack.spent, stack.used):
        tally[level] = 0
    stack.owner[level] = level
    stack.slack[level], stack.state[level] = core.clean_slack, core.clean_state
    stack.low[level], stack.high[level] = core.clean_low, core.clean_high
    stack.y[level] = core.labels
    stack.tableau[level] = core.clean_tableau


def retrained_clean(core: Core) -> tuple[np.ndarray, np.ndarray, float]:
    """β (n,) of the clean fit, its values (m,), and a bound on its duality gap."""
    stack = new_stack(1, core.gram.shape[0], core.cross.shape[1], len(core.group_budget))
    start(core, stack)
    gap = float(solve_level(core, stack, 0))
    measure(core, stack)
    return stack.beta, stack.margin, gap


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
    if not flip(tableau, slack, low, high, state, y, core.C, i, stack.rate, core.stop):
        fit_from_nothing(
            core.gram, tableau, slack, low, high, state, y, core.C, stack.rate, core.stop
        )


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
    """Write β and f of a level's label vector; return the gap's bound, repaired if large.

    Where the diagonal was shifted it bounds the gap for the kernel as given, too.
    """
    gap = _solved(core, stack, level)
    return gap + gap_by_shift(stack.beta, core.C, core.shift)


@inner
def _solved(core, stack, level):
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
        core.C, stack.rate, core.stop,
    )  # fmt: skip
    gap = read_solution(core.gram, slack, state, y, core.C, core.size, stack.beta, stack.f)
    if gap <= core.gap_target:
        return gap
    multiply(core.gram, stack.beta, stack.f)
    return descend(
        core.gram, y, core.C, stack.beta, stack.f, core.size, core.gap_target, 2000, core.stop
    )


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
            return gap + gap_by_shift(stack.beta, core.C, core.shift)
    copy_level(stack, level, leaf)
    flip_at(core, stack, leaf, i)
    return solve_level(core, stack, leaf)


@compiled
def measure(core, stack):
    """Write the margins of all test points for the solution looked at last."""
    multiply(core.cross, stack.beta, stack.margin)


@compiled
def look_at_flip(core, stack, i):
    """Look at the flip of point i on top of level 0; returns the gap's bound."""
    level = np.int64(0)
    gap = solve_leaf(core, stack, level, i)
    measure(core, stack)
    return gap
