"""A proven lower bound on a margin for every flip set, from any multipliers whatsoever.

For every label vector of the budget the solution satisfies f = Qβ, Σ β_i f_i = βᵀQβ ≥ 2γ·Qβ/N −
γᵀQγ/N² and lies in the hull (`labelcert.engines.bounds.hull`). So for any μ, γ (n,), N > 0

    q·β ≥ −γᵀQγ/N + Σ_i min over the corners k of i of  w_i β_k + μ_i f_k − N β_k f_k,
    w = q − Qμ + 2Qγ,

where the corners of i are those of the label it has. The bound is a sum over points, so it is known
for every flip set at once: a base and one term a flip. Good multipliers come from a convex program,
but the bound holds for any (``math.md`` 8: no verdict rests on a solver's tolerance); rounding is
bounded and subtracted.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from labelcert.engines.bounds.hull import FLIPPED, KEPT, Hull
from labelcert.engines.knowledge.lead import rounding


class Functional(NamedTuple):
    """margin(F) ≥ base + Σ_{i in F} step_i for every flip set F of the hull's budget.

    base is finite, or −inf where nothing is known; step (n,) is finite, or +inf for points that
    cannot be flipped. Neither is ever NaN: searches compare them, and what compares as neither
    larger nor smaller would fall through their loops unseen.
    """

    base: float
    step: np.ndarray


class Corners(NamedTuple):
    """The hull's corners with their products, and the sizes that rounding bounds need."""

    beta: np.ndarray  # (n, 2, 4)
    f: np.ndarray  # (n, 2, 4)
    product: np.ndarray  # (n, 2, 4)
    largest_f: np.ndarray  # (n,)
    may_flip: np.ndarray  # (n,)
    C: float


def corners_of(hull: Hull) -> Corners:
    """Evaluate a hull's corners once."""
    beta, f = hull.vertices()
    return Corners(beta, f, beta * f, np.abs(f).max(axis=(1, 2)), hull.may_flip, hull.C)


def nothing_known(corners: Corners) -> Functional:
    """The functional that holds whatever happens."""
    return Functional(-np.inf, np.where(corners.may_flip, 0.0, np.inf))


class Multipliers(NamedTuple):
    """Of a row: w and μ (n,), N, γᵀQγ/N, and the size of all that w and this are rounded from.

    They know nothing of a hull, so what was found over one proves something over every other.
    """

    pull: np.ndarray
    mu: np.ndarray
    weight: float
    energy: float
    size: float

    def over(self, corners: Corners) -> tuple[Functional, Evaluation | None]:
        """The functional over a hull, and what it is made of, None where nothing is known."""
        with np.errstate(over="ignore", invalid="ignore"):
            found, parts = self._least(corners)
        if not (np.isfinite(found.base) and np.isfinite(found.step[corners.may_flip]).all()):
            return nothing_known(corners), None
        return found, parts

    def _least(self, corners: Corners) -> tuple[Functional, Evaluation]:
        """Base and steps, their rounding taken off the base."""
        w, mu = self.pull[:, None, None], self.mu[:, None, None]
        value = (w * corners.beta + mu * corners.f - self.weight * corners.product).min(axis=2)
        kept, flipped = value[:, KEPT], value[:, FLIPPED]
        # Every term is a product or a sum of at most n + 5 of them.
        size = (np.abs(self.mu) + self.weight * corners.C) * corners.largest_f
        error = rounding(2 * len(self.mu) + 20, float(size.sum()) + self.size)
        step = np.where(corners.may_flip, flipped - kept, np.inf)
        base = float(kept.sum()) - self.energy - error
        return Functional(base, step), Evaluation(self, value)


class Evaluation(NamedTuple):
    """What multipliers make of a row: themselves, and the least value of each label (n, 2)."""

    multipliers: Multipliers
    value: np.ndarray


def row_sizes(gram: np.ndarray) -> np.ndarray:
    """(n,) the largest |entry| of each row, which bounds what rounding can do to a product."""
    return np.maximum(gram.max(axis=1, initial=0.0), -gram.min(axis=1, initial=0.0))


def lower_bound(
    gram: np.ndarray,
    sizes: np.ndarray,
    q: np.ndarray,
    corners: Corners,
    mu: np.ndarray,
    gamma: np.ndarray,
    weight: float,
) -> tuple[Functional, Evaluation | None]:
    """The functional of q (n,) for multipliers mu, gamma (n,) and weight N ≥ 0, and what it is made
    of, None where nothing is known.

    gram (n, n) and its `row_sizes` are those of the hull's problem. Holds for any multipliers;
    non-finite ones, and those that lead to non-finite numbers, give the trivial bound −inf.
    """
    if not (np.isfinite(mu).all() and np.isfinite(gamma).all() and np.isfinite(weight)):
        return nothing_known(corners), None
    if weight <= 0.0:
        weight, gamma = 0.0, np.zeros(len(q))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        multipliers = _multipliers(gram, sizes, q, corners.C, mu, gamma, weight)
    return multipliers.over(corners)


def _multipliers(
    gram: np.ndarray,
    sizes: np.ndarray,
    q: np.ndarray,
    C: float,
    mu: np.ndarray,
    gamma: np.ndarray,
    weight: float,
) -> Multipliers:
    of_mu, of_gamma = (gram @ np.stack([mu, gamma], axis=1)).T
    w = q - of_mu + 2.0 * of_gamma
    energy = float(gamma @ of_gamma) / weight if weight > 0.0 else 0.0
    total = float(np.abs(gamma).sum())
    size_w = np.abs(q) + sizes * (float(np.abs(mu).sum()) + 2.0 * total)
    size_energy = float(np.abs(gamma) @ sizes) * total / weight if weight > 0.0 else 0.0
    # A copy: whoever solves the next program may write into the same place.
    size = C * float(size_w.sum()) + size_energy
    return Multipliers(w, mu.copy(), float(weight), energy, size)


def best_over(
    functional: Functional,
    budget: float,
    cost: np.ndarray,
    flipped: np.ndarray,
    fixed: np.ndarray,
) -> float:
    """Smallest value over flip sets that hold `flipped` and no other point of `fixed` (bool (n,)).

    budget bounds Σ cost of the whole set, relaxed to fractions of flips; a lower bound that
    includes the rounding of its own sums.
    """
    step = functional.step
    inside = step[flipped]
    if not np.isfinite(functional.base):
        return -np.inf
    if np.isposinf(inside).any():
        return np.inf  # one of them cannot be flipped: there is no such set
    value = functional.base + float(inside.sum())
    left = budget - float(cost[flipped].sum())
    free = np.flatnonzero(~fixed & (step < 0.0))
    with np.errstate(divide="ignore"):  # what costs nothing comes first, as a whole
        order = free[np.argsort(step[free] / cost[free], kind="stable")]
    price = np.asarray(cost[order], dtype=float)
    spent = np.clip(left - np.cumsum(price) + price, 0.0, price)
    taken = step[order] * np.divide(spent, price, out=np.ones(len(order)), where=price > 0)
    value += float(taken.sum())
    size = abs(functional.base) + float(np.abs(inside).sum()) + float(np.abs(taken).sum())
    slack = rounding(4 * len(step), size)
    bound = value - slack
    return bound if np.isfinite(bound) else -np.inf
