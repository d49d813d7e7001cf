"""Coordinate descent on the SVM's dual, two labels at a time: a good start for an exact fit.

What it does: minimises ½ αᵀQ̃α − Σα, 0 ≤ α ≤ C, with Q̃ = yyᵀ∘Q. The first label of a pair is the
one that gains most alone, the second the one that gains most with it. Single labels would crawl:
neural tangent kernels have a large constant part, which a bias would take up and we have none, so
that every step of one label moves all the others off their margins.
Cost: three rows of Q a step, about n/2 steps to a violation of 1e-3.
When to prefer it: hundreds of labels and more, with `labelcert.learners.active_set` after it.
Source: Steinwart, Hush and Scovel, "Training SVMs without offset" (JMLR 2011).
"""

from __future__ import annotations

import numpy as np

from labelcert._jit import compiled, inner

NEARLY_PARALLEL = 1e-10
"""Below this share of q_ii q_jj a pair's determinant counts as 0: each label moves alone."""


@inner
def best_single(slack, alpha, diagonal, C):
    """The label that gains most alone (−1 if none can), and the largest violation."""
    n = slack.shape[0]
    best, most, violation = -1, 0.0, 0.0
    for i in range(n):
        x, a = slack[i], alpha[i]
        room = C - a if x < 0.0 else a
        if room > 0.0 and diagonal[i] > 0.0:
            size = abs(x)
            violation = max(violation, size)
            step = min(size / diagonal[i], room)
            gain = step * (size - 0.5 * diagonal[i] * step)
            if gain > most:
                best, most = i, gain
    return best, violation


@inner
def best_partner(row, slack, alpha, y, diagonal, C, i):
    """The label that gains most together with i, by the unconstrained step of the two."""
    n = slack.shape[0]
    x, d = slack[i], diagonal[i]
    best, most = -1, 0.0
    for j in range(n):
        q = y[i] * y[j] * row[j]
        determinant = d * diagonal[j] - q * q
        # What is left of the slope at j once i has moved; the sign tells where j wants to go.
        rest = d * slack[j] - q * x
        movable = alpha[j] < C if rest < 0.0 else alpha[j] > 0.0
        if movable and j != i and determinant > NEARLY_PARALLEL * d * diagonal[j]:
            gain = rest * rest / determinant
            if gain > most:
                best, most = j, gain
    return best


@inner
def clipped(x, d, a, C):
    """The best value of a label alone, its slope x and diagonal entry d given at value a."""
    return min(max(a - x / d, 0.0), C)


@inner
def best_pair(x, z, d, e, q, a, b, C):
    """The minimum over the square of a pair: slopes x, z at (a, b), matrix [[d, q], [q, e]]."""
    determinant = d * e - q * q
    u = a - (e * x - q * z) / determinant
    v = b - (d * z - q * x) / determinant
    if 0.0 <= u <= C and 0.0 <= v <= C:
        return u, v
    best = np.inf
    u, v = a, b
    for side in range(4):
        end = 0.0 if side % 2 == 0 else C
        if side < 2:
            s = end
            t = clipped(z + q * (s - a), e, b, C)
        else:
            t = end
            s = clipped(x + q * (t - b), d, a, C)
        h, k = s - a, t - b
        value = x * h + z * k + 0.5 * (d * h * h + e * k * k) + q * h * k
        if value < best:
            best, u, v = value, s, t
    return u, v


@inner
def shift_slack(gram, y, slack, i, j, h, k):
    """Bring slacks past the changes h of α_i and k of α_j."""
    first, second = gram[i], gram[j]
    h, k = y[i] * h, y[j] * k
    for t in range(slack.shape[0]):
        slack[t] += y[t] * (h * first[t] + k * second[t])


@compiled
def descend_in_pairs(gram, y, C, alpha, slack, tolerance, steps, stop):
    """Descend until no violation exceeds `tolerance`, in place; whether it came to that.

    alpha (n,) feasible, slack (n,) y_i f_i − 1 at it. Ends early after `steps` steps, or once
    stop[0] is set.
    """
    n = gram.shape[0]
    diagonal = np.empty(n)
    for i in range(n):
        diagonal[i] = gram[i, i]
        if diagonal[i] <= 0.0:  # a row of zeros: f_i = 0 whatever happens
            alpha[i] = C
    for _ in range(steps):
        i, violation = best_single(slack, alpha, diagonal, C)
        if violation <= tolerance or i < 0 or stop[0] != 0:
            return violation <= tolerance
        j = best_partner(gram[i], slack, alpha, y, diagonal, C, i)
        a = alpha[i]
        if j < 0:
            alpha[i] = clipped(slack[i], diagonal[i], a, C)
            shift_slack(gram, y, slack, i, i, alpha[i] - a, 0.0)
        else:
            b, q = alpha[j], y[i] * y[j] * gram[i, j]
            alpha[i], alpha[j] = best_pair(slack[i], slack[j], diagonal[i], diagonal[j], q, a, b, C)
            shift_slack(gram, y, slack, i, j, alpha[i] - a, alpha[j] - b)
    return False


@compiled
def add_rows(gram, y, change, slack):
    """Bring slacks past a change (n,) of α, most of which is 0."""
    n = gram.shape[0]
    for i in range(n):
        if change[i] != 0.0:
            factor, row = y[i] * change[i], gram[i]
            for j in range(n):
                slack[j] += y[j] * (factor * row[j])
