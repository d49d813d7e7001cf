"""The obviously right oracle: every flip set, each retrained by a general QP solver.

daqp (Arnström, Bemporad, Axehill 2022) solves the dual to high accuracy; nothing of labelcert is
used. Returned margins are accurate to about 1e-8 of their scale.
"""

from __future__ import annotations

from itertools import combinations

import daqp
import numpy as np
from hypothesis import reject


def solve_dual(gram, y, C):
    """β (n,) of the kernel SVM by a general QP solver, polished by plain coordinate descent."""
    n = len(y)
    gram = np.asarray(gram, float)
    ridge = 1e-11 * max(np.abs(gram).max(), 1e-300)
    H = np.ascontiguousarray((y[:, None] * gram) * y[None, :] + ridge * np.eye(n))
    f = -np.ones(n)
    A = np.zeros((0, n))
    upper = np.full(n, float(C))
    lower = np.zeros(n)
    x, _, flag, _ = daqp.solve(H, f, A, upper, lower, np.zeros(n, dtype=np.int32))
    starts = [np.full(n, float(C)), np.zeros(n)]
    if flag == 1:
        starts.insert(0, np.clip(np.asarray(x), 0.0, C))
    start = min(starts, key=lambda alpha: duality_gap(gram, y, C, alpha))
    alpha = coordinate_descent(gram, y, C, start)
    gap = duality_gap(gram, y, C, alpha)
    if gap > 1e-9 * n * C:
        reject()  # the oracle itself is unsure; outside hypothesis this is an error
    return y * alpha


def duality_gap(gram, y, C, alpha):
    over = y * (gram @ (y * alpha)) - 1.0
    return float((alpha * np.maximum(over, 0) + (C - alpha) * np.maximum(-over, 0)).sum())


def coordinate_descent(gram, y, C, alpha, sweeps=100_000):
    """Plain cyclic coordinate descent until the duality gap is at its rounding floor."""
    q = (y[:, None] * gram) * y[None, :]
    n = len(y)
    alpha = alpha.copy()
    best = duality_gap(gram, y, C, alpha)
    for sweep in range(sweeps):
        if best <= 1e-14 * n * C:
            break
        for i in range(n):
            slope = 1.0 - q[i] @ alpha
            alpha[i] = min(max(alpha[i] + slope / q[i, i], 0.0), C) if q[i, i] > 0 else C
        if sweep % 200 == 199:
            gap = duality_gap(gram, y, C, alpha)
            if gap >= best * 0.999 and gap <= 1e-9 * n * C:
                break
            best = min(best, gap)
    return alpha


def flip_sets(n, budget, allowed=None):
    points = range(n) if allowed is None else np.flatnonzero(allowed)
    for size in range(budget + 1):
        yield from combinations(points, size)


def margins_by_flips(gram, cross, y, C, budget, allowed=None):
    """Yield (flip set, decision values (m,)) for every flip set, the empty one first."""
    for flips in flip_sets(len(y), budget, allowed):
        flipped = np.array(y, float)
        flipped[list(flips)] *= -1
        yield flips, np.asarray(cross, float) @ solve_dual(gram, flipped, C)


def trained_by_flips(gram, y, C, budget):
    """(flip set, β (n,), f (n,) on the training points) of every flip set, the empty one first."""
    for flips in flip_sets(len(y), budget):
        flipped = np.array(y, float)
        flipped[list(flips)] *= -1
        beta = solve_dual(gram, flipped, C)
        yield list(flips), beta, gram @ beta


def brute_force(gram, cross, y, C, budget, allowed=None):
    """Worst margins (m, budget + 1) and collective table of (sizes, margins) for later counting."""
    clean, table = None, []
    for flips, f in margins_by_flips(gram, cross, y, C, budget, allowed):
        if clean is None:
            clean = f
        table.append((len(flips), np.sign(clean) * f))
    worst = np.full((len(cross), budget + 1), np.inf)
    for size, margin in table:
        worst[:, size] = np.minimum(worst[:, size], margin)
    return clean, np.minimum.accumulate(worst, axis=1), table


def broken_interval(table, budget, tolerance):
    """For each budget: most predictions broken for sure, and most broken or within tolerance."""
    low, high = np.zeros(budget + 1, int), np.zeros(budget + 1, int)
    for size, margin in table:
        low[size:] = np.maximum(low[size:], (margin < -tolerance).sum())
        high[size:] = np.maximum(high[size:], (margin <= tolerance).sum())
    return low, high
