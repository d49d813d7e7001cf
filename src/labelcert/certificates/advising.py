"""`advise`: the labels whose verification raises the certified ratio most, chosen greedily."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from labelcert._errors import InputError
from labelcert.certificates.attacker.threat_model import ThreatModel
from labelcert.certificates.certifying import certify
from labelcert.certificates.greedy_trust import GreedyTrust
from labelcert.certificates.results.advice import Advice
from labelcert.certificates.results.certificate import Certificate
from labelcert.certificates.run.one_order import in_one_order
from labelcert.certificates.run.option_checks import DEFAULT_TIME_LIMIT, check_time_limit
from labelcert.engines.work.clock import Clock
from labelcert.intake.arrays import dense_matrix
from labelcert.intake.budgets import as_count
from labelcert.intake.labels import as_labels
from labelcert.intake.numbers import told, whole_or_none
from labelcert.intake.origin import origin_of, with_origin


def advise(
    gram: Any,
    cross: Any,
    labels: Any,
    *,
    C: float | None = None,
    ridge: float | None = None,
    max_flips: int | str | None = None,
    k: int = 5,
    budget: int | str | None = None,
    threat: ThreatModel | None = None,
    classes: Sequence[Any] | None = None,
    exactness: str = "exact",
    engine: str = "auto",
    solver: str = "highs",
    time_limit: float | None = DEFAULT_TIME_LIMIT,
    point_time_limit: float | None = None,
    n_jobs: int | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Advice:
    """Choose up to k labels to verify, so that as many predictions as possible become certified.

    To verify a label here means that the attacker cannot flip it any more: it is trusted as it
    stands. In practice verifying may also show that a label is wrong; correct it, and certify (or
    ask for advice) anew, since that changes the model.

    Each step trusts one label more, the one after which the certified ratio at `budget` is largest,
    or, where that is equal, the mean radius; ties go to the lower index. Only labels in the known
    smallest witness of some prediction are tried, and only the predictions whose witness holds the
    label are certified again. That loses nothing: a witness without the label stays open to the
    attacker, so it breaks its prediction at the same budget as before, and neither the ratio nor
    any radius can rise by it. Where no single label gains anything (each prediction that could be
    saved has several witnesses without a common label), the step takes the label in the most known
    witnesses of predictions broken at `budget`, and says that it gained nothing. The choice of
    several labels is greedy, not the best set of k.

    Args:
        gram, cross, labels, C, ridge, max_flips, threat, classes: as in `certify`.
        exactness, engine, solver, point_time_limit, n_jobs: as in `certify`.
        k: number of labels, at least 1.
        budget: where the certified ratio is to rise, from 0 to max_flips, a count or a percentage
            of the labels; max_flips unless given.
        time_limit: seconds for everything, None for no limit. Then, or at an interrupt (Ctrl-C),
            the steps found by then are returned.
        progress: called with the name of a stage and the share of it done, 0 to 1.

    Returns:
        The labels in order, with the certified ratios and certificates before and after.

    Raises:
        InputError: one sentence that names the argument and the remedy.

    Source: our own.
    """
    clock = Clock(check_time_limit(time_limit), progress)
    k = _check_k(k)
    gram, cross, labels, threat = in_one_order(gram, cross, labels, threat)
    labels = as_labels(labels)
    asked = _check_budget(budget, max_flips, threat, len(labels))
    if isinstance(threat, ThreatModel) and threat.bad_groups:
        raise InputError(
            "bad_groups is not available in advise: leave it out, and certify with it afterwards."
        )
    before = certify(
        gram, cross, labels, C=C, ridge=ridge, max_flips=max_flips, threat=threat, classes=classes,
        exactness=exactness, engine=engine, solver=solver, point_time_limit=point_time_limit,
        time_limit=max(clock.remaining, 0.0) / 2, n_jobs=n_jobs, progress=progress,
    )  # fmt: skip
    if before.stopped == "interrupted":
        clock.interrupt()
    kernel = with_origin(dense_matrix(gram, "gram"), origin_of(gram))
    rows = with_origin(dense_matrix(cross, "cross"), origin_of(cross))
    threat = threat if threat is not None else ThreatModel(before.max_flips)
    already = threat.trusted_positions(len(labels)).tolist()
    names = before.classes.tolist()

    def again(points: list[int], trusted: list[int], seconds: float) -> Certificate:
        return certify(
            kernel, rows[points], labels, C=C, ridge=ridge, classes=names, n_jobs=n_jobs,
            exactness=exactness, engine=engine, solver=solver, point_time_limit=point_time_limit,
            threat=replace(threat, trusted=(*already, *trusted)), time_limit=seconds,
        )  # fmt: skip

    at = before.max_flips if asked is None else min(asked, before.max_flips)
    return GreedyTrust(before, at, again, clock).run(k)


def _check_k(k: Any) -> int:
    count = whole_or_none(k)
    if count is None or count < 1:
        raise InputError(f"k={told(k)} is not allowed: pass an integer of 1 or more.")
    return count


def _check_budget(
    budget: int | str | None, max_flips: int | str | None, threat: ThreatModel | None, n: int
) -> int | None:
    """The budget as a count, None for the default; what else is wrong is told by `certify`."""
    if budget is None or (threat is None) == (max_flips is None):
        return None
    if isinstance(threat, ThreatModel):  # a percentage is one of the costs, where it has some
        most, count = threat.count(n), replace(threat, budget=budget).count(n)
    elif max_flips is not None:
        most, count = as_count(max_flips, n), as_count(budget, n, "budget")
    else:
        return None
    if count > most:
        raise InputError(
            f"budget={count} is above the largest budget: pass 0 to {most}, or raise max_flips."
        )
    return count
