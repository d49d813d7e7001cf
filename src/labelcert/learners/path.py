"""The kernel SVM by path following: change one label, walk to the new optimum, exactly.

What it does: keeps the optimality (KKT) conditions of every other point true while the dual
variable of one point moves to where its (new) label wants it. The free points stay on their
margin, a point that reaches a corner of its staircase changes sides, and every change of sides is
one principal pivot of an n×n tableau. The walk ends exactly at the optimum, after few pivots.

Cost: O(n²) a pivot, all of it one dense rank-one update; a label flip takes a handful of pivots.
When to prefer it: many SVMs that differ in few labels, n up to a few hundred. From nothing it is
the incremental SVM (insert the points one by one).
Source: incremental SVM, Cauwenberghs and Poggio (NIPS 2000), here without a bias; principal pivot
transform, Tucker (1963); ``math.md`` 1 and 4.1.

The tableau T stands for the linear map (β_free, f_rest) = T · (f_free, β_rest). `slack` holds the
dual variable α_i of a free point and y_i f_i − 1 of every other one; `low` and `high` say where
it may go. The Gram matrix is scaled so that its largest diagonal entry is of order 1.
"""

from __future__ import annotations

import numpy as np

from labelcert._jit import compiled, inner
from labelcert.learners.duality import gap_bound, multiply

ZERO, FREE, BOUND, OUT = 0, 1, 2, 3
"""State of a point: α = 0, 0 ≤ α ≤ C on the margin, α = C, or not yet part of the problem."""

PIVOT_TOLERANCE = 1e-11
"""Below this Schur complement a point depends linearly on the free ones and never joins them."""

RATE_TOLERANCE = 1e-13


@inner
def pivot(tableau, k):
    """Exchange β_k and f_k in the tableau (n, n), in place."""
    n = tableau.shape[0]
    inverse = 1.0 / tableau[k, k]
    row = tableau[k]
    for i in range(n):
        if i != k:
            factor = tableau[i, k] * inverse
            tableau[i, k] = 0.0
            target = tableau[i]
            for j in range(n):
                target[j] -= factor * row[j]
            target[k] = factor
    for j in range(n):
        row[j] *= -inverse
    row[k] = inverse


@inner
def set_side(state, slack, low, high, i, side, alpha, C):
    """Put point i on a side of its staircase."""
    state[i] = side
    if side == FREE:
        slack[i], low[i], high[i] = alpha, 0.0, C
    elif side == ZERO:
        low[i], high[i] = 0.0, np.inf
    elif side == BOUND:
        low[i], high[i] = -np.inf, 0.0
    else:
        low[i], high[i] = -np.inf, np.inf


@inner
def advance(slack, low, high, rate, i, step, on_its_way):
    """Move all slacks along `rate` up to the first event, at most by `step`.

    Returns the step, the point that reached an end of its range (−1 if none), and whether point i
    reached its own margin first, which counts only when it is on its way up (`on_its_way`).
    """
    n = slack.shape[0]
    event = -1
    for j in range(n):
        a = rate[j]
        if a < -RATE_TOLERANCE:
            t = (low[j] - slack[j]) / a
        elif a > RATE_TOLERANCE:
            t = (high[j] - slack[j]) / a
        else:
            t = np.inf
        if t < step:
            step = max(t, 0.0)
            event = j
    own = on_its_way and rate[i] > RATE_TOLERANCE and -slack[i] <= step * rate[i]
    if own:
        step = -slack[i] / rate[i]
    for j in range(n):
        slack[j] += step * rate[j]
    return step, event, own


@inner
def walk(tableau, slack, low, high, state, y, C, i, b, rate, stop):
    """Move y_i β_i from b ≤ 0 up until point i satisfies its own condition.

    False if it cycles, or once stop[0] is set; β then is feasible, and no more than that.
    """
    n = tableau.shape[0]
    for _ in range(50 + 10 * n):
        if stop[0] != 0:
            return False
        if b >= 0.0 and slack[i] >= 0.0:
            set_side(state, slack, low, high, i, ZERO, 0.0, C)
            return True
        step = -b if b < 0.0 else C - b
        for j in range(n):
            a = y[i] * y[j] * tableau[i, j]
            if state[j] == FREE:
                rate[j] = -a
            else:
                rate[j] = a if tableau[j, j] > PIVOT_TOLERANCE else 0.0
        step, event, own = advance(slack, low, high, rate, i, step, b >= 0.0)
        b += step
        if own:
            pivot(tableau, i)
            set_side(state, slack, low, high, i, FREE, min(b, C), C)
            return True
        if event < 0:
            if b > 0.0:
                slack[i] = min(slack[i], 0.0)
                set_side(state, slack, low, high, i, BOUND, C, C)
                return True
            b = 0.0
            continue
        falling = rate[event] < 0.0
        if state[event] == FREE:
            pivot(tableau, event)
            slack[event] = 0.0
            set_side(state, slack, low, high, event, ZERO if falling else BOUND, 0.0, C)
        else:
            pivot(tableau, event)
            set_side(state, slack, low, high, event, FREE, 0.0 if falling else C, C)
    return False


@inner
def flip_in_place(tableau, slack, low, high, state, y, C, i, rate):
    """Flip the label of point i if no other point then changes sides; whether it was done.

    The end of the walk is guessed (a free point stays free, any other goes to C) and kept if the
    optimality conditions hold there, which is all that optimality needs. No pivot, O(n).
    """
    n = slack.shape[0]
    row = tableau[i]
    if state[i] == FREE:
        change = -2.0 * y[i]
        side = FREE
        own = 2.0 * row[i] - slack[i]
        fits = 0.0 <= own <= C
    else:
        change = -2.0 * y[i] * C if state[i] == BOUND else -y[i] * C
        side = BOUND
        own = -slack[i] - 2.0 - y[i] * change * row[i]
        fits = own <= 0.0
    if not fits:
        return False
    for j in range(n):
        # Column i of the tableau, from its row: the two differ in sign across the free set.
        same = (state[j] == FREE) == (state[i] == FREE)
        rate[j] = y[j] * change * (row[j] if same else -row[j])
    rate[i] = 0.0
    outside = 0
    for j in range(n):
        value = slack[j] + rate[j]
        outside += (value < low[j]) | (value > high[j])
    if outside > 0:
        return False
    for j in range(n):
        slack[j] += rate[j]
    y[i] = -y[i]
    slack[i] = own
    set_side(state, slack, low, high, i, side, own, C)
    return True


@compiled
def flip(tableau, slack, low, high, state, y, C, i, rate, stop):
    """Flip the label of point i and walk to the new optimum, in place; False as in `walk`."""
    if state[i] == FREE:
        b = -slack[i]
        pivot(tableau, i)
        slack[i] = -2.0
    else:
        b = -C if state[i] == BOUND else 0.0
        slack[i] = -slack[i] - 2.0
    y[i] = -y[i]
    set_side(state, slack, low, high, i, OUT, 0.0, C)
    return walk(tableau, slack, low, high, state, y, C, i, b, rate, stop)


@compiled
def fit_from_nothing(gram, tableau, slack, low, high, state, y, C, rate, stop):
    """Solve for labels y by inserting the points one by one; False as in `walk`."""
    n = gram.shape[0]
    for i in range(n):
        for j in range(n):
            tableau[i, j] = gram[i, j]
        slack[i] = -1.0
        set_side(state, slack, low, high, i, OUT, 0.0, C)
    done = True
    for i in range(n):
        done = walk(tableau, slack, low, high, state, y, C, i, 0.0, rate, stop) and done
    return done


@compiled
def read_solution(gram, slack, state, y, C, size, beta, f):
    """Write β (feasible) and a fresh f = Qβ; return the upper bound on the duality gap."""
    n = gram.shape[0]
    for i in range(n):
        if state[i] == FREE:
            alpha = min(max(slack[i], 0.0), C)
        elif state[i] == BOUND:
            alpha = C
        else:
            alpha = 0.0
        beta[i] = y[i] * alpha
    multiply(gram, beta, f)
    return gap_bound(y, beta, f, C, size)


@compiled
def refine(tableau, slack, state, y, f):
    """One Newton step on the free set from a fresh f, and fresh slacks for the rest, in place."""
    n = tableau.shape[0]
    for i in range(n):
        if state[i] == FREE:
            change = 0.0
            for j in range(n):
                if state[j] == FREE:
                    change += tableau[i, j] * (y[j] - f[j])
            slack[i] += y[i] * change
        else:
            slack[i] = y[i] * f[i] - 1.0
