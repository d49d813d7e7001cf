"""Rankings of models: certified ratio or accuracy, at one budget or averaged over all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from labelcert.report.findings.averages import Estimate, estimate
from labelcert.report.results import QUANTITIES, Quantity, Result, by_model

ALL = "all data sets"
"""What stands for the data set where values are averaged over all of them."""

_TIE = 1e-9


@dataclass(frozen=True)
class Place:
    """Where a model stands among the models of a data set.

    budget: None for the average over the budgets 1 … max_flips. proven: over the seeds, of what is
    proven; its mean decides the rank, 1 is best, and equal means share a rank. upper: mean of what
    is not yet broken, equal to `proven.mean` where everything is exact. datasets: how many data
    sets the values are averaged over.
    """

    dataset: str
    model: str
    quantity: Quantity
    budget: int | None
    proven: Estimate
    upper: float
    rank: int = 0
    datasets: int = 1


class _Score(NamedTuple):
    seed: int
    proven: float
    upper: float


def rank(results: Sequence[Result]) -> list[Place]:
    """Rank the models of every data set by every quantity, at every budget and on average.

    Where there are several data sets, the averages are averaged over them too (data set `ALL`), a
    seed with all data sets of a model at a time, so that the standard error is one over seeds. The
    rows of one ranking follow one another, best first.
    """
    groups = by_model(results)
    places: list[Place] = []
    for quantity in QUANTITIES:
        for dataset in dict.fromkeys(key[0] for key in groups):
            models = {model: group for (name, model), group in groups.items() if name == dataset}
            last = max(r.max_flips for group in models.values() for r in group)
            for budget in (None, *range(last + 1)):
                found = [_place(dataset, m, quantity, budget, g) for m, g in models.items()]
                places += _ranked(place for place in found if place is not None)
        places += _ranked(_overall(groups, quantity))
    return places


def _place(
    dataset: str, model: str, quantity: Quantity, budget: int | None, group: Sequence[Result]
) -> Place | None:
    scores = [s for result in group if (s := _score(result, quantity, budget)) is not None]
    if not scores:
        return None
    upper = estimate(score.upper for score in scores).mean
    proven = estimate(score.proven for score in scores)
    return Place(dataset, model, quantity, budget, proven, upper)


def _score(result: Result, quantity: Quantity, budget: int | None) -> _Score | None:
    curve = result.curve(quantity)
    if curve is None or (budget is not None and budget > result.max_flips):
        return None
    first = min(1, result.max_flips)
    chosen = slice(first, None) if budget is None else slice(budget, budget + 1)
    return _Score(result.seed, float(curve[0][chosen].mean()), float(curve[1][chosen].mean()))


def _overall(groups: dict[tuple[str, str], list[Result]], quantity: Quantity) -> Iterable[Place]:
    """Averages over the data sets of each model, where there are several data sets."""
    if len({dataset for dataset, _ in groups}) < 2:
        return
    for model in dict.fromkeys(key[1] for key in groups):
        of_model = [group for (_, name), group in groups.items() if name == model]
        scored = [
            {s.seed: s for r in group if (s := _score(r, quantity, None)) is not None}
            for group in of_model
        ]
        scored = [scores for scores in scored if scores]
        if not scored:
            continue
        seeds = set(scored[0]).intersection(*scored)
        proven = estimate(estimate(s[seed].proven for s in scored).mean for seed in sorted(seeds))
        upper = estimate(estimate(s[seed].upper for s in scored).mean for seed in sorted(seeds))
        if seeds:
            yield Place(ALL, model, quantity, None, proven, upper.mean, datasets=len(scored))


def _ranked(places: Iterable[Place]) -> list[Place]:
    """Best first; models within rounding of each other share a rank."""
    ordered = sorted(places, key=lambda place: -place.proven.mean)
    ranked: list[Place] = []
    for i, place in enumerate(ordered):
        same = i > 0 and ordered[i - 1].proven.mean - place.proven.mean <= _TIE
        ranked.append(replace(place, rank=ranked[-1].rank if same else i + 1))
    return ranked
