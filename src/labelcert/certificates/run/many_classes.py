"""Run the engines on a checked problem of more than two classes."""

from __future__ import annotations

import numpy as np

from labelcert.certificates.array_types import IntArray
from labelcert.certificates.run.checked_input import MulticlassInput
from labelcert.certificates.run.outcome import Outcome, reason_of
from labelcert.engines.cascade import Plan
from labelcert.engines.machines import ridge
from labelcert.engines.machines.machines import MulticlassProblem
from labelcert.engines.multiclass.cascade import (
    MulticlassResult,
    run_multiclass,
    run_multiclass_ridge,
)
from labelcert.engines.multiclass.clean import CleanClasses, clean_classes, clean_linear
from labelcert.engines.multiclass.linear_logits import LinearLogits
from labelcert.engines.work.clock import Clock


def run_many(given: MulticlassInput, plan: Plan, clock: Clock) -> Outcome:
    """Fit the clean labels, one SVM a class, then let the cascade decide.

    The labels of a tie do not matter: a tied prediction is broken at every budget.
    """
    clean, result = _svm(given, plan, clock) if given.C is not None else _ridge(given, plan, clock)
    return Outcome(
        given=given,
        decision=clean.logits,
        error_bar=clean.error_bar,
        predicted=clean.predicted,
        tied=clean.tied,
        doubtful=clean.doubtful,
        ledger=result.ledger,
        seconds=clock.elapsed,
        stopped=reason_of(clock),
        exactness=plan.exactness,
        relaxed_radius=_relaxed(clean, result),
    )


def _svm(given: MulticlassInput, plan: Plan, clock: Clock) -> tuple[CleanClasses, MulticlassResult]:
    assert given.C is not None
    problem = MulticlassProblem(given.gram, given.cross, given.C, given.space, given.max_flips)
    clean = clean_classes(problem, clock)
    decided = _decided(clean)
    part = problem.of_test_points(decided)
    return clean, run_multiclass(part, clean.predicted[decided], plan, clock)


def _ridge(
    given: MulticlassInput, plan: Plan, clock: Clock
) -> tuple[CleanClasses, MulticlassResult]:
    assert given.ridge is not None
    model = ridge.linear_model(given.gram, given.cross, given.ridge, given.max_flips, clock)
    clean = clean_linear(LinearLogits(model, given.space))
    decided = _decided(clean)
    part = model.of_test_points(decided)
    result = run_multiclass_ridge(
        part, given.space, clean.predicted[decided], given.max_flips, plan, clock
    )
    return clean, result


def _decided(clean: CleanClasses) -> IntArray:
    return np.flatnonzero(~clean.tied & ~clean.doubtful)


def _relaxed(clean: CleanClasses, result: MulticlassResult) -> IntArray | None:
    """Radii by independent worst cases of all test points, −1 where the clean prediction ties."""
    if result.relaxed_radius is None:
        return None
    if bool((result.relaxed_radius >= result.ledger.broken).any()):
        raise AssertionError("a relaxed radius reaches a budget at which a witness breaks")
    radius = np.full(len(clean.tied), -1, dtype=np.int64)
    # Training on the clean labels proves budget 0 of what does not tie.
    radius[_decided(clean)] = np.maximum(result.relaxed_radius, 0)
    return radius
