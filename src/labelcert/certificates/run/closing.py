"""What would close the intervals that a run leaves open, each with its price.

A longer search closes some; a smaller C at which every label saturates, and ridge regression, close
all of them at any number of labels, and are other models.
"""

from __future__ import annotations

import math

import numpy as np

from labelcert.certificates.run.outcome import INTERRUPTED
from labelcert.engines.machines.machines import Machines
from labelcert.engines.machines.saturation import saturating_C
from labelcert.engines.task import Task

WORTH_TELLING = 5.0
"""Seconds of searching that a forecast may rest on."""


def ways_to_close(machines: Machines, task: Task, stopped: str) -> tuple[str, ...]:
    """Sentences, none where no radius is open."""
    ledger, predicted = task.ledger, task.predicted
    still = int(ledger.open.sum())
    if still == 0 or not all(machine.fitted for machine in machines.each):
        return ()
    ways: list[str] = []
    if not task.exact:
        ways.append(
            "Without --relaxed (relaxed=True), which takes the worst case of each class alone."
        )
    elif stopped != INTERRUPTED:
        ways.append(f"A longer --time-limit (time_limit): {_forecast(task)}")
    budget = ledger.max_budget
    found = saturating_C(machines, budget)
    told = _rounded_down(found)
    if 0 < told < machines.C:
        same = int((_saturated_predictions(machines) == predicted).sum())
        ways.append(
            f"A C of {told:g}: there every label saturates at budgets up to {budget}, and all "
            f"radii are exact at once. {same} of these {len(predicted)} predictions would stay as "
            "they are."
        )
    ways.append(
        "Ridge regression in place of the SVM: exact at once, whatever the number of labels; "
        "another learner, so compare its accuracy first."
    )
    return tuple(ways)


def _forecast(task: Task) -> str:
    """What the last stretch of searching gave, as a measure of what more time may give."""
    seconds, steps = task.pace
    left = task.ledger.steps_open
    if seconds < WORTH_TELLING:
        return "more is proven the longer the search goes on."
    spent = f"the last {seconds:.0f} s of searching"
    if steps == 0:
        return f"{spent} proved nothing more, so it would have to be many times as long."
    return (
        f"{spent} proved {steps} more steps of budget, and {left} are open; as long again may "
        "prove about as many, rather fewer."
    )


def _saturated_predictions(machines: Machines) -> np.ndarray:
    """(m,) classes that the saturated model predicts on the labels as they are."""
    values = np.stack([machines.cross @ machine.y for machine in machines.each], axis=1)
    if values.shape[1] == 1:
        return (values[:, 0] > 0).astype(np.int64)
    return values.argmax(axis=1)


def _rounded_down(value: float) -> float:
    """Two significant digits of a number ≥ 0, never above it."""
    if not value > 0 or not math.isfinite(value):
        return 0.0
    unit = 10.0 ** (math.floor(math.log10(value)) - 1)
    return float(f"{math.floor(value / unit * (1 - 1e-9)) * unit:.2g}")
