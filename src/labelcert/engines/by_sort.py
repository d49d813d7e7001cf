"""Leads that are linear in the labels: exact at every budget by one sort a test point and rival.

What it decides: radius, worst margin and witness at every budget, for any number of labeled points
and classes, where the machines are linear in the labels (`machines.linear_model`): kernel ridge
regression always, the kernel SVM as far as it stays saturated.
Cost: O(n log n) a test point and rival; O(n · levels) where changes have different costs. When to
prefer it: whenever it applies.
Source: [EC] arXiv 2604.11416 for two classes; ``math.md`` 4.2, 6 and 7.

A rival b of the predicted class a sees three states of a point (a, b, other), and the lead is
u Σ_i h_ti s_i with s = +1, −1, 0 for them (u = 1 with two classes, else 2). So each point has one
most harmful change, whose gain does not depend on the other points, and the worst relabeling of a
budget makes the largest gains. With unit costs the groups and the total budget form a laminar
matroid, on which taking the best affordable gain first is optimal; else it is a knapsack.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from labelcert.engines.engine import Role
from labelcert.engines.knowledge.evidence import Sorted
from labelcert.engines.knowledge.lead import linear_lead_bar
from labelcert.engines.machines.linear_model import LinearModel, lead_unit, side_of
from labelcert.engines.sorting.best_changes import best_changes, best_changes_exactly
from labelcert.engines.sorting.relaxed import relaxed_radius
from labelcert.engines.sorting.worst_flips import worst_flips, worst_flips_exactly
from labelcert.engines.task import Question, Task
from labelcert.engines.work.clock import Clock

SORTS = 64
"""So many test points are sorted between two looks at the clock: milliseconds, even if it has
expired."""


class Worst(NamedTuple):
    """The smallest lead over one rival at each level (rows,), the points whose changes reach it,
    and the label (n,) that each of them gets."""

    lead: np.ndarray
    points: Sequence[np.ndarray]
    label: np.ndarray

    def changes(self, row: int, classes: int) -> np.ndarray:
        """The changes that reach the smallest lead at a level."""
        points = self.points[row]
        return points * classes + self.label[points]


class Sort:
    """A sort a test point and rival."""

    name = "sort"
    role = Role.SORT
    decides = frozenset({Question.RADII, Question.MARGINS})
    retrains = False

    def accepts(self, task: Task) -> bool:
        """Whatever is linear in the labels."""
        return task.linear is not None

    def seconds(self, task: Task, budget: int) -> float:
        """A sort of all labels for each test point and rival."""
        return 1e-7 * task.n * task.m * (task.attacker.classes - 1)

    def run(self, task: Task, budget: int, clock: Clock) -> bool:
        """Decide every test point up to the model's largest budget.

        Test points that are not reached before the clock expires stay open.
        """
        assert task.linear is not None
        work = _Sorting(task, task.linear, clock)
        for t in range(task.m):
            if (t % SORTS == SORTS - 1 and clock.expired) or not work.decide(t):
                break
        if not task.two_classes:
            relaxed = relaxed_radius(task.linear, task.attacker, task.ledger, clock)
            for t, radius in enumerate(relaxed.tolist()):
                task.ledger.relax(t, min(radius, int(task.ledger.robust[t])))
        return not clock.expired


class _Sorting:
    """The sorts of one task."""

    def __init__(self, task: Task, model: LinearModel, clock: Clock):
        self.space, self.ledger, self.model, self.clock = task.attacker, task.ledger, model, clock
        self.unit = lead_unit(self.space.classes)
        self.ladder = self.ledger.ladder.cut(model.max_budget)
        self.levels = self.ladder.levels.tolist()

    def decide(self, t: int) -> bool:
        """Decide a test point against every rival; False once the clock has expired."""
        error = float(linear_lead_bar(self.model.error[t], self.unit))
        least = np.full(self.ladder.rows, np.inf)
        for b in self.ledger.rivals(t):
            found = self._worst(t, b)
            if found is None:
                return False
            self._judge(t, b, found, error)
            least = np.minimum(least, found.lead)
        self.ledger.bound_margin(t, least - error, least)
        return True

    def _worst(self, t: int, b: int) -> Worst | None:
        a, weights = int(self.ledger.predicted[t]), self.unit * self.model.weights[t]
        gain, label = best_changes(weights, self.space, a, b)
        found = worst_flips(gain, self.space.points, self.ladder, self.clock)
        if found is None:
            return None
        fall, sets = found
        lead = float(weights @ side_of(self.space.labels, a, b)) - fall
        return Worst(lead, sets, label)

    def _judge(self, t: int, b: int, worst: Worst, error: float) -> None:
        """Write down what the smallest leads over a rival prove, level by level."""
        exact: list[tuple[int, np.ndarray]] | None = None
        ledger, name = self.ledger, self.model.name
        sure = int(np.argmin(np.append(worst.lead > error, False)))  # what holds at a level
        if sure:  # holds at all below
            last = Sorted(float(worst.lead[sure - 1]), error, False)
            ledger.prove(t, b, self.levels[sure - 1], name, last)
        for row, lead in enumerate(worst.lead.tolist()[sure:], start=sure):
            verdict, exactly = (lead > 0) - (lead < 0), False
            if not abs(lead) > error:
                exact = self._exact_verdicts(t, b) if exact is None else exact
                if exact is None:
                    return
                verdict, exactly = exact[row][0], True
            found = Sorted(lead, error, exactly)
            if verdict <= 0:
                changes = worst.changes(row, self.space.classes)
                if exactly and exact is not None:
                    changes = exact[row][1]
                ledger.break_(t, self.levels[row], changes, name, found)
                return
            ledger.prove(t, b, self.levels[row], name, found)

    def _exact_verdicts(self, t: int, b: int) -> list[tuple[int, np.ndarray]] | None:
        """For every level the sign of the smallest lead in exact arithmetic, and its changes.

        None where the exact weights are out of reach, or once the clock expires.
        """
        weights = self.model.exact_weights(t)
        if weights is None:
            return None
        a, space = int(self.ledger.predicted[t]), self.space
        gain, label = best_changes_exactly(weights, space, a, b)
        side = side_of(space.labels, a, b)
        clean = sum((int(s) * h for s, h in zip(side, weights, strict=True)), Fraction(0))
        worst = worst_flips_exactly(gain, space.points, self.ladder, self.clock)
        if worst is None:
            return None
        return [
            ((clean > fall) - (clean < fall), points * space.classes + label[points])
            for fall, points in zip(*worst, strict=True)
        ]
