"""Predictor and corrector of the interior point method: what a linear step leaves out.

A first step, straight at the optimum, tells how near it gets, which says how far from the border to
stay, and how large the products of changes are that the linear system cannot see; the step that is
made has both in its right side. The same factorization serves both.
Source: Mehrotra (1992), here also for the two products of the program itself, N · β and βᵀQβ.
"""

from __future__ import annotations

from labelcert._jit import inner


@inner
def complementarity(program, iterate):
    """Sum of all products that vanish at the optimum."""
    k, n = program.objective.shape
    total = 0.0
    for v in range(k + 1):
        total += iterate.slack[v] * iterate.price[v]
    for i in range(n):
        for s in range(program.allowed.shape[1]):
            if program.allowed[i, s]:
                total += iterate.share[i, s] * iterate.share_cost[i, s]
        for c in range(k):
            for j in range(8):
                if program.used[c, i, j // 4]:
                    total += iterate.corner[c, i, j] * iterate.corner_cost[c, i, j]
    return total


@inner
def after_step(program, iterate, work, length):
    """The complementarity once the changes are made, `length` of them."""
    k, n = program.objective.shape
    total = 0.0
    for v in range(k + 1):
        total += (iterate.slack[v] + length * work.slack[v]) * (
            iterate.price[v] + length * work.price[v]
        )
    for i in range(n):
        for s in range(program.allowed.shape[1]):
            if program.allowed[i, s]:
                total += (iterate.share[i, s] + length * work.share[i, s]) * (
                    iterate.share_cost[i, s] + length * work.share_cost[i, s]
                )
        for c in range(k):
            for j in range(8):
                if program.used[c, i, j // 4]:
                    total += (iterate.corner[c, i, j] + length * work.corner[c, i, j]) * (
                        iterate.corner_cost[c, i, j] + length * work.corner_cost[c, i, j]
                    )
    return total


@inner
def forget_cross_terms(work):
    """The step that is computed next is linear."""
    work.cross_corner[:] = 0.0
    work.cross_share[:] = 0.0
    work.cross_slack[:] = 0.0
    work.cross_pull[:] = 0.0
    work.cross_energy[:] = 0.0


@inner
def note_cross_terms(program, work, length):
    """Note the products of changes; of a short step a small part, for they are guesses then."""
    k, n = program.objective.shape
    part = length
    for v in range(k + 1):
        work.cross_slack[v] = part * work.slack[v] * work.price[v]
    for i in range(n):
        for s in range(program.allowed.shape[1]):
            if program.allowed[i, s]:
                work.cross_share[i, s] = part * work.share[i, s] * work.share_cost[i, s]
        for c in range(k):
            work.cross_pull[c, i] = part * 2.0 * work.price[c] * work.image[c, i]
            work.cross_energy[c] += part * work.beta[c, i] * work.image[c, i]
            for j in range(8):
                if program.used[c, i, j // 4]:
                    work.cross_corner[c, i, j] = (
                        part * work.corner[c, i, j] * work.corner_cost[c, i, j]
                    )
