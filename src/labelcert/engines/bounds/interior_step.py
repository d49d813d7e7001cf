"""The step of the interior point method: what all variables change by, and how far to go.

Arguments are the `Program`, `Iterate` and `Work` of `labelcert.engines.bounds.interior_point`,
after `interior_system` has solved for the changes of β and of the prices.
Source: our own note.
"""

from __future__ import annotations

import numpy as np

from labelcert._jit import inner
from labelcert.engines.bounds.interior_elimination import corner_cost

TO_THE_BORDER = 0.98
"""Share of the way to the border of the cone that a step goes."""


@inner
def _room(value, change):
    """How often a change fits into a value before it reaches 0."""
    return -value / change if change < 0.0 else np.inf


@inner
def price_changes(program, iterate, work, level):
    """Changes of the prices and of their slacks; returns how far the step may go."""
    k = program.objective.shape[0]
    longest = 1.0 / TO_THE_BORDER
    for v in range(k + 1):
        price, slack = iterate.price[v], iterate.slack[v]
        work.price[v] = -work.rest[v] if v < k else work.rest[v]
        work.slack[v] = (
            (level - work.cross_slack[v]) / price - slack - slack / price * work.price[v]
        )
        longest = min(longest, _room(price, work.price[v]), _room(slack, work.slack[v]))
    return longest


@inner
def point_changes(program, iterate, work, level, longest):
    """Changes of all that belongs to points; returns how far the step may go."""
    k, n = program.objective.shape
    for i in range(n):
        for v in range(k + 1):
            work.change[i, 2 * k + v] = work.rest[v]
        for a in range(2 * k):
            total = 0.0
            for v in range(k + 1):
                total -= work.outer[i, a, v] * work.rest[v]
            for c in range(k):
                total += work.inverse[i, a, 2 * c] * (work.gap[i, 2 * c] - work.beta[c, i])
                total += work.inverse[i, a, 2 * c + 1] * (work.gap[i, 2 * c + 1] - work.image[c, i])
            work.change[i, a] = total
        longest = _share_changes(program, iterate, work, level, longest, i)
        for c in range(k):
            for e in range(2):
                if program.used[c, i, e]:
                    longest = _group_changes(program, iterate, work, level, longest, c, i, e)
    return longest


@inner
def _share_changes(program, iterate, work, level, longest, i):
    """Changes of a point's shares; the groups' weights are left in `target`, as differences."""
    k = program.objective.shape[0]
    states, features = work.phi.shape[1:]
    for s in range(states):
        if program.allowed[i, s]:
            for v in range(features):
                work.known_share[i, s] -= work.phi[i, s, v] * work.change[i, v]
    price = 1.0 / work.total[i]
    for c in range(k):
        work.target[c, i, 0], work.target[c, i, 1] = -work.target[c, i, 0], -work.target[c, i, 1]
    for s in range(states):
        if not program.allowed[i, s]:
            continue
        price -= work.base[i, s] * work.known_share[i, s]
        new = work.base[i, s]
        for r in range(states):
            new += work.lean[i, s, r] * work.known_share[i, r]
        for c in range(k):
            work.target[c, i, program.side[i, s, c]] += new
        share, reduced = iterate.share[i, s], iterate.share_cost[i, s]
        work.share[i, s] = new - share
        work.share_cost[i, s] = (
            (level - work.cross_share[i, s]) / share - reduced - reduced / share * (new - share)
        )
        longest = min(longest, _room(share, work.share[i, s]))
        longest = min(longest, _room(reduced, work.share_cost[i, s]))
    work.point_price[i] = price
    return longest


@inner
def _group_changes(program, iterate, work, level, longest, c, i, e):
    """Changes of the corners' weights of one group."""
    k = program.objective.shape[0]
    pull, mu = work.change[i, 2 * c], work.change[i, 2 * c + 1]
    energy = work.change[i, 2 * k + c]
    mean = work.mean[c, i, e]
    price = work.target[c, i, e] / work.ratio[c, i, e]
    price += pull * mean[0] + mu * mean[1] + energy * mean[2]
    work.group_price[c, i, e] = price
    for j in range(4 * e, 4 * e + 4):
        weight, reduced = iterate.corner[c, i, j], iterate.corner_cost[c, i, j]
        beta, f = program.beta[c, i, j], program.f[c, i, j]
        change = corner_cost(program, iterate, c, i, j) - reduced - price
        change += pull * beta + mu * f + energy * beta * f
        work.corner_cost[c, i, j] = change
        aim = (level - work.cross_corner[c, i, j]) / reduced
        work.corner[c, i, j] = aim - weight - weight / reduced * change
        longest = min(longest, _room(reduced, change), _room(weight, work.corner[c, i, j]))
    return longest


@inner
def move(program, iterate, work, length):
    """Go `length` of the changes."""
    k, n = program.objective.shape
    for v in range(k + 1):
        iterate.price[v] += length * work.price[v]
        iterate.slack[v] += length * work.slack[v]
    for i in range(n):
        iterate.point_price[i] += length * work.point_price[i]
        for s in range(program.allowed.shape[1]):
            if program.allowed[i, s]:
                iterate.share[i, s] += length * work.share[i, s]
                iterate.share_cost[i, s] += length * work.share_cost[i, s]
        for c in range(k):
            iterate.beta[c, i] += length * work.beta[c, i]
            iterate.image[c, i] += length * work.image[c, i]
            iterate.pull[c, i] += length * work.change[i, 2 * c]
            iterate.mu[c, i] += length * work.change[i, 2 * c + 1]
            for j in range(8):
                if program.used[c, i, j // 4]:
                    iterate.corner[c, i, j] += length * work.corner[c, i, j]
                    iterate.corner_cost[c, i, j] += length * work.corner_cost[c, i, j]
            for e in range(2):
                if program.used[c, i, e]:
                    iterate.group_price[c, i, e] += length * work.group_price[c, i, e]
