"""The most telling budget of a data set: where its models differ most.

Ratios of all models are 1 without flips and fall to 0, so an average over budgets counts many at
which nothing is to be told apart. Where the proven sample-wise certified ratio of the best model,
a mean over its seeds, is furthest above that of the worst, the models can be compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from labelcert.report.results import QUANTITIES, Result, common_budgets

_CLOSE = 1e-9


def telling_budgets(groups: Mapping[tuple[str, str], Sequence[Result]]) -> dict[str, int]:
    """By data set, the budget from 1 on, common to its results, with the widest range of ratios.

    groups: of `results.by_model`. Of equal ranges the smallest budget; so 1 where there is a single
    model, and 0 where no budget is larger.
    """
    found: dict[str, int] = {}
    ends = common_budgets(result for group in groups.values() for result in group)
    for dataset, end in ends.items():
        means = [_means(group, end) for (name, _), group in groups.items() if name == dataset]
        first = min(1, end)
        best, width = first, -1.0
        for budget in range(first, end + 1):
            values = [curve[budget] for curve in means]
            if max(values) - min(values) > width + _CLOSE:
                best, width = budget, max(values) - min(values)
        found[dataset] = best
    return found


def _means(group: Sequence[Result], end: int) -> list[float]:
    """(end + 1,) proven ratio at each budget, mean over the seeds."""
    curves = [curve[0] for result in group if (curve := result.curve(QUANTITIES[0])) is not None]
    return [sum(float(curve[r]) for curve in curves) / len(curves) for r in range(end + 1)]
