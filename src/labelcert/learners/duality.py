"""The duality gap of a feasible β with its rounding, and plain coordinate descent on the dual.

What they decide: how far any solution can be off (``math.md`` 2), whoever found it. The gap costs
O(n) once f = Qβ is there; the descent is the safety net for Gram matrices too close to singular
for `labelcert.learners.path`.
"""

from __future__ import annotations

import numpy as np

from labelcert._jit import compiled, inner

UNIT_ROUNDOFF = 2.0**-53


@inner
def gap_bound(y, beta, f, C, size):
    """Upper bound on the duality gap of a feasible β, rounding of f = Qβ included.

    `size` is max|Q|. The gap is Σ α_i max(0, x_i) + (C − α_i) max(0, −x_i) with x_i = y_i f_i − 1:
    a sum of terms that are all ≥ 0, so nothing cancels and small gaps are seen as small.
    """
    n = beta.shape[0]
    total = 0.0
    for i in range(n):
        total += abs(beta[i])
    bound = (n + 3) * UNIT_ROUNDOFF * size * total + 2.0 * UNIT_ROUNDOFF
    gap = 0.0
    for i in range(n):
        alpha = y[i] * beta[i]
        over = y[i] * f[i] - 1.0
        gap += alpha * max(over + bound, 0.0) + (C - alpha) * max(bound - over, 0.0)
    return gap * (1.0 + 4.0 * n * UNIT_ROUNDOFF)


@inner
def gap_by_shift(beta, C, shift):
    """What a shift of the diagonal adds to the gap for the kernel as given (`error_bars`)."""
    total = 0.0
    if shift > 0.0:
        for i in range(beta.shape[0]):
            alpha = abs(beta[i])
            total += shift * alpha * (C - alpha)
    return total * (1.0 + 4.0 * beta.shape[0] * UNIT_ROUNDOFF)


@compiled
def multiply(gram, beta, f):
    """Write f (m,) = βᵀ · gram (n, m)."""
    n, m = gram.shape
    for j in range(m):
        f[j] = 0.0
    i = 0
    # Four rows at a time: the sums stay in registers, with the order of a plain sum.
    while i + 3 < n:
        b0, b1, b2, b3 = beta[i], beta[i + 1], beta[i + 2], beta[i + 3]
        r0, r1, r2, r3 = gram[i], gram[i + 1], gram[i + 2], gram[i + 3]
        for j in range(m):
            f[j] = (((f[j] + b0 * r0[j]) + b1 * r1[j]) + b2 * r2[j]) + b3 * r3[j]
        i += 4
    while i < n:
        factor = beta[i]
        row = gram[i]
        for j in range(m):
            f[j] += factor * row[j]
        i += 1


@compiled
def descend(gram, y, C, beta, f, size, target, sweeps):
    """Cyclic coordinate descent on the dual from a feasible β, in place; return the gap's bound.

    The safety net for Gram matrices too close to singular for the tableau.
    """
    n = gram.shape[0]
    gap = np.inf
    for sweep in range(sweeps):
        for i in range(n):
            if gram[i, i] > 0.0:
                alpha = y[i] * beta[i]
                wanted = min(max(alpha + (1.0 - y[i] * f[i]) / gram[i, i], 0.0), C)
                if wanted != alpha:
                    change = y[i] * wanted - beta[i]
                    beta[i] = y[i] * wanted
                    row = gram[i]
                    for j in range(n):
                        f[j] += change * row[j]
            elif gram[i, i] <= 0.0:
                beta[i] = y[i] * C
        if sweep % 16 == 15 or sweep == sweeps - 1:
            multiply(gram, beta, f)
            gap = gap_bound(y, beta, f, C, size)
            if gap <= target:
                break
    return gap
