"""`certify_collective`: how many predictions one attack on the labels can break at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from labelcert.certificates.attacker.threat_model import ThreatModel
from labelcert.certificates.results.collective_certificate import CollectiveCertificate
from labelcert.certificates.run.checked_input import check_input
from labelcert.certificates.run.option_checks import (
    DEFAULT_TIME_LIMIT,
    check_engine,
    check_exactness,
    check_jobs,
    check_time_limit,
)
from labelcert.certificates.run.running import run_engines
from labelcert.certificates.run.to_certificates import collective_of
from labelcert.engines.task import Wishes
from labelcert.engines.work.clock import Clock


def certify_collective(
    gram: Any,
    cross: Any,
    labels: Any,
    *,
    C: float | None = None,
    ridge: float | None = None,
    max_flips: int | str | None = None,
    threat: ThreatModel | None = None,
    classes: Sequence[Any] | None = None,
    exactness: str = "exact",
    engine: str = "auto",
    solver: str = "highs",
    time_limit: float | None = DEFAULT_TIME_LIMIT,
    n_jobs: int | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> CollectiveCertificate:
    """Bound how many of the m test predictions one label vector can break, for every budget.

    The arguments are those of `certify`. The attacker picks one flip set for the whole test set;
    the answer is an interval that is exact where all flip sets could be tried, and never looser
    than what the sample-wise radii imply.

    Raises InputError as `certify` does. Source: collective certificate of arXiv 2412.00537,
    section 3; computed by enumeration, attack and relaxation (our own notes, 4.1 and 4.4).
    """
    clock = Clock(check_time_limit(time_limit), progress)
    with clock.minding_interrupts():
        given = check_input(gram, cross, labels, C, ridge, max_flips, threat, classes)
        check_engine(engine, solver, ridge)
        wishes = Wishes(
            sample_wise=True,
            collective=True,
            jobs=check_jobs(n_jobs),
            engine=engine,
            solver=solver,
            exactness=check_exactness(exactness, engine),
        )
        return collective_of(run_engines(given, wishes, clock))
