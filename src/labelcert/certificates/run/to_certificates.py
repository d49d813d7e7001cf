"""What a run has found out, put into certificates."""

from __future__ import annotations

import numpy as np

from labelcert.certificates.array_types import FloatArray, IntArray
from labelcert.certificates.attacker.fingerprint import fingerprint
from labelcert.certificates.results.certificate import Certificate
from labelcert.certificates.results.collective_certificate import CollectiveCertificate
from labelcert.certificates.results.witness import Witness
from labelcert.certificates.run.outcome import INTERRUPTED, Outcome
from labelcert.certificates.run.own_flips import CheckedProblem
from labelcert.certificates.run.warning_signs import warning_signs

EVERY_BUDGET = 4096
"""Up to this budget results have a column for each, beyond it for those that change anything."""


def sample_wise(
    outcome: Outcome, collective: CollectiveCertificate | None, *, signs: bool = True
) -> Certificate:
    """The sample-wise certificate of a run; signs: whether its warnings are looked for."""
    given, ledger, decided = outcome.given, outcome.ledger, outcome.decided
    radius = np.full(len(given.cross), -1, dtype=np.int64)
    radius_upper = np.where(outcome.doubtful, given.max_flips, -1).astype(np.int64)
    radius[decided] = ledger.robust
    radius_upper[decided] = np.minimum(ledger.broken - 1, given.max_flips)
    margins, bounds = _margins(outcome)
    proven_by, broken_by = [""] * len(radius), ["training" if tie else "" for tie in outcome.tied]
    for k, t in enumerate(decided):
        proven_by[t], broken_by[t] = ledger.proven_by[k], ledger.broken_by[k]
    left_open = bool((radius < radius_upper).any()) or (
        collective is not None and bool(collective.stopped)
    )
    learner = {"C": given.C} if given.C is not None else {"ridge": given.ridge}
    return Certificate(
        labels=given.labels,
        classes=given.classes,
        decision=outcome.decision,
        error_bar=outcome.error_bar,
        radius=radius,
        radius_upper=radius_upper,
        worst_margin=margins,
        worst_margin_bound=bounds,
        witnesses=_witnesses(outcome),
        proven_by=tuple(proven_by),
        broken_by=tuple(broken_by),
        max_flips=given.max_flips,
        learner={k: float(v) for k, v in learner.items() if v is not None},
        gram_shift=0.0 if given.C is None else given.gram.shift,  # ridge takes it as given
        seconds=outcome.seconds,
        stopped=_told(outcome, left_open),
        collective=collective,
        unit="flips" if bool((given.space.cost == 1).all()) else "cost",
        class_numbers=outcome.predicted,
        relaxed=outcome.exactness == "relaxed",
        relaxed_radius=outcome.relaxed_radius,
        levels=_columns(outcome)[1],
        asked=given.asked,
        alternatives=outcome.alternatives,
        bad_groups=given.space.free_groups,
        attacker=fingerprint(given.space),
        bad_what="group" if given.space.free_changes is None else "annotator",
        warnings=warning_signs(given, outcome.predicted) if signs else (),
        problem=CheckedProblem(given),
    )


def _told(outcome: Outcome, left_open: bool) -> str:
    """Why the search ended early, where that left something open.

    An interrupt is told in any case: whoever calls again and again would go on otherwise.
    """
    return outcome.stopped if left_open or outcome.stopped == INTERRUPTED else ""


def _columns(outcome: Outcome) -> tuple[IntArray, IntArray | None]:
    """The ledger's row for each column of a result, and the columns' budgets (None: all)."""
    ladder = outcome.ledger.ladder
    if ladder.budget > EVERY_BUDGET:
        return np.arange(ladder.rows), ladder.levels
    budgets = np.arange(ladder.budget + 1)
    return np.searchsorted(ladder.levels, budgets, side="right") - 1, None


def _margins(outcome: Outcome) -> tuple[FloatArray, FloatArray]:
    """Worst margins and their bounds: those of the ledger, 0 where the clean fit is a tie."""
    rows, _ = _columns(outcome)
    margins = np.zeros((len(outcome.tied), len(rows)))
    margins[outcome.doubtful] = np.nan
    bounds = np.where(np.isnan(margins), -np.inf, 0.0)
    known = outcome.ledger.worst_margin, outcome.ledger.margin_bound
    if len(rows) < outcome.ledger.ladder.rows or (rows != np.arange(len(rows))).any():
        known = known[0][:, rows], known[1][:, rows]
    margins[outcome.decided], bounds[outcome.decided] = known
    return margins, bounds


def _witnesses(outcome: Outcome) -> tuple[Witness | None, ...]:
    """The ledger's witnesses, checked against the attacker; the empty one where there is a tie."""
    given, ledger = outcome.given, outcome.ledger
    nothing = given.witness(np.zeros(0, dtype=np.int64))
    found: list[Witness | None] = [nothing if tie else None for tie in outcome.tied]
    for k, t in enumerate(outcome.decided):
        changes = ledger.witness[k]
        if changes is None:
            continue
        if not given.space.contains(changes, int(ledger.broken[k])):
            raise AssertionError(f"witness of test point {t} lies outside the threat model")
        found[t] = given.witness(changes)
    return tuple(found)


def collective_of(outcome: Outcome) -> CollectiveCertificate:
    """The collective certificate of a run; clean ties count as broken at every budget."""
    ledger = outcome.ledger
    tied, doubtful = int(outcome.tied.sum()), int(outcome.doubtful.sum())
    rows, levels = _columns(outcome)
    found = [ledger.count_witness[int(row)] for row in rows]
    attacks = tuple(outcome.given.witness(changes) for changes in found)
    lower, upper = ledger.broken_lower[rows] + tied, ledger.broken_upper[rows] + tied + doubtful
    return CollectiveCertificate(
        broken_lower=lower,
        broken_upper=upper,
        num_test=len(outcome.tied),
        witnesses=attacks,
        seconds=outcome.seconds,
        stopped=_told(outcome, bool((lower < upper).any())),
        levels=levels,
        asked=outcome.given.asked,
    )
