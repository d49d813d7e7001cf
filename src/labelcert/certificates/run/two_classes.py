"""Run the engines on a checked problem of two classes."""

from __future__ import annotations

import numpy as np

from labelcert.certificates.run.checked_input import BinaryInput
from labelcert.certificates.run.outcome import Outcome, reason_of
from labelcert.engines.cascade import Plan, run_ridge, run_svm
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.machines import ridge
from labelcert.engines.machines.clean import CleanFit, clean_fit, clean_ridge
from labelcert.engines.machines.machine import Problem
from labelcert.engines.work.clock import Clock


def run_binary(given: BinaryInput, plan: Plan, clock: Clock) -> Outcome:
    """Fit the clean labels, then let the cascade decide."""
    clean, ledger = _svm(given, plan, clock) if given.C is not None else _ridge(given, plan, clock)
    # The exact sign, which near 0 the computed decision value need not have.
    positive = np.where(clean.sign != 0, clean.sign > 0, clean.decision > 0)
    return Outcome(
        given=given,
        decision=clean.decision,
        error_bar=clean.error_bar,
        predicted=positive.astype(np.int64),
        tied=(clean.sign == 0) & ~clean.doubtful,
        doubtful=clean.doubtful,
        ledger=ledger,
        seconds=clock.elapsed,
        stopped=reason_of(clock),
    )


def _svm(given: BinaryInput, plan: Plan, clock: Clock) -> tuple[CleanFit, Ledger]:
    assert given.C is not None
    problem = Problem(given.gram, given.cross, given.y, given.C, given.space, given.max_flips)
    clean = clean_fit(problem, clock)
    decided = np.flatnonzero(clean.sign != 0)
    part = problem.of_test_points(decided)
    return clean, run_svm(part, clean.sign[decided], plan, clock)


def _ridge(given: BinaryInput, plan: Plan, clock: Clock) -> tuple[CleanFit, Ledger]:
    assert given.ridge is not None
    model = ridge.linear_model(given.gram, given.cross, given.ridge, given.max_flips, clock)
    clean = clean_ridge(model, given.y)
    decided = np.flatnonzero(clean.sign != 0)
    part = model.of_test_points(decided)
    ledger = run_ridge(
        part, given.y, clean.sign[decided], given.space, given.max_flips, plan, clock
    )
    return clean, ledger
