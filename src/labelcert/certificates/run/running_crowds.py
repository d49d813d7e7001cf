"""Run against an attacker with groups for itself: the clean fit once, then `engines.crowds`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from labelcert.certificates.run.checked_input import CheckedInput
from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.crowds.deciding import Crowd, decide, new_ledger
from labelcert.engines.crowds.linear_crowd import saturated_model
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.machines import ridge
from labelcert.engines.machines.clean import Clean, clean_fit, clean_linear
from labelcert.engines.machines.machines import Machines
from labelcert.engines.registry import AUTO
from labelcert.engines.task import Question, Task, Wishes
from labelcert.engines.work.clock import Clock


def run_crowd(given: CheckedInput, wishes: Wishes, clock: Clock) -> tuple[Clean, Ledger]:
    """The clean fit of all test points, and the ledger of those without a tie."""
    clean, crowd = (_ridge if given.C is None else _svm)(given, wishes, clock)
    decide(crowd, clock)
    return clean, crowd.ledger


def _asked(wishes: Wishes) -> frozenset[Question]:
    counts = {Question.COUNTS} if wishes.collective else set[Question]()
    return frozenset({Question.RADII} | counts)


def _svm(given: CheckedInput, wishes: Wishes, clock: Clock) -> tuple[Clean, Crowd]:
    assert given.C is not None
    machines = Machines(given.gram, given.cross, given.C, given.space, given.max_flips)
    clean = clean_fit(machines, clock)
    part = machines.of_test_points(clean.decided)
    predicted = clean.predicted[clean.decided]
    auto = wishes.engine == AUTO

    def make_task(space: RelabelSpace, rows: np.ndarray, budget: int, stage: Clock) -> Task:
        case = part.of_test_points(rows).under(space, budget)
        return Task.of_machines(case, predicted[rows], wishes, stage if auto else None)

    linear = None
    if auto and given.space.free_changes is None:
        linear = saturated_model(part, clock)
    ledger = new_ledger(given.space, given.max_flips, predicted)
    return clean, Crowd(given.space, ledger, _asked(wishes), linear, make_task)


def _ridge(given: CheckedInput, wishes: Wishes, clock: Clock) -> tuple[Clean, Crowd]:
    assert given.ridge is not None
    model = ridge.linear_model(given.gram, given.cross, given.ridge, given.max_flips, clock)
    clean = clean_linear(model, given.space.labels, given.space.classes)
    part = model.of_test_points(clean.decided)
    predicted = clean.predicted[clean.decided]

    def make_task(space: RelabelSpace, rows: np.ndarray, budget: int, stage: Clock) -> Task:
        case = part.of_test_points(rows)._replace(max_budget=budget)
        return Task.of_linear(case, space, predicted[rows], replace(wishes, engine=AUTO))

    ledger = new_ledger(given.space, given.max_flips, predicted)
    linear = part if given.space.free_changes is None else None
    return clean, Crowd(given.space, ledger, _asked(wishes), linear, make_task)
