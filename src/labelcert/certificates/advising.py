"""`advise`: the labels whose verification raises the certified ratio most, chosen greedily."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Unpack

from labelcert._errors import InputError
from labelcert.certificates.results.advice import Advice
from labelcert.certificates.run.again import KernelProblem
from labelcert.certificates.run.certified import checked
from labelcert.certificates.run.one_order import in_one_order
from labelcert.certificates.run.settings import Options, Settings, shows_options
from labelcert.certificates.weighing import advice_of, check_budget, check_k, refuse_bad_groups
from labelcert.intake.labels import as_labels

_NOT_HERE = ("collective", "worst_margins", "validation")
"""Options of `certify` that no step could weigh."""


@shows_options(without=_NOT_HERE)
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

    Besides, every label is held against a model of the others, `Advice.suspicious`: labels that
    disagree with it come first where labels are to be checked (`labelcert.suspicious_labels`).

    With ridge regression a step is a sort a candidate and test point, at any number of labels; an
    SVM is searched anew for each candidate, which is for tens to hundreds of labels.

    Returns:
        The labels in order, with the certified ratios and certificates before and after.

    Raises:
        InputError: one sentence that names the argument and the remedy.

    Source: our own.
    """
    settings = Settings.of("advise", options)
    clock = settings.clock()
    k = check_k(k)
    gram, cross, labels, threat, _ = in_one_order(gram, cross, labels, settings.threat)
    labels = as_labels(labels)
    asked = check_budget(budget, settings.max_flips, threat, len(labels))
    _refuse_what_is_not_weighed(settings)
    settings = replace(settings, threat=threat)
    problem = KernelProblem(checked(gram, cross, labels, settings), settings, clock)
    return advice_of(problem, threat, asked, k, clock)


def _refuse_what_is_not_weighed(settings: Settings) -> None:
    """Raise InputError for options of `certify` that no step could weigh."""
    for name in _NOT_HERE:
        value = getattr(settings, name)
        if value is not None if name == "validation" else value:
            raise InputError(f"{name} is not available in advise: leave it out.")
    refuse_bad_groups(settings.threat)
