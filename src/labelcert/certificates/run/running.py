"""Run the engines on a checked problem: fit the clean labels, then let the planner decide."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from labelcert.certificates.array_types import FloatArray, IntArray
from labelcert.certificates.results.alternative import Alternative
from labelcert.certificates.run.checked_input import CheckedInput
from labelcert.certificates.run.outcome import Outcome, reason_of
from labelcert.certificates.run.pricing import Prices
from labelcert.certificates.run.running_crowds import run_crowd
from labelcert.certificates.run.ways_to_close import ways_to_close
from labelcert.engines import planner
from labelcert.engines.machines import ridge
from labelcert.engines.machines.clean import Clean, clean_fit, clean_linear
from labelcert.engines.machines.linear_model import LinearModel
from labelcert.engines.machines.machines import Machines
from labelcert.engines.task import Task, Wishes
from labelcert.engines.work.clock import Clock


def run_engines(
    given: CheckedInput, wishes: Wishes, clock: Clock, model: LinearModel | None = None
) -> Outcome:
    """What can be found out of a problem in the time there is.

    model: of ridge regression, as `linear_model` makes it, where it is at hand. The labels of a
    tie do not matter: a tied prediction is broken at every budget.
    """
    two = len(given.classes) == 2
    alternatives: tuple[Alternative, ...] = ()
    relaxed: IntArray | None = None
    if given.space.free_groups:
        clean, ledger = run_crowd(given, wishes, clock)
        stopped = reason_of(clock)
    else:
        if given.C is None:
            clean, task = _ridge(given, wishes, clock, model)
        else:
            clean, task = _svm(given, wishes, clock)
        prices = None if task.machines is None else _prices(given, clock)
        search = clock
        if prices is not None:  # what prices will take is kept back from the search
            search = clock.within(max(clock.remaining - prices.forecast, 0.0))
        planner.decide(task, search)
        ledger, stopped = task.ledger, reason_of(search)
        relaxed = None if two else _relaxed(clean, task)
        if task.machines is not None:
            alternatives = ways_to_close(task.machines, task, stopped, prices)
    return Outcome(
        given=given,
        decision=_of_shape(clean.value, two),
        error_bar=_of_shape(clean.error_bar, two),
        predicted=clean.predicted,
        tied=clean.tied,
        doubtful=clean.doubtful,
        ledger=ledger,
        seconds=clock.elapsed,
        stopped=stopped,
        alternatives=alternatives,
        exactness="exact" if two else wishes.exactness,
        relaxed_radius=relaxed,
    )


def _svm(given: CheckedInput, wishes: Wishes, clock: Clock) -> tuple[Clean, Task]:
    assert given.C is not None
    machines = Machines(given.gram, given.cross, given.C, given.space, given.max_flips)
    clean = clean_fit(machines, clock)
    part = machines.of_test_points(clean.decided)
    look = clock if wishes.engine == "auto" else None
    return clean, Task.of_machines(part, clean.predicted[clean.decided], wishes, look)


def _ridge(
    given: CheckedInput, wishes: Wishes, clock: Clock, model: LinearModel | None
) -> tuple[Clean, Task]:
    assert given.ridge is not None
    if model is None:
        model = ridge.linear_model(given.gram, given.cross, given.ridge, given.max_flips, clock)
    space = given.space
    clean = clean_linear(model, space.labels, space.classes)
    part = model.of_test_points(clean.decided)
    predicted = clean.predicted[clean.decided]
    return clean, Task.of_linear(part, space, predicted, replace(wishes, engine="auto"))


def _prices(given: CheckedInput, clock: Clock) -> Prices | None:
    if given.validation is None:
        return None
    return Prices(
        given.gram, given.space.labels, len(given.classes), given.validation, clock.time_limit
    )


def _of_shape(values: FloatArray, two: bool) -> FloatArray:
    """Values of machines (m, machines) as decision values: (m,) with two classes, else (m, K)."""
    return values[:, 0].copy() if two else values


def _relaxed(clean: Clean, task: Task) -> IntArray | None:
    """Radii by independent worst cases of all test points, −1 where the clean prediction ties.

    None if nobody looked for them.
    """
    found = task.ledger.relaxed
    if not bool((found >= 0).any()) and task.m > 0:
        return None
    radius = np.full(len(clean.tied), -1, dtype=np.int64)
    # Training on the clean labels proves budget 0 of what does not tie.
    radius[clean.decided] = np.maximum(np.minimum(found, task.ledger.robust), 0)
    return radius
