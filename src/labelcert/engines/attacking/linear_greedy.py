"""Break many predictions at once by greedy choice, where values are linear in the labels.

What it decides: lower ends of the collective counts, by changes under which so many predictions are
lost beyond their error bars.
Cost: O(n m) a step for two classes, O(n m K²) for more; no retraining. When to prefer it: ridge
regression and saturation, where the sort already knows every radius.
Source: our own note; ``math.md`` 4.1 and 7.
"""

from __future__ import annotations

import numpy as np

from labelcert._jit import compiled
from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.attacking.looks import loss_between
from labelcert.engines.knowledge.lead import leads_of
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.machines.linear_model import LinearModel, LinearTrainer
from labelcert.engines.work.clock import Clock

REACHES = (0.1, 0.3, 1.0, 3.0)
"""How far from a tie a lead still counts as a near miss, in units of the median clean lead."""

PIECE = 2 * 10**7
"""Terms added up between two looks at the clock: less than a tenth of a second."""


@compiled
def best_linear_change(
    weights, value, after, predicted, labels, options, points, cost, reach, loss
):
    """Point, new label and slope of the change of one of points (c,) with the steepest fall of the
    loss per unit of cost; the point is −1 if there is none.

    weights (n, m); value (machines, m), and after of the same shape to work in.
    """
    machines, m = value.shape
    point, new, steepest = np.int64(-1), np.int64(-1), np.inf
    for i in points:
        for k in range(machines):
            member = 1 if machines == 1 else k
            step = -2.0 if labels[i] == member else 2.0
            for t in range(m):
                after[k, t] = value[k, t] + step * weights[i, t]
        for k in range(options.shape[1]):
            if options[i, k]:
                fall = loss_between(value, after, predicted, labels[i], np.int64(k), reach) - loss
                if fall / cost[i] < steepest:
                    point, new, steepest = i, np.int64(k), fall / cost[i]
    return point, new, steepest


class LinearGreedy:
    """Greedy paths of a linear model; the counts they reach go to the ledger."""

    def __init__(self, model: LinearModel, space: RelabelSpace, ledger: Ledger):
        self.space, self.ledger = space, ledger
        self.trainer = LinearTrainer(model, space.classes)
        self.predicted = ledger.predicted
        # Of one machine the loops want leads of the predicted classes.
        self.turn = np.ones(ledger.m)
        if space.classes == 2:
            self.turn[self.predicted == 0] = -1.0
        self.weights = np.ascontiguousarray((model.weights * self.turn[:, None]).T)

    def run(self, budget: int, clock: Clock, stage: str) -> bool:
        """One path for each reach, to its end; returns whether the clock left time for all."""
        clean = leads_of(*self.trainer.values(self.space.labels), self.predicted).smallest
        unit = float(np.median(np.abs(clean))) or 1.0
        for number, reach in enumerate(REACHES):
            labels = self.space.labels.copy()
            while not clock.expired and self._step(labels, budget, reach * unit, clock):
                pass
            clock.report(stage, (number + 1) / len(REACHES))
        return not clock.expired

    def _step(self, labels: np.ndarray, budget: int, reach: float, clock: Clock) -> bool:
        """Make the best change of labels (n,); False if there is none or the clock expired."""
        space, ledger = self.space, self.ledger
        values, bars = self.trainer.values(labels)
        leads = leads_of(values, bars, self.predicted)
        changes = space.changes_to(labels)
        if len(changes):
            cost = space.cost_of(changes)
            ledger.count_broken(cost, int(leads.broken.sum()), changes)
        points = np.flatnonzero(space.points.affordable_after(changes // space.classes, budget))
        loss = float(np.sum((leads.smallest > 0) + 0.5 * np.clip(leads.smallest / reach, 0.0, 1.0)))
        value = np.ascontiguousarray(values.T * self.turn)
        after = np.zeros_like(value)
        size = max(1, PIECE // (1 + ledger.m * space.classes**2))
        best = (-1, -1, np.inf)
        for first in range(0, len(points), size):
            if clock.expired:
                return False
            found = best_linear_change(
                self.weights, value, after, self.predicted, labels, space.alternatives,
                points[first : first + size], space.cost, reach, loss,
            )  # fmt: skip
            best = min(best, found, key=lambda move: move[2])
        if best[0] < 0:
            return False
        labels[best[0]] = best[1]
        return True
