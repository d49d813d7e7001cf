"""The duality gap of a feasible β with its rounding, and plain coordinate descent on the dual.

What they decide: how far any solution can be off (``math.md`` 2), whoever found it. The gap costs
O(n) once f = Qβ is there; the descent is the safety net for Gram matrices too close to singular
for `labelcert.learners.path`.
"""

from __future__ import annotations

import numpy as np

from labelcert._jit import compiled, inner

UNIT_ROUNDOFF = 2.0**-53

EXTENDED_SIZE = 256
"""Beyond this n the rounding of each sum is added up as well (`multiply`)."""


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
    terms = n + 3 if n <= EXTENDED_SIZE else 8
    bound = terms * UNIT_ROUNDOFF * size * total + 2.0 * UNIT_ROUNDOFF
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


@inner
def multiply_extended(gram, beta, f):
    """`multiply`, off by at most 6 unit roundoffs of Σ|β_i q_ij|, for n below 10⁷.

    Each sum keeps its rounding errors in a second one (Knuth's two-sum, which is exact). Products
    are rounded, or fused into any of the sums, as the compiler likes: that costs a few unit
    roundoffs of |β_i q_ij| each, and never one of the sum so far.
    """
    n, m = gram.shape
    lost = np.zeros(m)
    for j in range(m):
        f[j] = 0.0
    for i in range(n):
        factor = beta[i]
        row = gram[i]
        if factor != 0.0:
            for j in range(m):
                product = factor * row[j]
                total = f[j] + product
                back = total - f[j]
                lost[j] += (f[j] - (total - back)) + (product - back)
                f[j] = total
    for j in range(m):
        f[j] += lost[j]


@compiled
def multiply(gram, beta, f):
    """Write f (m,) = βᵀ · gram (n, m); beyond EXTENDED_SIZE rows as if in twice the precision."""
    n, m = gram.shape
    if n > EXTENDED_SIZE:
        multiply_extended(gram, beta, f)
        return
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
def descend(gram, y, C, beta, f, size, target, sweeps, stop):
    """Cyclic coordinate descent on the dual from a feasible β, in place; return the gap's bound.

    The safety net for Gram matrices too close to singular for the tableau. Ends after the sweep in
    which stop[0] is set.
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
        if sweep % 16 == 15 or sweep == sweeps - 1 or stop[0] != 0:
            multiply(gram, beta, f)
            gap = gap_bound(y, beta, f, C, size)
            if gap <= target or stop[0] != 0:
                break
    return gap
