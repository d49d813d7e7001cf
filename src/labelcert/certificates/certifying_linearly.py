"""`certify_linear`: radii of linear learners on features, at any number of labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from labelcert.certificates.attacker.threat_model import ThreatModel
from labelcert.certificates.results.certificate import Certificate
from labelcert.certificates.run.feature_input import check_feature_input, refuse_with_groups
from labelcert.certificates.run.feature_running import Asked, run_features
from labelcert.certificates.run.option_checks import (
    DEFAULT_TIME_LIMIT,
    check_jobs,
    check_time_limit,
)
from labelcert.engines.work.clock import Clock
from labelcert.intake.numbers import flag


def certify_linear(
    features: Any,
    test_features: Any,
    labels: Any,
    *,
    ridge: float | None = None,
    C: float | None = None,
    max_flips: int | str | None = None,
    threat: ThreatModel | None = None,
    classes: Sequence[Any] | None = None,
    collective: bool = False,
    worst_margins: bool = False,
    time_limit: float | None = DEFAULT_TIME_LIMIT,
    n_jobs: int | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Certificate:
    """Certify a linear learner on features: the kernel machine of K = F Fᵀ, without that matrix.

    The answer is that of `certify` on the Gram matrix of the features, for any number of labels:
    memory is O(n d), time O(n d²) once and O(n d) a test point. A last layer that is trained on
    frozen features by least squares is such a learner, exactly. No bias and no scaling: add a
    constant feature for the one, and scale the features yourself for the other.

    Args:
        features: (n, d) features of the labeled points, real, finite and dense; float32 and small
            integers are not copied. With d > n the (n, n) matrix of inner products is used instead.
            Of pandas frames columns and rows are matched by name.
        test_features: (m, d) features of the test points.
        labels: (n,) integers or strings, none missing; any number of classes, as in `certify`.
        ridge: λ > 0 of ridge regression on targets ±1, one class against all others. Pass either
            `ridge` or `C`.
        C: of the soft-margin SVM, > 0, and so small that every dual variable stays at C whatever
            the attacker does; a larger one is refused with the largest that is known to do.
        max_flips: largest budget, a count or a percentage of the labels such as "10%". Pass either
            `max_flips` or `threat`.
        threat: a `ThreatModel` with a budget and what the attacker cannot do. Trusted labels,
            directions and purses of groups are honoured exactly; costs exactly where tables of
            changes by cost are small enough, else radii are proven intervals. Groups that the
            attacker has for itself (`bad_groups`) need C=None.
        classes: all classes, where labels may not hold all of them; see `certify`.
        collective: also find how many test points one attack breaks at each budget,
            `Certificate.collective`, as a proven interval: from above by the radii, from below by
            attacks on many predictions at once, and exactly where there are few labels.
        worst_margins: also find the worst margin of every test point at every budget,
            `Certificate.worst_margin`, an array of m times max_flips numbers; without, it has no
            columns.
        time_limit: seconds after which test points are left open; the linear algebra that gives the
            predictions is finished in any case. None for no limit.
        n_jobs: threads; None for all cores. Linear algebra has threads of its own.
        progress: called with a stage's name and the share of it done, 0 to 1.

    Returns:
        A certificate. Its size does not grow with the budget: a witness is made when it is asked
        for, from the features, which the certificate keeps at hand (files do not).

    Raises:
        InputError: one sentence that names the argument and the remedy.

    Source: arXiv 2604.11416 for ridge regression and two classes; error bars from residuals and
    many classes are our own note, section 11.
    """
    clock = Clock(check_time_limit(time_limit), progress)
    with clock.minding_interrupts():
        given = check_feature_input(
            features, test_features, labels, C, ridge, max_flips, threat, classes
        )
        asked = Asked(flag(worst_margins, "worst_margins"), flag(collective, "collective"))
        refuse_with_groups(given, asked.margins, asked.collective)
        return run_features(given, asked, check_jobs(n_jobs), clock)
