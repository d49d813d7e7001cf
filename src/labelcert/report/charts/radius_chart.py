"""The distribution of radii: a bar for each bin and model, from plain data (`radii`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from labelcert.report.charts.study_charts import PAPER, Look, finished, legend, rows_of, sized
from labelcert.report.radii import RadiusBin

if TYPE_CHECKING:
    import altair as alt

_WIDE = 46
"""Pixels of a bar from which on its label is written without a slant."""

_ANGLE = f"width < {_WIDE} * domain('x').length ? -45 : 0"

KINDS = ("right", "wrong")
"""Of predictions; bars of wrong ones are pale, on top of the others."""


class BarRow(TypedDict):
    """A bar: told is the bin in words, count how many predictions of a kind it has."""

    model: str
    told: str
    kind: str
    count: int


def bar_rows(model: str, bins: Sequence[RadiusBin]) -> list[BarRow]:
    """The bars of a model."""
    return [
        BarRow(model=model, told=one.told, kind=kind, count=count)
        for one in bins
        for kind, count in zip(KINDS, (one.right, one.wrong), strict=True)
    ]


def radius_bars(bins: Sequence[RadiusBin], unit: str, colour: str) -> alt.Chart:
    """The bars of one certificate, without a look of their own: below its curve."""
    import altair as alt

    values = [{"told": one.told, "count": one.right + one.wrong} for one in bins]
    counted = "flips" if unit == "flips" else "cost of flips"
    x = alt.X("told:O").sort(None).title(f"{counted} that predictions provably survive")
    return alt.Chart(alt.Data(values=values)).mark_bar(color=colour).encode(
        x=_labeled(x),
        y=alt.Y("count:Q").title("predictions"),
        tooltip=[alt.Tooltip("told:N").title("radius"), "count:Q"],
    )  # fmt: skip


def _labeled(x: alt.X) -> alt.X:
    import altair as alt

    return x.axis(labelAngle=alt.ExprRef(expr=_ANGLE), labelOverlap="greedy", grid=False)


def radius_chart(
    rows: Sequence[Mapping[str, Any]] | None,
    models: Sequence[str],
    *,
    look: Look = PAPER,
    title: str | None = None,
) -> alt.Chart:
    """How many predictions have which proven radius, models side by side.

    rows: of `bar_rows`; None leaves them to the page. models: of the whole study, in the order of
    their colours.
    """
    import altair as alt

    colours = [look.palette.series[i % len(look.palette.series)] for i in range(len(models))]
    x = alt.X("told:O").sort(None).title("flips that predictions provably survive")
    shown = models if rows is None else list(dict.fromkeys(row["model"] for row in rows))
    scale = alt.Scale(domain=list(models), range=colours)
    color = alt.Color("model:N").scale(scale).title(None)
    opacity = alt.Opacity("kind:O").sort(list(KINDS)).scale(domain=list(KINDS), range=[1, 0.4])
    opacity = opacity.title(None)
    key = alt.Legend(columns=look.columns) if look.legend else None
    bars = alt.Chart(rows_of(rows)).mark_bar().encode(
        x=_labeled(x),
        xOffset=alt.XOffset("model:N").sort(list(models)),
        y=alt.Y("sum(count):Q").title("predictions"),
        color=color.legend(legend(look, shown) if len(shown) > 1 else None),
        opacity=opacity.legend(key),
        order=alt.Order("kind:O"),
        tooltip=[alt.Tooltip("told:N").title("radius"), "kind:N", "count:Q", "model:N"],
    )  # fmt: skip
    return finished(sized(bars, look), look, title)
