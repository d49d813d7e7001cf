"""Run the engines on a checked binary problem and put their ledger into certificates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labelcert.certificates.arrays import IntArray, LabelArray
from labelcert.certificates.certificate import Certificate, Witness
from labelcert.certificates.collective_certificate import CollectiveCertificate
from labelcert.certificates.inputs import BinaryInput
from labelcert.engines import ridge
from labelcert.engines.cascade import Plan, run_ridge, run_svm
from labelcert.engines.clean import CleanFit, clean_fit, clean_ridge
from labelcert.engines.clock import Clock
from labelcert.engines.ledger import Ledger
from labelcert.engines.problem import Problem


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a run knows: the clean fit of all test points, and a ledger of those without a tie."""

    given: BinaryInput
    clean: CleanFit
    decided: IntArray  # indices of test points with a definite clean sign; the ledger's rows
    ledger: Ledger
    seconds: float
    stopped: str


def run_binary(given: BinaryInput, plan: Plan, clock: Clock) -> Outcome:
    """Fit the clean labels, then let the cascade decide."""
    if given.C is not None:
        problem = Problem(given.gram, given.cross, given.y, given.C, given.space, given.max_flips)
        clean = clean_fit(problem)
        decided = np.flatnonzero(clean.sign != 0)
        part = Problem(
            given.gram, given.cross[decided], given.y, given.C, given.space, given.max_flips
        )
        ledger = run_svm(part, clean.sign[decided], plan, clock)
    else:
        assert given.ridge is not None
        model = ridge.linear_model(given.gram, given.cross, given.ridge, given.max_flips)
        clean = clean_ridge(model, given.y)
        decided = np.flatnonzero(clean.sign != 0)
        ledger = run_ridge(
            ridge.linear_model(given.gram, given.cross[decided], given.ridge, given.max_flips),
            given.y, clean.sign[decided], given.space, given.max_flips, plan, clock,
        )  # fmt: skip
    stopped = ""
    if clock.interrupted:
        stopped = "interrupted"
    elif clock.expired:
        stopped = "time limit"
    return Outcome(given, clean, decided, ledger, clock.elapsed, stopped)


def sample_wise(outcome: Outcome, collective: CollectiveCertificate | None) -> Certificate:
    """The sample-wise certificate of a run."""
    given, clean, ledger = outcome.given, outcome.clean, outcome.ledger
    m, budget = len(given.cross), given.max_flips
    radius = np.full(m, -1, dtype=np.int64)
    upper = np.where(clean.doubtful, budget, -1).astype(np.int64)
    margins = np.zeros((m, budget + 1))
    margins[clean.doubtful] = np.nan
    bounds = np.where(np.isnan(margins), -np.inf, 0.0)
    witnesses: list[Witness | None] = [None] * m
    proven_by, broken_by = [""] * m, [""] * m
    for t in np.flatnonzero((clean.sign == 0) & ~clean.doubtful):
        empty = np.zeros(0, dtype=np.int64)
        witnesses[t], broken_by[t] = Witness(empty, given.labels[empty]), "training"
    radius[outcome.decided] = ledger.robust
    upper[outcome.decided] = np.minimum(ledger.broken - 1, budget)
    margins[outcome.decided] = ledger.worst_margin
    bounds[outcome.decided] = ledger.margin_bound
    for k, t in enumerate(outcome.decided):
        proven_by[t], broken_by[t] = ledger.proven_by[k], ledger.broken_by[k]
        flips = ledger.witness[k]
        if flips is not None:
            if not given.space.contains(flips, int(ledger.broken[k])):
                raise AssertionError(f"witness of test point {t} lies outside the threat model")
            witnesses[t] = Witness(flips, _other_labels(given, flips))
    learner = {"C": given.C} if given.C is not None else {"ridge": given.ridge}
    return Certificate(
        labels=given.labels,
        classes=given.classes,
        decision=clean.decision,
        error_bar=clean.error_bar,
        radius=radius,
        radius_upper=upper,
        worst_margin=margins,
        worst_margin_bound=bounds,
        witnesses=tuple(witnesses),
        proven_by=tuple(proven_by),
        broken_by=tuple(broken_by),
        max_flips=budget,
        learner={k: float(v) for k, v in learner.items() if v is not None},
        gram_shift=given.gram.shift,
        seconds=outcome.seconds,
        stopped=outcome.stopped,
        collective=collective,
    )


def _other_labels(given: BinaryInput, flips: IntArray) -> LabelArray:
    return given.classes[(given.y[flips] < 0).astype(np.int64)]


def collective_of(outcome: Outcome) -> CollectiveCertificate:
    """The collective certificate of a run; clean ties count as broken at every budget."""
    clean, ledger = outcome.clean, outcome.ledger
    tied = int(((clean.sign == 0) & ~clean.doubtful).sum())
    doubtful = int(clean.doubtful.sum())
    return CollectiveCertificate(
        broken_lower=ledger.broken_lower + tied,
        broken_upper=ledger.broken_upper + tied + doubtful,
        num_test=len(clean.sign),
        flip_sets=tuple(ledger.count_witness),
        seconds=outcome.seconds,
        stopped=outcome.stopped,
    )
