"""One step of the interior point method, first half: everything but β and the prices is eliminated.

The corners' weights go first, then the shares of the states, then each point's changes of pull and
μ. Arguments are the `Program`, `Iterate` and `Work` of `labelcert.engines.bounds.interior_point`.
Source: our own note.
"""

from __future__ import annotations

from labelcert._jit import inner
from labelcert.engines.bounds.dense import factor, solve

FLOOR = 1e-11
"""Added to the points' systems, whose unknowns are of order 1."""


@inner
def corner_cost(program, iterate, c, i, j):
    """The reduced cost of a corner at the current prices."""
    beta, f = program.beta[c, i, j], program.f[c, i, j]
    pull, mu = iterate.pull[c, i], iterate.mu[c, i]
    return pull * beta + mu * f - iterate.price[c] * beta * f - iterate.group_price[c, i, j // 4]


@inner
def share_cost(program, iterate, i, s):
    """The reduced cost of a state's share at the current prices."""
    k = program.side.shape[2]
    value = iterate.price[k] * program.cost[i, s] - iterate.point_price[i]
    for c in range(k):
        value += iterate.group_price[c, i, program.side[i, s, c]]
    return value


@inner
def eliminate_corners(program, iterate, work, level):
    """Sum up the corners of each group (SVM, point, label): what its weight and features do.

    A group that weighs ω has the features known + mean ω − spread · (changes of its prices).
    """
    k, n = program.objective.shape
    for i in range(n):
        for v in range(3 * k + 1):
            work.known[i, v] = 0.0
            for u in range(3 * k + 1):
                work.spread[i, v, u] = 0.0
        for c in range(k):
            for e in range(2):
                if program.used[c, i, e]:
                    _sum_group(program, iterate, work, level, c, i, e)


@inner
def _sum_group(program, iterate, work, level, c, i, e):
    k = program.objective.shape[0]
    p = 2 * k + c
    total = weight = first = second = third = 0.0
    for j in range(4 * e, 4 * e + 4):
        reduced = iterate.corner_cost[c, i, j]
        ratio = iterate.corner[c, i, j] / reduced
        # The weight after a full step if no price changed.
        target = (level - work.cross_corner[c, i, j]) / reduced
        target -= ratio * (corner_cost(program, iterate, c, i, j) - reduced)
        beta, f = program.beta[c, i, j], program.f[c, i, j]
        product = beta * f
        total += ratio
        weight += target
        first += ratio * beta
        second += ratio * f
        third += ratio * product
        work.known[i, 2 * c] += target * beta
        work.known[i, 2 * c + 1] += target * f
        work.known[i, p] += target * product
    mean_b, mean_f, mean_p = first / total, second / total, third / total
    work.ratio[c, i, e], work.target[c, i, e] = total, weight
    work.mean[c, i, e, 0], work.mean[c, i, e, 1], work.mean[c, i, e, 2] = mean_b, mean_f, mean_p
    work.known[i, 2 * c] -= mean_b * weight
    work.known[i, 2 * c + 1] -= mean_f * weight
    work.known[i, p] -= mean_p * weight
    for j in range(4 * e, 4 * e + 4):
        ratio = iterate.corner[c, i, j] / iterate.corner_cost[c, i, j]
        beta, f = program.beta[c, i, j], program.f[c, i, j]
        off_b, off_f, off_p = beta - mean_b, f - mean_f, beta * f - mean_p
        work.spread[i, 2 * c, 2 * c] += ratio * off_b * off_b
        work.spread[i, 2 * c, 2 * c + 1] += ratio * off_b * off_f
        work.spread[i, 2 * c + 1, 2 * c + 1] += ratio * off_f * off_f
        work.spread[i, 2 * c, p] += ratio * off_b * off_p
        work.spread[i, 2 * c + 1, p] += ratio * off_f * off_p
        work.spread[i, p, p] += ratio * off_p * off_p


@inner
def eliminate_shares(program, iterate, work, level):
    """Eliminate the states' shares, which sum to 1 and give the groups their weights.

    Leaves the shares as base + lean · (known_share − φ · changes of the prices), φ the features of
    a state, and adds what they do to the features.
    """
    n, states = program.allowed.shape
    features = work.known.shape[1]
    _share_matrices(program, iterate, work, level)
    for i in range(n):
        total = 0.0
        for s in range(states):
            for r in range(states):
                work.base[i, s] += work.lean[i, s, r]
            total += work.base[i, s]
        for s in range(states):
            for r in range(states):
                work.lean[i, s, r] -= work.base[i, s] * work.base[i, r] / total
        work.total[i] = total
        for s in range(states):
            work.base[i, s] /= total
        for s in range(states):
            if not program.allowed[i, s]:
                continue
            share = work.base[i, s]
            for r in range(states):
                share += work.lean[i, s, r] * work.known_share[i, r]
            for v in range(features):
                work.known[i, v] += share * work.phi[i, s, v]
                for r in range(states):
                    part = work.phi[i, s, v] * work.lean[i, s, r]
                    for u in range(v, features):
                        work.spread[i, v, u] += part * work.phi[i, r, u]


@inner
def _share_matrices(program, iterate, work, level):
    """φ, known_share, and the inverse of the shares' matrix (in `lean`) of every point.

    The loop over points is in here, for a call with so many arrays costs more than what it does.
    """
    k, n = program.objective.shape
    states = program.allowed.shape[1]
    matrix = work.small
    for i in range(n):
        for s in range(states):
            work.base[i, s] = 0.0
            for r in range(states):
                matrix[s, r] = 0.0
                work.lean[i, s, r] = 0.0
        for s in range(states):
            if not program.allowed[i, s]:
                matrix[s, s] = 1.0
                continue
            reduced = iterate.share_cost[i, s]
            ratio = iterate.share[i, s] / reduced
            off = (level - work.cross_share[i, s]) / reduced
            off -= ratio * (share_cost(program, iterate, i, s) - reduced)
            matrix[s, s] += 1.0 / ratio
            known = off / ratio
            for c in range(k):
                e = program.side[i, s, c]
                known += work.target[c, i, e] / work.ratio[c, i, e]
                work.phi[i, s, 2 * c] = work.mean[c, i, e, 0]
                work.phi[i, s, 2 * c + 1] = work.mean[c, i, e, 1]
                work.phi[i, s, 2 * k + c] = work.mean[c, i, e, 2]
                for r in range(states):
                    if program.allowed[i, r] and program.side[i, r, c] == e:
                        matrix[s, r] += 1.0 / work.ratio[c, i, e]
            work.phi[i, s, 3 * k] = program.cost[i, s]
            work.known_share[i, s] = known
        factor(matrix)
        for s in range(states):
            if program.allowed[i, s]:
                work.lean[i, s, s] = 1.0
                solve(matrix, work.lean[i, s])


@inner
def eliminate_points(program, iterate, work):
    """Invert the 2k × 2k system of every point, and collect what all add to the prices'."""
    k, n = program.objective.shape
    size, prices = 2 * k, k + 1
    for v in range(prices):
        work.rest[v] = 0.0
        for u in range(prices):
            work.border[v, u] = 0.0
    for i in range(n):
        for c in range(k):
            work.gap[i, 2 * c] = work.known[i, 2 * c] - iterate.beta[c, i]
            work.gap[i, 2 * c + 1] = work.known[i, 2 * c + 1] - iterate.image[c, i]
        matrix = work.point
        for a in range(size):
            for b in range(a, size):
                matrix[a, b] = work.spread[i, a, b]
            matrix[a, a] += FLOOR * (1.0 + matrix[a, a])
            for b in range(size):
                work.inverse[i, a, b] = 1.0 if a == b else 0.0
        factor(matrix)
        for a in range(size):
            solve(matrix, work.inverse[i, a])
        for v in range(prices):
            work.rest[v] += work.known[i, size + v]
            for u in range(v, prices):
                work.border[v, u] += work.spread[i, size + v, size + u]
            for a in range(size):
                part = 0.0
                for b in range(size):
                    part += work.inverse[i, a, b] * work.spread[i, b, size + v]
                work.outer[i, a, v] = part
                work.rest[v] -= part * work.gap[i, a]
                for u in range(v + 1):
                    work.border[u, v] -= part * work.spread[i, a, size + u]
