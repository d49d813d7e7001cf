"""Train on the labels as they are: the clean decisions, their error bars, and their exact signs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from labelcert.engines.by_sort import LinearModel
from labelcert.engines.knowledge.lead import bars_of
from labelcert.engines.machines.judge import ExactJudge
from labelcert.engines.machines.machine import Problem
from labelcert.engines.machines.retraining import Core, measure, new_stack, solve_level, start
from labelcert.engines.work.clock import Clock
from labelcert.engines.work.threads import run_in_threads

QUICK = 40
"""Up to so many labels exact signs take milliseconds: they are settled whatever the clock says."""

QUICK_FIT = 200
"""Up to so many labels the clean fit takes a tenth of a second at the most."""


class CleanFit(NamedTuple):
    """decision (m,), error_bar (m,), sign (m,) −1, 0 (a tie) or +1; doubtful (m,) bool signs."""

    decision: np.ndarray
    error_bar: np.ndarray
    sign: np.ndarray
    doubtful: np.ndarray


def clean_fit(problem: Problem, clock: Clock | None = None) -> CleanFit:
    """Fit the kernel SVM on the clean labels; signs inside their error bar are settled exactly.

    Where the clock ends the fit early, error bars are as wide as that makes them.
    """
    clock = clock or Clock()

    def fit() -> tuple[Core, np.ndarray, float]:
        core: Core = problem.core(np.ones(problem.m))._replace(stop=problem.stop_fit)
        stack = new_stack(1, problem.n, problem.m, len(problem.space.group_budget))
        start(core, stack)
        gap = solve_level(core, stack, 0)
        measure(core, stack)
        return core, stack.margin.copy(), gap

    # A small fit is over before its machine code is loaded: no limit is worth its loss.
    patient = Clock() if problem.n <= QUICK_FIT else clock
    ((core, decision, gap),) = run_in_threads(fit, patient, 1, problem.stop_fit)
    if patient.interrupted:
        clock.interrupt()
    bar = bars_of(core, gap)
    sign = (decision > bar).astype(np.int64) - (decision < -bar)
    doubtful = np.zeros(problem.m, dtype=bool)
    # A row of zeros has no bar, and is a tie.
    unclear = np.flatnonzero((sign == 0) & (np.abs(problem.cross).sum(axis=1) > 0))
    if len(unclear):
        judge = ExactJudge(problem)
        none = np.zeros(0, dtype=np.int64)
        exact = judge.signs(none, unclear, None if problem.n <= QUICK else clock)
        for t, found in zip(unclear.tolist(), exact, strict=True):
            # Of an unsettled clean sign nothing is claimed.
            doubtful[t], sign[t] = found is None, found or 0
    return CleanFit(decision, bar, sign, doubtful)


def clean_ridge(model: LinearModel, y: np.ndarray) -> CleanFit:
    """The clean decisions of a linear model; signs inside their error are settled exactly."""
    decision = model.weights @ y
    error = model.error
    sign = (decision > error).astype(np.int64) - (decision < -error)
    doubtful = np.zeros(len(sign), dtype=bool)
    for t in np.flatnonzero((sign == 0) & (np.abs(model.weights).sum(axis=1) > 0)):
        weights = model.exact_weights(int(t))
        if weights is None:
            doubtful[t], sign[t] = True, 0
            continue
        value = sum(int(label) * h for label, h in zip(y, weights, strict=True))
        sign[t] = (value > 0) - (value < 0)
    return CleanFit(decision, model.error.copy(), sign, doubtful)
