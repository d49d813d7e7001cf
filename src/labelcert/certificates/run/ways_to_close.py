"""What would close the intervals that a run leaves open, each with its price.

A longer search closes some; a smaller C at which every label saturates, and ridge regression, close
all of them at any number of labels, and are other models. Their price is told in predictions that
change, and in clean accuracy where there are validation labels.
"""

from __future__ import annotations

import math

import numpy as np

from labelcert.certificates.results.alternative import Alternative
from labelcert.certificates.run.outcome import INTERRUPTED
from labelcert.certificates.run.pricing import Prices, RidgePrice
from labelcert.engines.machines.machines import Machines
from labelcert.engines.machines.saturation import saturating_C
from labelcert.engines.task import Task

WORTH_TELLING = 5.0
"""Seconds of searching that a forecast may rest on."""


def ways_to_close(
    machines: Machines, task: Task, stopped: str, prices: Prices | None = None
) -> tuple[Alternative, ...]:
    """The ways, none where no radius is open; prices: of validation labels, where there are any."""
    ledger = task.ledger
    still = int(ledger.open.sum())
    if still == 0 or not all(machine.fitted for machine in machines.each):
        return ()
    if stopped == INTERRUPTED:  # whoever waits no longer does not wait for prices
        prices = None
    now = None if prices is None else prices.of_svm(machines.C)
    if now is None:
        prices = None
    ways: list[Alternative] = []
    if not task.exact or stopped != INTERRUPTED:
        ways.append(_searching(machines, task, prices, now))
    told = _rounded_down(saturating_C(machines, ledger.max_budget))
    if 0 < told < machines.C:
        ways.append(_smaller(machines, task, told, prices, now))
    ways.append(_ridge(machines.C, prices, now))
    return tuple(ways)


def _searching(
    machines: Machines, task: Task, prices: Prices | None, now: int | None
) -> Alternative:
    """The same learner, searched for longer or without the relaxation."""
    kind, way = "longer limit", f"A longer --time-limit (time_limit): {_forecast(task)}"
    if not task.exact:
        kind = "no relaxation"
        way = "Without --relaxed (relaxed=True), which takes the worst case of each class alone."
    if prices is not None and now is not None:
        way += (
            f" The learner stays: C = {machines.C:g} predicts {_share(now, prices)} right"
            f"{_how(prices, 'trained without them')}."
        )
    validated = 0 if prices is None else prices.validation.count
    return Alternative(
        kind, way, {"C": float(machines.C)}, len(task.predicted), validated, now, now
    )


def _smaller(
    machines: Machines, task: Task, C: float, prices: Prices | None, now: int | None
) -> Alternative:
    """A C at which every label saturates."""
    same = int((_saturated_predictions(machines) == task.predicted).sum())
    way = (
        f"A C of {C:g}: there every label saturates at budgets up to {task.ledger.max_budget}, and "
        f"all radii are exact at once. {same} of these {len(task.predicted)} predictions would "
        "stay as they are."
    )
    right = None if prices is None else prices.of_svm(C)
    if prices is None or now is None or right is None:
        return Alternative("smaller C", way, {"C": C}, same)
    way += f" It predicts {_compared(right, machines.C, now, prices)}"
    return Alternative("smaller C", way, {"C": C}, same, prices.validation.count, right, now)


def _ridge(C: float, prices: Prices | None, now: int | None) -> Alternative:
    """Another learner, with the best λ where validation labels tell one."""
    way = "Ridge regression in place of the SVM: exact at once, whatever the number of labels"
    found: RidgePrice | None = None if prices is None else prices.of_ridge()
    if prices is None or now is None or found is None:
        return Alternative("ridge", f"{way}; another learner, so compare its accuracy first.", {})
    best = f" with --ridge {found.ridge:g} (ridge)"
    if found.tried > 1:
        best += f", the best of {found.tried} values on these"
    told = f"{way}. It predicts {_compared(found.right, C, now, prices, best)}"
    learner = {"ridge": found.ridge}
    return Alternative("ridge", told, learner, None, prices.validation.count, found.right, now)


def _compared(right: int, C: float, now: int, prices: Prices, best: str = "") -> str:
    """An accuracy beside that of now."""
    count = prices.validation.count
    return (
        f"{_share(right, prices)} right{best}, and C = {C:g} {now} ({now / count:.1%})"
        f"{_how(prices, 'each trained without them')}."
    )


def _share(right: int, prices: Prices) -> str:
    count = prices.validation.count
    return f"{right} of {count} validation labels ({right / count:.1%})"


def _how(prices: Prices, told: str) -> str:
    return "" if prices.validation.held is None else f", {told}"


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
