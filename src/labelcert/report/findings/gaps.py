"""Sample-wise against collective: how much one attacker for all is weaker than one for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from labelcert.report.curves import COLLECTIVE, SAMPLE_WISE
from labelcert.report.findings.averages import Estimate, estimate
from labelcert.report.results import RATIO, Quantity, Result, by_model, common_budgets


@dataclass(frozen=True)
class Gap:
    """Collective minus sample-wise certified ratio of one model at one budget, over the seeds.

    Both are the proven ratios; where they are exact the gap is never negative. budget: None for the
    average over the budgets 1 … last, the largest that all results of the data set have; otherwise
    last is the budget itself.
    """

    dataset: str
    model: str
    budget: int | None
    gap: Estimate
    last: int


def find_gaps(results: Sequence[Result]) -> list[Gap]:
    """The gap at every budget and on average, for every data set and model that has both."""
    gaps: list[Gap] = []
    ends = common_budgets(results)
    for (dataset, model), group in by_model(results).items():
        differences = [d for result in group if (d := _difference(result)) is not None]
        if not differences:
            continue
        end = ends[dataset]
        averages = (estimate(d[min(1, end) : end + 1]).mean for d in differences)
        gaps.append(Gap(dataset, model, None, estimate(averages), end))
        for r in range(min(len(d) for d in differences)):  # a mean is one over all seeds
            gaps.append(Gap(dataset, model, r, estimate(d[r] for d in differences), r))
    return gaps


def widest(gaps: Sequence[Gap]) -> list[Gap]:
    """Of each data set and model the gap at the budget where it is widest, the first of equals."""
    best: dict[tuple[str, str], Gap] = {}
    for gap in gaps:
        if gap.budget is None:
            continue
        key = (gap.dataset, gap.model)
        if key not in best or gap.gap.mean > best[key].gap.mean:
            best[key] = gap
    return list(best.values())


def _difference(result: Result) -> list[float] | None:
    alone = result.curve(Quantity(SAMPLE_WISE, RATIO))
    together = result.curve(Quantity(COLLECTIVE, RATIO))
    if alone is None or together is None:
        return None
    return [float(a - b) for a, b in zip(together[0], alone[0], strict=True)]
