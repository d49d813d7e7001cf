"""One step of the interior point method, second half: the dense system that is left, solved.

After `interior_elimination` what remains are the changes Δβ (kn unknowns, positive definite) and
k + 1 prices. Arguments are the `Program`, `Iterate` and `Work` of
`labelcert.engines.bounds.interior_point`.
Source: our own note.
"""

from __future__ import annotations

import numpy as np

from labelcert._jit import inner
from labelcert.engines.bounds.dense import BLOCKED, add_rows, factor, solve, times


@inner
def assemble(program, iterate, work):
    """The dense matrix [I Q] M [I; Q] + 2NQ, M the inverses of the points; upper triangle."""
    k, n = program.objective.shape
    gram = program.gram
    for c in range(k):
        for d in range(c, k):
            price = 2.0 * iterate.price[c] if c == d else 0.0
            for j in range(n):
                work.other[j] = work.inverse[j, 2 * c + 1, 2 * d]
                work.weights[j] = work.inverse[j, 2 * c + 1, 2 * d + 1]
            if n < BLOCKED:
                for i in range(n):
                    _row_of_block(work, gram[i], gram, i, c * n + i, d * n)
            else:
                _whole_block(work, gram, c * n, d * n)
            if d > c:
                for i in range(n):
                    for j in range(i):
                        work.dense[c * n + i, d * n + j] = work.dense[c * n + j, d * n + i]
            for i in range(n):
                row, source = work.dense[c * n + i], gram[i]
                own = work.inverse[i, 2 * c, 2 * d + 1] + price
                for j in range(i if c == d else 0, n):
                    row[d * n + j] += (own + work.other[j]) * source[j]
                row[d * n + i] += work.inverse[i, 2 * c, 2 * d]


@inner
def _row_of_block(work, own, gram, i, at, column):
    """Row i of gram · M · gram, from column i on, M the diagonal matrix of the weights."""
    n = gram.shape[0]
    for j in range(n):
        work.vector[j] = 0.0
        work.shares[j] = own[j] * work.weights[j]
    add_rows(gram, work.shares, work.vector, i)
    row = work.dense[at]
    for j in range(i, n):
        row[column + j] = work.vector[j]


@inner
def _whole_block(work, gram, at, column):
    """The same for some rows at once, which pays where there are many."""
    n = gram.shape[0]
    weighted = gram * work.weights
    for first in range(0, n, BLOCKED):
        end = min(first + BLOCKED, n)
        product = np.dot(weighted[first:end], gram[first:].T)
        for i in range(first, end):
            for j in range(i, n):
                work.dense[at + i, column + j] = product[i - first, j - first]


@inner
def right_sides(program, iterate, work):
    """Right sides for Δβ: the known part, and one for each price."""
    k, n = program.objective.shape
    for c in range(k):
        for v in range(k + 2):
            for i in range(n):
                first, second = 0.0, 0.0
                if v == 0:
                    for a in range(2 * k):
                        first += work.inverse[i, 2 * c, a] * work.gap[i, a]
                        second += work.inverse[i, 2 * c + 1, a] * work.gap[i, a]
                else:
                    first, second = work.outer[i, 2 * c, v - 1], work.outer[i, 2 * c + 1, v - 1]
                work.sides[v, c * n + i] = first
                work.other[i] = second
            times(program.gram, work.other, work.vector)
            for i in range(n):
                work.sides[v, c * n + i] += work.vector[i]
        times(program.gram, iterate.mu[c], work.vector)
        for i in range(n):
            image = iterate.image[c, i]
            pull = program.objective[c, i] - work.vector[i] + 2.0 * iterate.price[c] * image
            work.sides[0, c * n + i] -= pull - iterate.pull[c, i] + work.cross_pull[c, i]
            work.sides[1 + c, c * n + i] -= 2.0 * image


@inner
def solve_system(program, iterate, work, level):
    """Solve for the changes of the prices (left in `rest`), of β and of gram · β.

    The dense matrix is factored.
    """
    k, n = program.objective.shape
    for v in range(k + 2):
        for a in range(k * n):
            work.answers[v, a] = work.sides[v, a]
        solve(work.dense, work.answers[v])
    for v in range(k + 1):
        for u in range(v, k + 1):
            for a in range(k * n):
                work.border[v, u] += work.sides[1 + v, a] * work.answers[1 + u, a]
        for a in range(k * n):
            work.rest[v] += work.sides[1 + v, a] * work.answers[0, a]
        work.border[v, v] += iterate.slack[v] / iterate.price[v]
        if v < k:
            work.rest[v] -= (level - work.cross_slack[v]) / iterate.price[v] + work.cross_energy[v]
            for i in range(n):
                work.rest[v] -= iterate.beta[v, i] * iterate.image[v, i]
        else:
            work.rest[v] += (level - work.cross_slack[v]) / iterate.price[v] - program.budget
    factor(work.border)
    solve(work.border, work.rest)
    for c in range(k):
        for i in range(n):
            value = work.answers[0, c * n + i]
            for v in range(k + 1):
                value -= work.answers[1 + v, c * n + i] * work.rest[v]
            work.beta[c, i] = value
        times(program.gram, work.beta[c], work.image[c])
