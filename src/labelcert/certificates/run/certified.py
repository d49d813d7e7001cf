"""From what users hand to `certify` to a certificate: check, run the engines, write it down."""

from __future__ import annotations

from typing import Any

from labelcert.certificates.results.certificate import Certificate
from labelcert.certificates.run.checked_input import CheckedInput, check_input
from labelcert.certificates.run.running import run_engines
from labelcert.certificates.run.settings import Settings
from labelcert.certificates.run.to_certificates import collective_of, sample_wise
from labelcert.engines.machines.linear_model import LinearModel
from labelcert.engines.work.clock import Clock


def certified(gram: Any, cross: Any, labels: Any, settings: Settings) -> Certificate:
    """The certificate of `certify` for its arguments; raises InputError."""
    clock = settings.clock()
    with clock.minding_interrupts():
        return certificate_of(checked(gram, cross, labels, settings), settings, clock)


def checked(gram: Any, cross: Any, labels: Any, settings: Settings) -> CheckedInput:
    """The problem of these arguments; raises InputError."""
    return check_input(
        gram, cross, labels, settings.C, settings.ridge, settings.max_flips, settings.threat,
        settings.classes, settings.validation,
    )  # fmt: skip


def certificate_of(
    given: CheckedInput,
    settings: Settings,
    clock: Clock,
    *,
    model: LinearModel | None = None,
    signs: bool = True,
) -> Certificate:
    """The certificate of a checked problem; model: of ridge regression, where it is at hand; signs:
    whether its warnings are looked for, which takes O(n²)."""
    wishes = settings.wishes(len(given.classes), given.space.free_groups)
    outcome = run_engines(given, wishes, clock, model)
    collective = collective_of(outcome) if wishes.collective else None
    return sample_wise(outcome, collective, signs=signs)
