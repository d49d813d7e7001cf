"""Train on the labels as they are: values, error bars, the clean class, and what ties with it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from labelcert.engines.knowledge.lead import Leads, bars_of, leads_of
from labelcert.engines.machines.linear_model import LinearModel, LinearTrainer
from labelcert.engines.machines.machine import Machine
from labelcert.engines.machines.machines import Machines
from labelcert.engines.machines.retraining import Core, measure, new_stack, solve_level, start
from labelcert.engines.machines.svm_trainer import SvmTrainer
from labelcert.engines.machines.trainer import ExactTrainer
from labelcert.engines.work.clock import Clock
from labelcert.engines.work.threads import run_in_threads

QUICK = 40
"""Up to so many labels exact signs take milliseconds: they are settled whatever the clock says."""

QUICK_FIT = 200
"""Up to so many labels the clean fit takes a tenth of a second at the most."""


class Clean(NamedTuple):
    """What the clean model says of m test points.

    value (m, machines) and error_bar of the same shape; predicted (m,): the class that leads; tied
    (m,) bool: another class is surely level with it; doubtful (m,) bool: floating point cannot
    tell, and exact arithmetic is out of reach.
    """

    value: np.ndarray
    error_bar: np.ndarray
    predicted: np.ndarray
    tied: np.ndarray
    doubtful: np.ndarray

    @property
    def decided(self) -> np.ndarray:
        """Indices of the test points with a definite prediction."""
        return np.flatnonzero(~self.tied & ~self.doubtful)


def clean_fit(machines: Machines, clock: Clock | None = None) -> Clean:
    """Fit the machines; classes closer than their error bars are compared exactly.

    Where the clock ends a fit early, error bars are as wide as that makes them.
    """
    clock = clock or Clock()
    fits = [_fit(machine, clock) for machine in machines.each]
    value = np.stack([fit[0] for fit in fits], axis=1)
    bar = np.stack([fit[1] for fit in fits], axis=1)
    comparison = SvmTrainer(machines, None if machines.n <= QUICK else clock)
    # A row of zeros is known exactly, and ties.
    zero = np.abs(machines.cross).sum(axis=1) == 0
    return ranked(value, bar, zero, machines.labels, machines.classes, comparison)


def clean_linear(model: LinearModel, labels: np.ndarray, classes: int) -> Clean:
    """The same for a linear model trained on labels (n,)."""
    trainer = LinearTrainer(model, classes)
    value, bar = trainer.values(labels)
    zero = np.abs(model.weights).sum(axis=1) == 0
    return ranked(value, np.array(bar), zero, labels, classes, trainer)


def _fit(machine: Machine, clock: Clock) -> tuple[np.ndarray, np.ndarray]:
    def fit() -> tuple[Core, np.ndarray, float]:
        core: Core = machine.core()._replace(stop=machine.stop_fit)
        stack = new_stack(1, machine.n, machine.m, len(machine.space.group_budget))
        start(core, stack)
        gap = solve_level(core, stack, 0)
        measure(core, stack)
        return core, stack.margin.copy(), gap

    # A small fit is over before its machine code is loaded: no limit is worth its loss.
    patient = Clock() if machine.n <= QUICK_FIT else clock
    ((core, value, gap),) = run_in_threads(fit, patient, 1, machine.stop_fit)
    if patient.interrupted:
        clock.interrupt()
    return value, bars_of(core, gap)


def ranked(
    value: np.ndarray,
    bar: np.ndarray,
    zero: np.ndarray,
    labels: np.ndarray,
    classes: int,
    exact: ExactTrainer,
) -> Clean:
    """What values of machines and their bars (m, machines) say of test points, near ones exactly.

    zero (m,) bool: rows of zeros, which tie; labels (n,): what was trained on.
    """
    m = len(value)
    first = (value[:, 0] > 0).astype(np.int64) if classes == 2 else value.argmax(axis=1)
    predicted = first.copy()
    tied, doubtful = zero.copy(), np.zeros(m, dtype=bool)
    leads: Leads = leads_of(value, bar, first)
    near = ~(leads.value > leads.bar) & ~zero[:, None]
    for t in np.flatnonzero(near.any(axis=1)):
        best = int(first[t])
        for k in np.flatnonzero(near[t]).tolist():
            sign = exact.sign(labels, int(t), k, best)
            if sign is None:
                doubtful[t] = True
            elif sign > 0:
                best, tied[t] = k, False
            elif sign == 0:
                best, tied[t] = (best if classes == 2 else min(best, k)), True
        predicted[t] = best
    # Of what is unsettled nothing is claimed.
    return Clean(value, bar, predicted, tied & ~doubtful, doubtful)
