"""From what users hand to `certify` to a certificate: check, run the engines, write it down."""

from __future__ import annotations

from typing import Any

from labelcert.certificates.results.certificate import Certificate
from labelcert.certificates.run.checked_input import check_input
from labelcert.certificates.run.running import run_engines
from labelcert.certificates.run.settings import Settings
from labelcert.certificates.run.to_certificates import collective_of, sample_wise


def certified(gram: Any, cross: Any, labels: Any, settings: Settings) -> Certificate:
    """The certificate of `certify` for its arguments; raises InputError."""
    clock = settings.clock()
    with clock.minding_interrupts():
        given = check_input(
            gram, cross, labels, settings.C, settings.ridge, settings.max_flips, settings.threat,
            settings.classes,
        )  # fmt: skip
        wishes = settings.wishes(len(given.classes), given.space.free_groups)
        outcome = run_engines(given, wishes, clock)
        return sample_wise(outcome, collective_of(outcome) if wishes.collective else None)
