"""The collective certificate of a linear learner on features: from radii, and by attacks.

No relabeling of a budget breaks a prediction whose radius reaches that far; so many are broken at
the most. With few labels and test points the planner is asked besides, as for a Gram matrix, and
may find the counts exactly; with more of them `labelcert.engines.attacking.feature_counts` attacks.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import numpy as np

from labelcert.certificates.array_types import IntArray
from labelcert.certificates.results.collective_certificate import CollectiveCertificate
from labelcert.certificates.run.feature_input import FeatureInput
from labelcert.certificates.run.outcome import reason_of
from labelcert.certificates.run.to_certificates import EVERY_BUDGET
from labelcert.engines import planner
from labelcert.engines.attacking.feature_counts import FeatureCounts
from labelcert.engines.machines.feature_model import FeatureModel
from labelcert.engines.machines.linear_model import LinearModel
from labelcert.engines.sorting.feature_radii import FeatureRadii, logit_bars_of
from labelcert.engines.task import Task, Wishes
from labelcert.engines.work.clock import Clock

FEW = 2 * 10**5
"""Labels times test points times classes up to which the planner is asked."""


class _Found(NamedTuple):
    """A relabeling of some cost breaks so many predictions that do not tie."""

    cost: int
    broken: int
    changes: IntArray


class _Bounds(NamedTuple):
    """Upper ends (L,) of the counts at levels (L,) of cost, ascending from 0."""

    levels: IntArray
    upper: IntArray

    def at(self, budgets: IntArray) -> IntArray:
        """At some budgets."""
        return self.upper[np.searchsorted(self.levels, budgets, side="right") - 1]


def collective_counts(
    given: FeatureInput,
    model: FeatureModel,
    found: FeatureRadii,
    name: str,
    jobs: int,
    clock: Clock,
) -> CollectiveCertificate:
    """How many of the test points one attack breaks at each budget, as a proven interval."""
    sure = np.flatnonzero(found.radius >= 0)  # neither a tie nor open without a flip
    radius = np.sort(found.radius[sure])
    levels = np.unique(np.append(radius[radius < given.max_flips] + 1, 0))
    bounds = [_Bounds(levels, np.searchsorted(radius, levels))]
    attacked = FeatureCounts(model, found, given.space, given.max_flips).run(clock)
    known = [_Found(*one) for one in attacked]
    if model.m * model.n * len(given.classes) <= FEW and len(sure):
        more, bound = _by_planner(given, model, found, sure, name, jobs, clock)
        known, bounds = known + more, [*bounds, bound]
    return _certificate(given, found, known, bounds, clock)


def _by_planner(
    given: FeatureInput,
    model: FeatureModel,
    found: FeatureRadii,
    sure: IntArray,
    name: str,
    jobs: int,
    clock: Clock,
) -> tuple[list[_Found], _Bounds]:
    block = model.block(0, model.m)
    error = logit_bars_of(block, given.space)

    def exact_weights(t: int) -> list[Fraction] | None:
        return model.exact_weights(t, clock)

    whole = LinearModel(block.weights, error, exact_weights, given.max_flips, name)
    wishes = Wishes(sample_wise=False, collective=True, jobs=jobs)
    task = Task.of_linear(whole.of_test_points(sure), given.space, found.leader[sure], wishes)
    planner.decide(task, clock)
    ledger = task.ledger
    ledger.combine()
    levels = ledger.ladder.levels
    known = [
        _Found(level, int(ledger.broken_lower[row]), ledger.count_witness[row])
        for row, level in enumerate(levels.tolist())
        if ledger.broken_lower[row] > 0
    ]
    return known, _Bounds(levels, ledger.broken_upper)


def _certificate(
    given: FeatureInput,
    found: FeatureRadii,
    known: list[_Found],
    bounds: list[_Bounds],
    clock: Clock,
) -> CollectiveCertificate:
    tied = int((found.upper < 0).sum())
    doubtful = int(((found.radius < 0) & (found.upper >= 0)).sum())
    budgets, levels = np.arange(given.max_flips + 1), None
    if given.max_flips > EVERY_BUDGET:
        moves = [one.levels for one in bounds] + [np.array([0, given.max_flips])]
        moves.append(np.array([one.cost for one in known], dtype=np.int64))
        every = np.concatenate(moves)
        budgets = levels = np.unique(every[every <= given.max_flips]).astype(np.int64)
    upper = np.min([one.at(budgets) for one in bounds], axis=0) + tied + doubtful
    best = [_best(known, budget) for budget in budgets.tolist()]
    lower = np.array([one.broken for one in best], dtype=np.int64) + tied
    if (lower > upper).any():
        raise AssertionError("more predictions are broken at once than are open one by one")
    left_open = bool((lower < upper).any())
    return CollectiveCertificate(
        broken_lower=lower,
        broken_upper=upper,
        num_test=len(found.leader),
        witnesses=tuple(given.witness(one.changes) for one in best),
        seconds=clock.elapsed,
        stopped=reason_of(clock) if left_open else "",
        levels=levels,
        asked=given.asked,
    )


def _best(known: list[_Found], budget: int) -> _Found:
    """What a budget pays for that breaks most."""
    nothing = _Found(0, 0, np.zeros(0, dtype=np.int64))
    paid = (one for one in known if one.cost <= budget)
    return max(paid, key=lambda one: one.broken, default=nothing)
