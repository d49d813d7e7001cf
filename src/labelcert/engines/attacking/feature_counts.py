"""Break many predictions at once, where machines are linear in the labels and given by features.

What it decides: lower ends of the collective counts at every budget, by relabelings under which so
many predictions are lost beyond their error bars. It never proves that no other breaks more.
Cost: O(n d K) an attack, and O(m (d + K)) a change of it; no matrix of all weights. When to prefer
it: more labels than `linear_greedy` can go through one change after the other.
How: some predictions are aimed at, those that fall with the fewest changes, all or those of one
pair of classes. What a change takes from their leads, each over its first rival and in units of the
lead, adds up to one number a change, for leads are linear; the largest are made, as far as they
can be paid for. Then all predictions are counted after each change, aimed at or not.
Why the bar holds: sums are kept up to date, so a lead after r changes mixes the weights v of the
radii, in its clean sums, with weights w of the changed labels computed again. Both rows are within
e of the truth, the larger of what either may be off by, but not of each other's rounding, and with
sides in −1, 0, 1 the lead is

    Σ_all old · v + Σ_changed (new − old) · w,  off by  √n e + 2√r e  (Cauchy and Schwarz),

where a bar allows for √n e. It is therefore widened by 1 + 2√(r/n). Rounding: a change adds one
number to two sums, no larger than Σ |s_i|, which are 2r ≤ 2n half units of it; the bar has 2(n + 8)
whole units, of which the clean sums use n halves.
Source: our own note; ``math.md`` 4.1, 7 and 11.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.knowledge.lead import outward
from labelcert.engines.machines.feature_model import ENTRIES, Block, FeatureModel
from labelcert.engines.machines.linear_model import lead_unit
from labelcert.engines.sorting.feature_radii import FeatureRadii, bars_of
from labelcert.engines.work.clock import Clock

CHANGES = 256
"""Changes whose weights lie in memory together, those of all test points."""

MOST_PAIRS = 12
"""Pairs of classes that get attacks of their own: those that most predictions fall by."""


class Count(NamedTuple):
    """A relabeling of this cost breaks so many of the predictions that do not tie on clean labels;
    changes: that relabeling."""

    cost: int
    broken: int
    changes: np.ndarray


def widened(changes: int, labels: int) -> float:
    """What a bar is multiplied by after so many changes of so many labels, see above."""
    return outward(1 + 2 * np.sqrt(changes / labels))


class FeatureCounts:
    """Attacks on the counts of one problem, see above."""

    def __init__(self, model: FeatureModel, found: FeatureRadii, space: RelabelSpace, budget: int):
        self.model, self.found, self.space, self.budget = model, found, space, budget
        self.unit = lead_unit(space.classes)
        # Ties are broken anyway, and what is open on clean labels is not counted.
        self.counted = found.radius >= 0
        self.best: dict[int, tuple[int, np.ndarray]] = {}

    def run(self, clock: Clock) -> list[Count]:
        """All attacks, until the clock expires: the best, by ascending cost."""
        if self.counted.any() and self.budget > 0:
            self.coefficients, error = self.model.learner.coefficients(self.model.tests)
            self.bar = np.maximum(self.found.bar, self._bars(error))
            aims = list(self._aims())
            for number, aim in enumerate(aims):
                if clock.expired:
                    break
                self._judge(self._changes(aim), clock)
                clock.report("counts", (number + 1) / len(aims))
        return self._counts()

    def _bars(self, error: np.ndarray) -> np.ndarray:
        """(m,) the bars of leads of the weights computed again, off by error (m,) in length."""
        bars, step = np.full(len(error), np.inf), max(1, ENTRIES // max(self.space.n, 1))
        for at in range(0, len(error), step):
            some = slice(at, at + step)
            weights = self.model.learner.weights(self.coefficients[some])
            bars[some] = bars_of(Block(at, weights, error[some]), self.space)
        return bars

    def _aims(self) -> Iterator[np.ndarray]:
        """Test points to aim at: those that fall first, 1, 2, 4, … of all, and of a few pairs."""
        found = self.found
        falls = np.flatnonzero(self.counted & (found.upper < self.budget))
        order = falls[np.argsort(found.upper[falls], kind="stable")]
        pair = found.leader * self.space.classes + found.rival
        names, count = np.unique(pair[order], return_counts=True)
        common = names[np.argsort(-count, kind="stable")[:MOST_PAIRS]]
        for some in (order, *(order[pair[order] == name] for name in common if len(names) > 1)):
            size = 1
            while size < len(some):
                yield some[:size]
                size *= 2
            if len(some):
                yield some

    def _changes(self, aim: np.ndarray) -> np.ndarray:
        """The changes of points (k,) that take most from the leads aimed at, as far as affordable;
        in the order in which they are made."""
        space, found = self.space, self.found
        a, b, rows = found.leader[aim], found.rival[aim], np.arange(len(aim))
        lead = found.sums[aim, a] - found.sums[aim, b]
        share = 1.0 / np.maximum(lead, 1e-9 * float(lead.max(initial=0.0)) + 1e-300)
        side = np.zeros((len(aim), space.classes))
        side[rows, a], side[rows, b] = share, -share
        pull = np.ascontiguousarray(side.T @ self.coefficients[aim])
        value = self.model.learner.weights(pull)  # (K, n): what a label adds to all leads
        own = value[space.labels, np.arange(space.n)]
        gain = np.where(space.alternatives.T, own - value, -np.inf)
        label = gain.argmax(axis=0)
        gain = gain[label, np.arange(space.n)]
        order = np.argsort(-gain / np.maximum(space.cost, 1), kind="stable")
        chosen = self._affordable(order[: int((gain > 0).sum())])
        return chosen * space.classes + label[chosen]

    def _affordable(self, order: np.ndarray) -> np.ndarray:
        """Of points in an order, those that budget and purses still pay for."""
        points = self.space.points
        if points.unit_cost and not points.groups_bind:
            return order[: self.budget]
        left, purse, taken = self.budget, points.group_budget.copy(), []
        for i in order.tolist():
            cost, group = int(points.cost[i]), int(points.group[i])
            if cost <= left and cost <= purse[group]:
                left, purse[group] = left - cost, purse[group] - cost
                taken.append(i)
            if left == 0:
                break
        return np.array(taken, dtype=np.int64)

    def _judge(self, changes: np.ndarray, clock: Clock) -> None:
        """Count, after each of the changes, the predictions that are lost beyond their bars."""
        space, found = self.space, self.found
        rows, leader = np.arange(len(found.leader)), found.leader
        sums, cost, most, made = found.sums.copy(), 0, 0, 0
        for first in range(0, len(changes), CHANGES):
            if clock.expired:
                return
            some = changes[first : first + CHANGES]
            points = some // space.classes
            weights = self.model.learner.weights_of(self.coefficients, points)
            for k, (i, new) in enumerate(zip(points.tolist(), some % space.classes, strict=True)):
                sums[:, space.labels[i]] -= weights[:, k]
                sums[:, new] += weights[:, k]
                cost, made = cost + int(space.cost[i]), made + 1
                rivals = sums.copy()
                rivals[rows, leader] = -np.inf
                lead = self.unit * (sums[rows, leader] - rivals.max(axis=1))
                bar = self.bar * widened(made, space.n)
                broken = int((self.counted & (lead <= -bar)).sum())
                if broken > most:
                    most = broken
                    self._note(cost, broken, changes[: first + k + 1])

    def _note(self, cost: int, broken: int, changes: np.ndarray) -> None:
        if cost <= self.budget and broken > self.best.get(cost, (0, changes))[0]:
            self.best[cost] = broken, np.sort(changes)

    def _counts(self) -> list[Count]:
        """What no cheaper relabeling does as well."""
        counts: list[Count] = []
        for cost in sorted(self.best):
            broken, changes = self.best[cost]
            if not counts or broken > counts[-1].broken:
                counts.append(Count(cost, broken, changes))
        return counts
