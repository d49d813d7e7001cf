"""Two classes go through the binary engines, more through those of many classes."""

from __future__ import annotations

from labelcert.certificates.run.checked_input import BinaryInput, MulticlassInput
from labelcert.certificates.run.many_classes import run_many
from labelcert.certificates.run.outcome import Outcome
from labelcert.certificates.run.two_classes import run_binary
from labelcert.engines.cascade import Plan
from labelcert.engines.work.clock import Clock


def run_engines(given: BinaryInput | MulticlassInput, plan: Plan, clock: Clock) -> Outcome:
    """Run what fits the number of classes."""
    if isinstance(given, BinaryInput):
        return run_binary(given, plan, clock)
    return run_many(given, plan, clock)
