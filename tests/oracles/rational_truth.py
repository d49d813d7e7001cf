"""The exact truth of a small certification problem: every relabeling, each retrained exactly.

A tie counts as broken, what ties on the clean labels is broken always, and the prediction of many
classes is the class of the largest logit, as defined in `labelcert.certify`. Nothing here is
shared with labelcert.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations, product

import numpy as np

from oracles.rational_machines import Machine, Values

UNLIMITED = 2**60


@dataclass(frozen=True)
class Attacker:
    """Labels (n,) as class numbers, and what may be done to them: allowed (n, K) bool, the clean
    label always; cost (n,); group (n,) and what each group may spend, purse (groups,); changes in
    up to bad_groups groups, of the attacker's choice, cost nothing."""

    labels: np.ndarray
    allowed: np.ndarray
    cost: list[int]
    group: list[int]
    purse: list[int]
    budget: int
    bad_groups: int = 0

    @property
    def n(self) -> int:
        return len(self.labels)

    def price(self, labels) -> int | None:
        """What a relabeling costs in all, None if it is out of reach."""
        groups = range(len(self.purse))
        sizes = range(min(self.bad_groups, len(self.purse)) + 1)
        choices = [bad for size in sizes for bad in combinations(groups, size)]
        found = [self._price(labels, bad) for bad in choices]
        return min((price for price in found if price is not None), default=None)

    def _price(self, labels, bad) -> int | None:
        """The same with the groups `bad` for nothing."""
        total, spent = 0, [0] * len(self.purse)
        for i, new in enumerate(labels):
            if new == self.labels[i]:
                continue
            if not self.allowed[i, new]:
                return None
            if self.group[i] in bad:
                continue
            total += self.cost[i]
            spent[self.group[i]] += self.cost[i]
        within = all(a <= b for a, b in zip(spent, self.purse, strict=True))
        return total if within and total <= self.budget else None

    def relabelings(self) -> list[tuple[tuple[int, ...], int]]:
        """All relabelings within the budget with their costs, the clean labels first."""
        options = [np.flatnonzero(row).tolist() for row in self.allowed]
        clean = tuple(self.labels.tolist())
        priced = [(new, self.price(new)) for new in product(*options) if new != clean]
        return [(clean, 0), *((new, cost) for new, cost in priced if cost is not None)]


class Truth:
    """Exact radii, worst margins and counts of m test points.

    predicted (m,) class numbers (of a tie, one that leads); tie (m,) bool; cost (N,) and broken
    (N, m) bool of every relabeling; lead (N, m): margins, of two classes rounded to the nearest
    float, of more good to `slack` (m,).
    """

    def __init__(self, machine: Machine, attacker: Attacker):
        self.machine, self.attacker = machine, attacker
        self.classes = attacker.allowed.shape[1]
        self.m = len(machine.cross)
        relabelings = attacker.relabelings()
        self.number = {labels: k for k, (labels, _) in enumerate(relabelings)}
        self.cost = np.array([cost for _, cost in relabelings], dtype=np.int64)
        found = [self.logits(labels) for labels, _ in relabelings]
        (self._two if self.classes == 2 else self._many)(found)
        self.tie = self.broken[0].copy()
        self.broken[:, self.tie] = True  # sign(0) · f is 0, whatever f becomes

    def logits(self, labels) -> list[Values]:
        """Decision values of each class's machine; of two classes, of that of class 1 alone."""
        asked = [1] if self.classes == 2 else range(self.classes)
        return [self.machine.values(tuple(1 if v == k else -1 for v in labels)) for k in asked]

    def _two(self, found: list[list[Values]]) -> None:
        clean = found[0][0]
        sign = np.where(clean.signs == 0, 1, clean.signs)
        self.predicted = (sign > 0).astype(np.int64)
        self.broken = np.array([one.signs * sign <= 0 for (one,) in found])
        self.lead = np.array([one.floats * sign for (one,) in found])
        self.slack = np.zeros(self.m)

    def _many(self, found: list[list[Values]]) -> None:
        points = range(self.m)
        floats = np.array([[one.floats for one in logits] for logits in found])  # (N, K, m)
        self.predicted = np.array([_leader(found[0], floats[0], t) for t in points], dtype=np.int64)
        own = floats[:, self.predicted, points]
        rivals = floats.copy()
        rivals[:, self.predicted, points] = -np.inf
        self.lead = own - rivals.max(axis=1)
        self.slack = 8 * np.finfo(float).eps * np.abs(floats).max(axis=(0, 1))
        self.broken = self.lead < 0
        level = (rivals == own[:, None]) & ~self.broken[:, None]
        for r, k, t in np.argwhere(level):  # the same float is not yet the same number
            mine, other = found[r][self.predicted[t]], found[r][k]
            self.broken[r, t] |= _compare(mine, other, t) <= 0

    @cached_property
    def radius(self) -> np.ndarray:
        """(m,) the largest budget at which a prediction holds, −1 where it ties."""
        costs = np.where(self.broken, self.cost[:, None], self.attacker.budget + 1)
        return costs.min(axis=0) - 1

    @cached_property
    def levels(self) -> np.ndarray:
        """(L,) what relabelings cost, ascending: between two of them no budget buys more."""
        return np.unique(self.cost)

    def _rows(self, budgets) -> np.ndarray:
        return np.searchsorted(self.levels, budgets, side="right") - 1

    @cached_property
    def _worst(self) -> np.ndarray:
        table = np.full((len(self.levels), self.m), np.inf)
        np.minimum.at(table, self._rows(self.cost), self.lead)
        return np.minimum.accumulate(table, axis=0)

    @cached_property
    def _most(self) -> np.ndarray:
        table = np.zeros(len(self.levels), dtype=np.int64)
        np.maximum.at(table, self._rows(self.cost), self.broken.sum(axis=1))
        return np.maximum.accumulate(table)

    def worst(self, budgets) -> np.ndarray:
        """(m, budgets) the worst margin within each of some budgets."""
        return self._worst[self._rows(budgets)].T

    def most_broken(self, budgets) -> np.ndarray:
        """(budgets,) most predictions that one relabeling breaks."""
        return self._most[self._rows(budgets)]

    def clean_value(self, t: int, k: int) -> Fraction:
        """The clean decision value of a test point, of class k's machine."""
        return self.logits(self.attacker.labels)[k].exact(t)


def _compare(a: Values, b: Values, t: int) -> int:
    """Sign of a − b at a test point."""
    left, right = a.numerators[t] * b.denominator, b.numerators[t] * a.denominator
    return (left > right) - (left < right)


def _leader(logits: list[Values], floats: np.ndarray, t: int) -> int:
    """The class of the largest logit, the first of equals."""
    best = int(floats[:, t].argmax())
    for k, value in enumerate(floats[:, t]):
        if value == floats[best, t] and _compare(logits[k], logits[best], t) > 0:
            best = k
    return best
