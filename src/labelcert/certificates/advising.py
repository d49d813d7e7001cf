"""`advise`: the labels whose verification raises the certified ratio most, chosen greedily."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Unpack

from labelcert._errors import InputError
from labelcert.certificates.attacker.threat_model import ThreatModel
from labelcert.certificates.greedy_trust import GreedyTrust
from labelcert.certificates.results.advice import Advice
from labelcert.certificates.results.certificate import Certificate
from labelcert.certificates.run.certified import certified
from labelcert.certificates.run.one_order import in_one_order
from labelcert.certificates.run.settings import Options, Settings, shows_options
from labelcert.intake.arrays import dense_matrix
from labelcert.intake.budgets import as_count
from labelcert.intake.labels import as_labels
from labelcert.intake.numbers import told, whole_or_none
from labelcert.intake.origin import origin_of, with_origin


@shows_options(without=("collective", "worst_margins"))
def advise(
    gram: Any,
    cross: Any,
    labels: Any,
    *,
    k: int = 5,
    budget: int | str | None = None,
    **options: Unpack[Options],
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
        gram, cross, labels: as in `certify`, and so are the other options.
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
    settings = Settings.of("advise", options)
    clock = settings.clock()
    k = _check_k(k)
    gram, cross, labels, threat = in_one_order(gram, cross, labels, settings.threat)
    labels = as_labels(labels)
    asked = _check_budget(budget, settings.max_flips, threat, len(labels))
    _refuse_what_is_not_weighed(settings)
    half = max(clock.remaining, 0.0) / 2
    before = certified(gram, cross, labels, replace(settings, threat=threat, time_limit=half))
    if before.stopped == "interrupted":
        clock.interrupt()
    kernel = with_origin(dense_matrix(gram, "gram"), origin_of(gram))
    rows = with_origin(dense_matrix(cross, "cross"), origin_of(cross))
    threat = threat if threat is not None else ThreatModel(before.max_flips)
    already = threat.trusted_positions(len(labels)).tolist()
    silent = replace(settings, max_flips=None, classes=before.classes.tolist(), progress=None)

    def again(points: list[int], trusted: list[int], seconds: float) -> Certificate:
        more = replace(threat, trusted=(*already, *trusted))
        return certified(
            kernel, rows[points], labels, replace(silent, threat=more, time_limit=seconds)
        )

    at = before.max_flips if asked is None else min(asked, before.max_flips)
    return GreedyTrust(before, at, again, clock).run(k)


def _refuse_what_is_not_weighed(settings: Settings) -> None:
    """Raise InputError for options of `certify` that no step could weigh."""
    for name in ("collective", "worst_margins"):
        if getattr(settings, name):
            raise InputError(f"{name} is not available in advise: leave it out.")
    if isinstance(settings.threat, ThreatModel) and settings.threat.bad_groups:
        raise InputError(
            "bad_groups is not available in advise: leave it out, and certify with it afterwards."
        )


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
