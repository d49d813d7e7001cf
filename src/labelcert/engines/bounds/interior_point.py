"""Good multipliers for the energy-cut relaxation of one SVM, or of two that share their labels.

The relaxation is a convex program: weights ≥ 0 of the corners of every point's hull, tied to the
shares of its states; f = Qβ; Σ cost ≤ budget; and, an SVM, the energy Σ p ≥ βᵀQβ as it stands, not
by cuts (``math.md`` 4.4). Only multipliers leave this file, and a bound is proven from any
(`labelcert.engines.bounds.functional`), so nothing here needs to be trusted.
Cost: about 15 steps of k³n³ multiplications for k SVMs. When to prefer it to a linear program with
cuts: wherever each solve starts from nothing, as in tightening, or where no cuts are known.
Source: primal-dual interior point method with predictor and corrector (Mehrotra 1992; Wright 1997);
the elimination of everything but β and k + 1 prices is our own note.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from labelcert._jit import compiled, inner
from labelcert.engines.bounds.dense import factor, times
from labelcert.engines.bounds.interior_corrector import (
    after_step,
    complementarity,
    forget_cross_terms,
    note_cross_terms,
)
from labelcert.engines.bounds.interior_elimination import (
    eliminate_corners,
    eliminate_points,
    eliminate_shares,
)
from labelcert.engines.bounds.interior_step import (
    TO_THE_BORDER,
    move,
    point_changes,
    price_changes,
)
from labelcert.engines.bounds.interior_system import assemble, right_sides, solve_system

START = 0.1
"""Prices and reduced costs begin at this share of the objective's mean entry."""


class Program(NamedTuple):
    """k SVMs of n points with S states each; β in units of C, and gram is C·Q, so f = gram · β.

    A state keeps (0) or flips (1) the label of each SVM; the corners 0 … 3 of a hull are those of
    the label kept, 4 … 7 those of the label flipped: the two groups of an SVM and point.
    """

    gram: np.ndarray  # (n, n)
    beta: np.ndarray  # (k, n, 8) corners
    f: np.ndarray  # (k, n, 8)
    side: np.ndarray  # (n, S, k) int64
    cost: np.ndarray  # (n, S)
    allowed: np.ndarray  # (n, S) bool: states that the point may be in
    used: np.ndarray  # (k, n, 2) bool: groups that belong to some allowed state
    objective: np.ndarray  # (k, n): minimise Σ objective · β
    budget: float


class Iterate(NamedTuple):
    """Where the method stands; `price` of an energy is N, that of the budget τ."""

    corner: np.ndarray  # (k, n, 8) weights
    corner_cost: np.ndarray  # (k, n, 8) their reduced costs > 0
    share: np.ndarray  # (n, S)
    share_cost: np.ndarray  # (n, S)
    group_price: np.ndarray  # (k, n, 2)
    point_price: np.ndarray  # (n,)
    beta: np.ndarray  # (k, n)
    image: np.ndarray  # (k, n) gram · β
    pull: np.ndarray  # (k, n) objective − gram μ + 2 N gram β
    mu: np.ndarray  # (k, n)
    slack: np.ndarray  # (k + 1,)
    price: np.ndarray  # (k + 1,)


class Work(NamedTuple):
    """Space for one step; V = 3k + 1 features: β and f of each SVM, β f of each, the cost."""

    ratio: np.ndarray  # (k, n, 2) sums over the groups
    target: np.ndarray  # (k, n, 2)
    mean: np.ndarray  # (k, n, 2, 3)
    known: np.ndarray  # (n, V)
    spread: np.ndarray  # (n, V, V)
    phi: np.ndarray  # (n, S, V)
    lean: np.ndarray  # (n, S, S)
    base: np.ndarray  # (n, S)
    total: np.ndarray  # (n,)
    known_share: np.ndarray  # (n, S)
    small: np.ndarray  # (S, S)
    point: np.ndarray  # (2k, 2k)
    gap: np.ndarray  # (n, 2k)
    inverse: np.ndarray  # (n, 2k, 2k)
    outer: np.ndarray  # (n, 2k, k + 1)
    border: np.ndarray  # (k + 1, k + 1)
    rest: np.ndarray  # (k + 1,)
    dense: np.ndarray  # (kn, kn)
    sides: np.ndarray  # (k + 2, kn)
    answers: np.ndarray  # (k + 2, kn)
    vector: np.ndarray  # (n,)
    other: np.ndarray  # (n,)
    weights: np.ndarray  # (n,)
    shares: np.ndarray  # (n,)
    beta: np.ndarray  # (k, n) changes of β, gram · β
    image: np.ndarray  # (k, n)
    change: np.ndarray  # (n, V) changes of pull, μ and the prices
    corner: np.ndarray  # (k, n, 8) changes of the weights, and so on
    corner_cost: np.ndarray  # (k, n, 8)
    share: np.ndarray  # (n, S)
    share_cost: np.ndarray  # (n, S)
    group_price: np.ndarray  # (k, n, 2)
    point_price: np.ndarray  # (n,)
    slack: np.ndarray  # (k + 1,)
    price: np.ndarray  # (k + 1,)
    cross_corner: np.ndarray  # (k, n, 8) products of changes that a linear step leaves out
    cross_share: np.ndarray  # (n, S)
    cross_slack: np.ndarray  # (k + 1,)
    cross_pull: np.ndarray  # (k, n)
    cross_energy: np.ndarray  # (k,)


def allocate(k: int, n: int, s: int) -> tuple[Iterate, Work]:
    """Space for programs of k SVMs, n points and s states."""
    v, e, a = 3 * k + 1, k + 1, 2 * k
    shared = {
        "corner": (k, n, 8), "corner_cost": (k, n, 8), "share": (n, s), "share_cost": (n, s),
        "group_price": (k, n, 2), "point_price": (n,), "beta": (k, n), "image": (k, n),
        "slack": (e,), "price": (e,),
    }  # fmt: skip
    iterate = {**shared, "pull": (k, n), "mu": (k, n)}
    work = {
        **shared, "ratio": (k, n, 2), "target": (k, n, 2), "mean": (k, n, 2, 3), "known": (n, v),
        "spread": (n, v, v), "phi": (n, s, v), "lean": (n, s, s), "base": (n, s), "total": (n,),
        "known_share": (n, s), "small": (s, s), "point": (a, a), "gap": (n, a),
        "inverse": (n, a, a), "outer": (n, a, e), "border": (e, e), "rest": (e,),
        "dense": (k * n, k * n), "sides": (e + 1, k * n), "answers": (e + 1, k * n),
        "vector": (n,), "other": (n,), "weights": (n,), "shares": (n,),
        "change": (n, v), "cross_corner": (k, n, 8), "cross_share": (n, s), "cross_slack": (e,),
        "cross_pull": (k, n), "cross_energy": (k,),
    }  # fmt: skip
    return (
        Iterate(**{name: np.zeros(shape) for name, shape in iterate.items()}),
        Work(**{name: np.zeros(shape) for name, shape in work.items()}),
    )


@compiled
def minimise(program, iterate, work, corner, share, steps, tolerance):
    """Run the method from weights (k, n, 8) and shares (n, S); multipliers stay in the iterate.

    Ends when the complementarity, which bounds the distance from the optimum, falls below the
    tolerance. Returns the number of steps made.
    """
    count = _begin(program, iterate, corner, share)
    length = 0.0
    for number in range(steps):
        total = complementarity(program, iterate)
        if not total > 0.0 or (total < tolerance and length > 0.5):
            return number
        forget_cross_terms(work)
        _eliminate(program, iterate, work, 0.0)
        assemble(program, iterate, work)
        factor(work.dense)
        length = _direction(program, iterate, work, 0.0)
        left = after_step(program, iterate, work, length) / total
        level = min(max(left, 0.0), 1.0) ** 3 * total / count
        note_cross_terms(program, work, length)
        _eliminate(program, iterate, work, level)
        length = _direction(program, iterate, work, level)
        move(program, iterate, work, min(1.0, TO_THE_BORDER * length))
    return steps


@inner
def _eliminate(program, iterate, work, level):
    """Everything but β and the prices."""
    eliminate_corners(program, iterate, work, level)
    eliminate_shares(program, iterate, work, level)
    eliminate_points(program, iterate, work)


@inner
def _direction(program, iterate, work, level):
    """All changes, by the factored system; returns how far the step may go."""
    right_sides(program, iterate, work)
    solve_system(program, iterate, work, level)
    length = price_changes(program, iterate, work, level)
    return point_changes(program, iterate, work, level, length)


@inner
def _begin(program, iterate, corner, share):
    """Take up the starting weights; returns the number of products that shall vanish."""
    k, n = program.objective.shape
    size = 0.0
    for c in range(k):
        for i in range(n):
            size += abs(program.objective[c, i])
    size = max(START * size / n, 1e-12)
    count, spent = k + 1, 0.0
    for i in range(n):
        iterate.point_price[i] = 0.0
        for s in range(share.shape[1]):
            iterate.share[i, s], iterate.share_cost[i, s] = share[i, s], size
            spent += share[i, s] * program.cost[i, s]
            count += program.allowed[i, s]
    for c in range(k):
        for i in range(n):
            total = 0.0
            for j in range(8):
                iterate.corner[c, i, j], iterate.corner_cost[c, i, j] = corner[c, i, j], size
                total += corner[c, i, j] * program.beta[c, i, j]
                count += program.used[c, i, j // 4]
                iterate.group_price[c, i, j // 4] = 0.0
            iterate.beta[c, i], iterate.mu[c, i] = total, 0.0
            iterate.pull[c, i] = program.objective[c, i]
        times(program.gram, iterate.beta[c], iterate.image[c])
        iterate.price[c], iterate.slack[c] = size, 1.0
    iterate.price[k], iterate.slack[k] = size, max(program.budget - spent, 0.1)
    return count
