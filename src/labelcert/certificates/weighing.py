"""What `advise` and `advise_linear` share: one problem, certified again with labels trusted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from labelcert._errors import InputError
from labelcert.certificates.attacker.threat_model import ThreatModel
from labelcert.certificates.greedy_trust import GreedyTrust
from labelcert.certificates.results.advice import Advice
from labelcert.certificates.results.certificate import Certificate
from labelcert.certificates.results.suspicion import Suspicion
from labelcert.certificates.run.again import FeatureProblem, KernelProblem
from labelcert.engines.work.clock import Clock
from labelcert.intake.budgets import as_count
from labelcert.intake.numbers import told, whole_or_none


def advice_of(
    problem: KernelProblem | FeatureProblem,
    threat: ThreatModel | None,
    budget: int | None,
    k: int,
    clock: Clock,
) -> Advice:
    """Choose up to k labels for a checked problem; budget: None for the largest."""
    n = len(problem.given.labels)
    half = clock.within(max(clock.remaining, 0.0) / 2)
    with half.minding_interrupts():
        before = problem.certificate(half)
    suspicious: Suspicion | None = None
    try:
        suspicious = None if clock.expired else problem.suspicion(clock)
    except KeyboardInterrupt:
        clock.interrupt()
    attacker = threat if threat is not None else ThreatModel(before.max_flips)
    already = attacker.trusted_positions(n).tolist()

    def again(points: list[int], trusted: list[int], seconds: float) -> Certificate:
        more = replace(attacker, trusted=(*already, *trusted))
        part = Clock(seconds)
        with part.minding_interrupts():
            return problem.again(points, more, part)

    at = before.max_flips if budget is None else min(budget, before.max_flips)
    ceilings = None if clock.expired else problem.ceilings(before, k)
    found = GreedyTrust(before, at, again, clock, None if ceilings is None else ceilings.of).run(k)
    return replace(found, suspicious=suspicious)


def check_k(k: Any) -> int:
    """The number of labels to choose; raises InputError."""
    count = whole_or_none(k)
    if count is None or count < 1:
        raise InputError(f"k={told(k)} is not allowed: pass an integer of 1 or more.")
    return count


def refuse_bad_groups(threat: Any) -> None:
    """InputError for an attacker that has whole groups for itself: no step weighs that."""
    if isinstance(threat, ThreatModel) and (threat.bad_groups or threat.bad_annotators):
        name = "bad_groups" if threat.bad_groups else "bad_annotators"
        raise InputError(
            f"{name} is not available in advise: leave it out, and certify with it afterwards."
        )


def check_budget(
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
