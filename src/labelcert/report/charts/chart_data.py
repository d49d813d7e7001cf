"""What the charts of a study draw, as plain data: curves, gaps, effects.

Computed first and drawn second, so that figures can be tested, tabulated and drawn elsewhere.
"""

from __future__ import annotations

from typing import TypedDict

from labelcert.report.curves import COLLECTIVE, SAMPLE_WISE
from labelcert.report.findings import Findings
from labelcert.report.findings.averages import Estimate
from labelcert.report.results import ACCURACY, RATIO, Quantity

GAP = "gap"
PANELS: dict[str, str] = {
    "sample-wise": "Sample-wise: each prediction attacked alone",
    "collective": "Collective: one attacker against all at once",
    "accuracy": "Certified accuracy: robust and right, sample-wise",
    GAP: "Collective minus sample-wise ratio",
}
"""The charts over budgets, by key, with their titles."""

_PANEL_OF = {
    Quantity(SAMPLE_WISE, RATIO): "sample-wise",
    Quantity(COLLECTIVE, RATIO): "collective",
    Quantity(SAMPLE_WISE, ACCURACY): "accuracy",
}


class CurveRow(TypedDict):
    """A model at a budget in one of the `PANELS`.

    mean: over the seeds, of what is proven. error: its standard error, None where there is one
    seed. low, high: one error below and above it, ratios cut at 0 and 1, and equal to mean where
    there is one seed. upper: mean of what is not yet broken (of a gap: mean). budget: None for the
    average over the budgets 1 … last. last: as in `rankings.Place`. rank: 1 is highest; 0 of a gap,
    and of a model that lacks some of the data sets that are averaged over.
    """

    panel: str
    dataset: str
    model: str
    budget: int | None
    last: int | None
    mean: float
    error: float | None
    low: float
    high: float
    upper: float
    seeds: int
    rank: int


class EffectRow(TypedDict):
    """A design choice and what it changes; mean, error, low and high as in `CurveRow`.

    datasets: names of the data sets that the pairs come from, with semicolons between them.
    """

    choice: str
    outcome: str
    mean: float
    error: float | None
    low: float
    high: float
    seeds: int
    pairs: int
    datasets: str


def curve_rows(findings: Findings) -> list[CurveRow]:
    """All curves of a study, averages included; ratios stay within [0, 1]."""
    rows = [
        CurveRow(
            panel=_PANEL_OF[place.quantity],
            dataset=place.dataset,
            model=place.model,
            budget=place.budget,
            last=place.last,
            mean=place.proven.mean,
            error=place.proven.error,
            low=max(_band(place.proven)[0], 0.0),
            high=min(_band(place.proven)[1], 1.0),
            upper=place.upper,
            seeds=place.proven.number,
            rank=place.rank,
        )
        for place in findings.places
    ]
    for gap in findings.gaps:
        low, high = _band(gap.gap)
        rows.append(
            CurveRow(
                panel=GAP, dataset=gap.dataset, model=gap.model, budget=gap.budget,
                last=gap.last, mean=gap.gap.mean, error=gap.gap.error, low=low, high=high,
                upper=gap.gap.mean, seeds=gap.gap.number, rank=0,
            )
        )  # fmt: skip
    return rows


def effect_rows(findings: Findings) -> list[EffectRow]:
    """All effects, choices in words: "depth 1 → 2"."""
    return [
        EffectRow(
            choice=e.told,
            outcome=e.outcome,
            mean=e.difference.mean,
            error=e.difference.error,
            low=_band(e.difference)[0],
            high=_band(e.difference)[1],
            seeds=e.difference.number,
            pairs=e.pairs,
            datasets="; ".join(e.datasets),
        )
        for e in findings.effects
    ]


def _band(value: Estimate) -> tuple[float, float]:
    error = value.error or 0.0
    return value.mean - error, value.mean + error
