"""Rankings of models: certified ratio or accuracy, at one budget or averaged over several."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from labelcert.report.findings.averages import Estimate, estimate
from labelcert.report.findings.telling import telling_budgets
from labelcert.report.results import QUANTITIES, Quantity, Result, by_model, common_budgets

ALL = "all data sets"
"""What stands for the data set where values are averaged over all of them."""

UNRANKED = 0
"""Rank of a model that lacks some of the data sets that are averaged over."""

_TIE = 1e-9


@dataclass(frozen=True)
class Place:
    """Where a model stands among the models of a data set.

    budget: None for the average over the budgets 1 … last. last: the largest budget that all
    results of the data set have; the budget itself where there is one; None over all data sets, of
    which each is taken at its most telling budget (`telling`). proven: over the seeds, of what is
    proven; its mean decides the rank, 1 is best, and equal means share a rank. upper: mean of what
    is not yet broken, equal to `proven.mean` where everything is exact. datasets: how many data
    sets the values are averaged over. rank: `UNRANKED` for a model that lacks some of them.
    """

    dataset: str
    model: str
    quantity: Quantity
    budget: int | None
    last: int | None
    proven: Estimate
    upper: float
    rank: int = UNRANKED
    datasets: int = 1


class _Score(NamedTuple):
    seed: int
    proven: float
    upper: float


_Groups = dict[tuple[str, str], list[Result]]


def rank(results: Sequence[Result]) -> list[Place]:
    """Rank the models of every data set by every quantity, at every budget and on average.

    Averages go over the budgets that all results of a data set have, for every model's ratio falls
    with the budget. Where there are several data sets, values at the most telling budget of each
    are averaged over them too (data set `ALL`), a seed with all data sets of a model at a time, so
    that the standard error is one over seeds. There, models that have all data sets are ranked,
    and those that lack some follow without a rank: an average over other data sets says nothing of
    who is better.
    The rows of one ranking follow one another, best first.
    """
    groups = by_model(results)
    ends = common_budgets(results)
    at = telling_budgets(groups)
    places: list[Place] = []
    for quantity in QUANTITIES:
        for dataset, end in ends.items():
            models = {model: group for (name, model), group in groups.items() if name == dataset}
            most = max(r.max_flips for group in models.values() for r in group)
            for budget in (None, *range(most + 1)):
                budgets = (
                    range(min(1, end), end + 1) if budget is None else range(budget, budget + 1)
                )
                found = (
                    _place(dataset, m, quantity, budget, budgets, g) for m, g in models.items()
                )
                places += _ranked([place for place in found if place is not None])
        if len(ends) > 1:
            places += _overall(groups, at, quantity)
    return places


def _place(
    dataset: str,
    model: str,
    quantity: Quantity,
    budget: int | None,
    budgets: range,
    group: Sequence[Result],
) -> Place | None:
    scores = [s for result in group if (s := _score(result, quantity, budgets)) is not None]
    # A mean over some of the seeds could rise with the budget, which no ratio does.
    if not scores or any(budgets[-1] > r.max_flips for r in group if r.curve(quantity)):
        return None
    upper = estimate(score.upper for score in scores).mean
    proven = estimate(score.proven for score in scores)
    return Place(dataset, model, quantity, budget, budgets[-1], proven, upper)


def _score(result: Result, quantity: Quantity, budgets: range) -> _Score | None:
    """Means over the budgets, or None where a result does not have them all."""
    curve = result.curve(quantity)
    if curve is None or budgets[-1] > result.max_flips:
        return None
    lower, upper = (float(ends[budgets.start : budgets.stop].mean()) for ends in curve)
    return _Score(result.seed, lower, upper)


def _overall(groups: _Groups, at: dict[str, int], quantity: Quantity) -> list[Place]:
    """Averages over the data sets: models that have all of them ranked, then the others."""
    found = [
        place
        for model in dict.fromkeys(key[1] for key in groups)
        if (place := _over_datasets(groups, at, quantity, model)) is not None
    ]
    scored = {
        dataset
        for (dataset, _), group in groups.items()
        if any(result.curve(quantity) is not None for result in group)
    }
    complete = [place for place in found if place.datasets == len(scored)]
    others = [place for place in found if place.datasets < len(scored)]
    others.sort(key=lambda place: (-place.datasets, -place.proven.mean))
    return [*_ranked(complete), *others]


def _over_datasets(
    groups: _Groups, at: dict[str, int], quantity: Quantity, model: str
) -> Place | None:
    """A model's average over the data sets that it has, over the seeds that all of them have."""
    scored: list[dict[int, _Score]] = []
    for (dataset, name), group in groups.items():
        if name == model:
            budgets = range(at[dataset], at[dataset] + 1)
            scores = (_score(result, quantity, budgets) for result in group)
            scored.append({score.seed: score for score in scores if score is not None})
    scored = [scores for scores in scored if scores]
    seeds = sorted(set[int]().union(*scored).intersection(*scored))
    if not seeds:
        return None
    proven = estimate(estimate(s[seed].proven for s in scored).mean for seed in seeds)
    upper = estimate(estimate(s[seed].upper for s in scored).mean for seed in seeds)
    return Place(ALL, model, quantity, None, None, proven, upper.mean, datasets=len(scored))


def _ranked(places: Iterable[Place]) -> list[Place]:
    """Best first; models within rounding of each other share a rank."""
    ordered = sorted(places, key=lambda place: -place.proven.mean)
    ranked: list[Place] = []
    for i, place in enumerate(ordered):
        same = i > 0 and ordered[i - 1].proven.mean - place.proven.mean <= _TIE
        ranked.append(replace(place, rank=ranked[-1].rank if same else i + 1))
    return ranked
