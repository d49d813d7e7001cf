"""Flip one label without touching the tableau: for label vectors that nothing is built upon.

What it does: the walk of `labelcert.learners.path`, but each pivot is kept as one row (product
form) in place of an update of the whole tableau, and rows of the current tableau are made from the
stored ones when they are asked for.
Cost: O(n · pivots²) a flip, where the pivots are a handful; the tableau itself is only read.
When to prefer it: the last level of an enumeration, which holds almost all label vectors, and the
trial flips of an attack.
Source: product form of the inverse, textbook simplex method; our own note.
"""

from __future__ import annotations

from labelcert._jit import inner
from labelcert.learners.path import BOUND, FREE, OUT, PIVOT_TOLERANCE, ZERO, advance, set_side


def most_pivots(n: int) -> int:
    """A walk with more pivots is done on the tableau instead: a copy, and n² a pivot."""
    return max(24, min(n // 8, 200))


@inner
def apply_pivot(pivot_row, p, is_own, target):
    """Bring a row of the tableau, target (n,), past the pivot on p; is_own: it is row p itself."""
    n = target.shape[0]
    inverse = 1.0 / pivot_row[p]
    if is_own:
        for j in range(n):
            target[j] = -inverse * pivot_row[j]
        target[p] = inverse
    else:
        factor = target[p] * inverse
        for j in range(n):
            target[j] -= factor * pivot_row[j]
        target[p] = factor


@inner
def current_row(tableau, rows, order, count, k, target):
    """Write row k of the tableau after the first `count` stored pivots into target (n,)."""
    n = tableau.shape[0]
    source = tableau[k]
    for j in range(n):
        target[j] = source[j]
    for step in range(count):
        apply_pivot(rows[step], order[step], order[step] == k, target)


@inner
def push(tableau, rows, order, count, k, i, state, row, diagonal):
    """Store the pivot on k; bring row i (n,) of the tableau and its diagonal (n,) up to date."""
    n = tableau.shape[0]
    pivot_row = rows[count]
    current_row(tableau, rows, order, count, k, pivot_row)
    order[count] = k
    inverse = 1.0 / pivot_row[k]
    side = state[k] == FREE
    for j in range(n):
        # Column k equals row k up to the sign that tells the free points from the others.
        change = pivot_row[j] * pivot_row[j] * inverse
        diagonal[j] -= change if (state[j] == FREE) == side else -change
    diagonal[k] = inverse
    apply_pivot(pivot_row, k, i == k, row)


@inner
def flip_aside(tableau, slack, low, high, state, y, C, i, rate, row, diagonal, rows, order):
    """Flip the label of point i and walk to the new optimum; the tableau stays as it is.

    rate, row, diagonal (n,), rows (p, n) and order (p,) are work space. Returns
    False if the walk needs more than p pivots; slack, sides and y are then to be thrown away.
    """
    n = slack.shape[0]
    count = 0
    for j in range(n):
        diagonal[j] = tableau[j, j]
        row[j] = tableau[i, j]
    if state[i] == FREE:
        b = -slack[i]
        push(tableau, rows, order, count, i, i, state, row, diagonal)
        count = 1
        slack[i] = -2.0
    else:
        b = -C if state[i] == BOUND else 0.0
        slack[i] = -slack[i] - 2.0
    y[i] = -y[i]
    set_side(state, slack, low, high, i, OUT, 0.0, C)
    while True:
        if b >= 0.0 and slack[i] >= 0.0:
            set_side(state, slack, low, high, i, ZERO, 0.0, C)
            return True
        step = -b if b < 0.0 else C - b
        for j in range(n):
            a = y[i] * y[j] * row[j]
            if state[j] == FREE:
                rate[j] = -a
            else:
                rate[j] = a if diagonal[j] > PIVOT_TOLERANCE else 0.0
        step, event, own = advance(slack, low, high, rate, i, step, b >= 0.0)
        b += step
        if own:
            set_side(state, slack, low, high, i, FREE, min(b, C), C)
            return True
        if event < 0:
            if b > 0.0:
                slack[i] = min(slack[i], 0.0)
                set_side(state, slack, low, high, i, BOUND, C, C)
                return True
            b = 0.0
            continue
        if count == rows.shape[0]:
            return False
        falling = rate[event] < 0.0
        push(tableau, rows, order, count, event, i, state, row, diagonal)
        count += 1
        if state[event] == FREE:
            slack[event] = 0.0
            set_side(state, slack, low, high, event, ZERO if falling else BOUND, 0.0, C)
        else:
            set_side(state, slack, low, high, event, FREE, 0.0 if falling else C, C)
