"""Whole groups for nothing, where leads are linear in the labels: exact by going through groups.

What it decides: radius and witness at every budget, for any number of labels and classes, against
an attacker with up to k groups for itself (`group_choice`). −1 where k groups alone break it.
Cost: a table of n · k · levels steps for each test point and rival. When to prefer it: wherever the
model is linear, that is for ridge regression, and for SVMs that are saturated whatever it does.
Source: our own note; gains of single changes as in `labelcert.engines.by_sort`.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from labelcert.engines.attacker import UNLIMITED, RelabelSpace
from labelcert.engines.by_sort import best_changes, best_changes_exactly
from labelcert.engines.crowds.best_groups import Choices, largest_gains
from labelcert.engines.knowledge.evidence import Sorted
from labelcert.engines.knowledge.lead import linear_lead_bar
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.machines import saturation
from labelcert.engines.machines.linear_model import LinearModel, lead_unit, side_of
from labelcert.engines.machines.machines import Machines
from labelcert.engines.work.clock import Clock


class LinearCrowd:
    """The choices of one problem; writes to a ledger of its test points only."""

    def __init__(self, model: LinearModel, space: RelabelSpace, ledger: Ledger, clock: Clock):
        self.model, self.space, self.ledger, self.clock = model, space, ledger, clock
        self.unit = lead_unit(space.classes)
        self.ladder = ledger.ladder.cut(model.max_budget)
        self.unlimited = without_purses(space)

    def run(self) -> None:
        """Decide every test point up to the model's largest budget, until the clock expires."""
        for t in range(self.ledger.m):
            if self.clock.expired:
                return
            error = float(linear_lead_bar(self.model.error[t], self.unit))
            for b in self.ledger.rivals(t):
                self._decide(t, b, error)
            self.clock.report("groups", (t + 1) / self.ledger.m)

    def _decide(self, t: int, b: int, error: float) -> None:
        """Write down what the smallest leads over a rival prove, level by level."""
        a, weights = int(self.ledger.predicted[t]), self.unit * self.model.weights[t]
        gain, label = best_changes(weights, self.unlimited, a, b)
        found = largest_gains(gain, self.space, self.ladder, self.clock)
        if found is None:
            return
        clean = float(weights @ side_of(self.space.labels, a, b))
        exact: tuple[Fraction, Choices, np.ndarray] | None = None
        for row, level in enumerate(self.ladder.levels.tolist()):
            lead = clean - float(found.gain[row])
            verdict, points, to, exactly = (lead > 0) - (lead < 0), found.points[row], label, False
            if not abs(lead) > error:
                exact = self._exactly(t, a, b) if exact is None else exact
                if exact is None:
                    return
                value, choices, to = exact
                verdict = (value > choices.gain[row]) - (value < choices.gain[row])
                points, exactly = choices.points[row], True
            evidence = Sorted(lead, error, exactly)
            if verdict <= 0:
                changes = points * self.space.classes + to[points]
                self.ledger.break_(t, level, changes, self.model.name, evidence)
                return
            self.ledger.prove(t, b, level, self.model.name, evidence)

    def _exactly(self, t: int, a: int, b: int) -> tuple[Fraction, Choices, np.ndarray] | None:
        """The clean lead, the largest gains and the labels in units of one weight, as fractions.

        None where exact weights are out of reach, or once the clock expires.
        """
        weights = self.model.exact_weights(t)
        if weights is None:
            return None
        gain, label = best_changes_exactly(weights, self.unlimited, a, b)
        found = largest_gains(gain, self.space, self.ladder, self.clock)
        if found is None:
            return None
        side = side_of(self.space.labels, a, b)
        clean: Any = sum((int(s) * h for s, h in zip(side, weights, strict=True)), Fraction(0))
        return clean, found, label


def without_purses(space: RelabelSpace) -> RelabelSpace:
    """All changes of an attacker at cost 1, whatever its groups may spend: what any of its choices
    of groups may hold."""
    return replace(
        space,
        cost=np.ones(space.n, dtype=np.int64),
        group_budget=np.full(len(space.group_budget), UNLIMITED, dtype=np.int64),
        free_groups=0,
    )


def saturated_model(machines: Machines, clock: Clock) -> LinearModel | None:
    """The linear model of SVMs up to the budget at which they are saturated whatever the attacker
    of `machines` does, None where they are not at budget 0.

    Counted in changes: those of the k largest groups, and what the budget buys at the lowest cost.
    """
    space = machines.space
    flips = without_purses(space)
    may = flips.changeable
    sizes = np.sort(np.bincount(space.group[may], minlength=len(space.group_budget)))[::-1]
    free = int(sizes[: space.free_groups].sum())
    lasts = saturation.saturated_budget(machines.under(flips, space.n), clock)
    if lasts < free:
        return None
    cheapest = int(space.cost[may].min()) if may.any() else 1
    budget = machines.max_budget
    if lasts < UNLIMITED:
        budget = min(budget, (lasts - free + 1) * cheapest - 1)
    return saturation.linear_model(machines, budget)
