"""Plateaus: runs of budgets over which the collective ratio hardly falls.

A plateau says that more flips buy the attacker nothing until the run ends. Source: arXiv
2412.00537, which observes them at middle budgets; their definition here is our own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from labelcert.report.curves import COLLECTIVE
from labelcert.report.findings.averages import Estimate, estimate
from labelcert.report.results import RATIO, Quantity, Result, by_model, counted_labels

TOLERANCE = 0.02
SHORTEST = 3
_ROUNDING = 1e-9


class Run(NamedTuple):
    """Budgets first … last, and the lowest and highest value that a curve may have on them."""

    first: int
    last: int
    low: float
    high: float


@dataclass(frozen=True)
class Plateau:
    """A run of budgets, first … last, of one model on one data set.

    low, high: between them lies the mean ratio over the seeds, at every budget of the run. level:
    the ratio averaged over the run, over the seeds. num_labeled: labels, of which the budgets are
    a share; None where they are costs.
    """

    dataset: str
    model: str
    first: int
    last: int
    low: float
    high: float
    level: Estimate
    num_labeled: int | None


def runs(
    lower: Sequence[float],
    upper: Sequence[float],
    tolerance: float = TOLERANCE,
    shortest: int = SHORTEST,
) -> list[Run]:
    """Runs of at least `shortest` budgets over which a curve stays within `tolerance`.

    lower, upper: what is known of the curve at budgets 0, 1, …; a run counts only if the curve
    stays within the tolerance wherever it lies between them. Budget 0 belongs to none, and neither
    does one at which the curve may be at 1 or 0 (within the tolerance), where the attack has yet to
    begin or has broken all. The longest run is taken first, of equal ones the first, and then the
    longest of what is left before and after it, and so on: runs do not overlap, and no stretch that
    is left holds one.
    """
    found: list[Run] = []
    free = [range(1, len(lower))]
    while free:
        left = free.pop()
        every = (_longest_from(lower, upper, range(first, left.stop), tolerance) for first in left)
        fit = (run for run in every if run.last - run.first + 1 >= max(shortest, 1))
        run = min(fit, key=lambda run: (run.first - run.last, run.first), default=None)
        if run is not None:
            found.append(run)
            free += [range(left.start, run.first), range(run.last + 1, left.stop)]
    return sorted(found)


def _longest_from(
    lower: Sequence[float], upper: Sequence[float], budgets: range, tolerance: float
) -> Run:
    """The longest run that begins with the first of the budgets and ends within them, or none."""
    first = budgets.start
    last, low, high = first - 1, float("inf"), float("-inf")
    for r in budgets:
        wider = min(low, lower[r]), max(high, upper[r])
        flat = wider[1] - wider[0] <= tolerance + _ROUNDING
        begun = wider[1] < 1 - tolerance + _ROUNDING
        alive = wider[0] > tolerance - _ROUNDING
        if not (flat and begun and alive):
            break
        last, (low, high) = r, wider
    return Run(first, last, low, high)


def find_plateaus(
    results: Sequence[Result], tolerance: float = TOLERANCE, shortest: int = SHORTEST
) -> list[Plateau]:
    """The plateaus of every data set and model, on the mean over seeds of the collective ratio."""
    quantity = Quantity(COLLECTIVE, RATIO)
    plateaus: list[Plateau] = []
    for (dataset, model), group in by_model(results).items():
        curves = [curve for result in group if (curve := result.curve(quantity)) is not None]
        if not curves:
            continue
        budgets = range(min(len(lower) for lower, _ in curves))
        lower = [estimate(c[0][r] for c in curves).mean for r in budgets]
        upper = [estimate(c[1][r] for c in curves).mean for r in budgets]
        for run in runs(lower, upper, tolerance, shortest):
            level = estimate(float(c[0][run.first : run.last + 1].mean()) for c in curves)
            n = counted_labels(group)
            plateaus.append(Plateau(dataset, model, *run, level=level, num_labeled=n))
    return plateaus
