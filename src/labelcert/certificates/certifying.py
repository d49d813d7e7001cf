"""`certify`: for every prediction, how many flipped training labels it provably survives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from labelcert.certificates.attacker.threat_model import ThreatModel
from labelcert.certificates.results.certificate import Certificate
from labelcert.certificates.run.certified import certified
from labelcert.certificates.run.option_checks import DEFAULT_TIME_LIMIT
from labelcert.certificates.run.settings import Settings


def certify(
    gram: Any,
    cross: Any,
    labels: Any,
    *,
    C: float | None = None,
    ridge: float | None = None,
    max_flips: int | str | None = None,
    threat: ThreatModel | None = None,
    classes: Sequence[Any] | None = None,
    collective: bool = False,
    relaxed: bool = False,
    engine: str = "auto",
    solver: str = "highs",
    worst_margins: bool = False,
    time_limit: float | None = DEFAULT_TIME_LIMIT,
    point_time_limit: float | None = None,
    n_jobs: int | None = None,
    progress: Callable[[str, float], None] | None = None,
    exactness: str | None = None,
    validation: Any = None,
) -> Certificate:
    """Certify every test prediction of a kernel machine against flipped training labels.

    Args:
        gram: (n, n) kernel (for example an NTK) between the labeled points, positive semidefinite.
            Real, finite and dense. A pandas frame has the same names for rows and columns; cross,
            labels, and costs, groups and masks of the threat model are then put in its order.
        cross: (m, n) kernel between test points (rows) and labeled points.
        labels: (n,) integers or strings, none missing. Of two classes, the later in sorted order is
            positive; with more, each class has its own machine against all others, and the class of
            the largest logit is predicted. A change may give a label any other class.
        C: regularization of the soft-margin SVM, > 0. Pass either `C` or `ridge`.
        ridge: λ > 0 of kernel ridge regression.
        max_flips: largest budget, a count or a percentage of the labels such as "10%". Pass either
            `max_flips` or `threat`.
        threat: a `ThreatModel` with a budget and what the attacker cannot do.
        classes: all classes, of the labels' type, of two the negative one first, where labels may
            not hold all of them.
        collective: also count how many predictions one attack can break at once; see
            `Certificate.collective`.
        relaxed: for when time is short: with more than two classes, the worst cases of the
            predicted class and of each rival are then taken independently, which is sound but may
            prove less; `Certificate.relaxation_gap` tells how much less. With two classes it
            changes nothing.
        engine: "auto" lets the planner pick; "enumeration", "branch_and_bound" or "paper_milp" (the
            program of arXiv 2412.00537, for comparison) uses that one alone.
        solver: of the paper's program, "highs" or "gurobi" (``pip install 'labelcert[gurobi]'``).
        time_limit: seconds after which the search stops with what is proven by then, None for no
            limit. An interrupt (Ctrl-C) does the same. Either takes effect a moment later, with
            thousands of labels up to some seconds.
        worst_margins: also find the worst margin of every test point at every budget, not only its
            sign; see `Certificate.worst_margin`. Takes longer; two classes only.
        point_time_limit: seconds that branch and bound (or the paper's program) may spend on one
            test point, None for no limit but the whole call's.
        n_jobs: threads, and processes where branch and bound is needed; None for all cores.
        progress: called with a stage's name and the share of it done, 0 to 1, from any thread.
        exactness: old name of `relaxed`, "exact" or "relaxed".
        validation: labels to measure clean accuracy on, for the price of what
            `Certificate.advice` names: positions of some of the labeled points (or a mask), which
            the models that are measured do without, or a pair (cross, labels) of points that are
            not among them, (v, n) and (v,). Nothing else depends on it but up to 5 % of the time.

    Returns:
        A certificate, exact where the search finished, else an honest interval for each prediction.

    Raises:
        InputError: one sentence that names the argument and the remedy.

    The problem and its definitions are those of arXiv 2412.00537; the engines are described in
    `labelcert.engines`.
    """
    settings = Settings(
        C=C, ridge=ridge, max_flips=max_flips, threat=threat, classes=classes,
        collective=collective, relaxed=relaxed, engine=engine, solver=solver,
        worst_margins=worst_margins, time_limit=time_limit, point_time_limit=point_time_limit,
        n_jobs=n_jobs, progress=progress, exactness=exactness, validation=validation,
    )  # fmt: skip
    return certified(gram, cross, labels, settings)
