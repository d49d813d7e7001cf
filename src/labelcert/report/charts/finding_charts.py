"""Charts of findings: rankings of models, and effects of design choices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from labelcert.report.charts.chart_data import CurveRow, EffectRow
from labelcert.report.charts.palette import SHAPES
from labelcert.report.charts.study_charts import PAPER, POINTS, Look, finished, legend, sized
from labelcert.report.curves import COLLECTIVE, SAMPLE_WISE

if TYPE_CHECKING:
    import altair as alt

_ROW = 18
"""Pixels of height for each point."""

_LONG = 28
_TWO_LINES = (
    f"length(datum.label) > {_LONG} && indexof(datum.label, ' (') > 0 ? "
    "[slice(datum.label, 0, indexof(datum.label, ' (')), "
    "slice(datum.label, indexof(datum.label, ' (') + 1)] : datum.label"
)
"""A long label breaks before what stands in parentheses."""


def effect_chart(
    rows: Sequence[EffectRow], *, look: Look = PAPER, title: str | None = None
) -> alt.LayerChart:
    """What every design choice changes: mean difference with one standard error to either side."""
    import altair as alt

    x = (
        alt.X("mean:Q")
        .title("difference, in percentage points")
        .axis(labelExpr=POINTS, labelFlush=False, tickCount=10)
    )
    zero = alt.Chart(alt.Data(values=[{}])).mark_rule(color=look.palette.soft)
    points = _points([dict(row) for row in rows], "choice", "outcome", x, look)
    choices = len({row["choice"] for row in rows})
    look = look._replace(height=max(110, 3 * _ROW * choices))
    chart = alt.layer(zero.encode(x=alt.XDatum(0)), *points)
    return finished(sized(chart, look), look, title)


def ranking_chart(
    rows: Sequence[CurveRow], *, look: Look = PAPER, title: str | None = None
) -> alt.LayerChart:
    """Models, best first, with their certified ratios at one budget.

    rows: of `chart_data.curve_rows`, of one data set and budget.
    """
    import altair as alt

    scale = alt.Scale(domain=[0, 1], nice=False)
    budget = max((row["budget"] or 0 for row in rows), default=0)
    x = alt.X("mean:Q").title(f"predictions proven to survive a budget of {budget}")
    x = x.scale(scale).axis(format="%", labelFlush=False)
    of_ratios = [row for row in rows if row["panel"] in (SAMPLE_WISE, COLLECTIVE)]
    ordered = sorted(of_ratios, key=lambda row: (row["panel"] != SAMPLE_WISE, row["rank"]))
    look = look._replace(height=max(110, 2 * _ROW * len({row["model"] for row in ordered})))
    points = _points([dict(row) for row in ordered], "model", "panel", x, look)
    return finished(sized(alt.layer(*points), look), look, title)


def _points(
    values: Sequence[dict[str, Any]], row: str, series: str, x: alt.X, look: Look
) -> list[Any]:
    """Means with error bars; a row for each value of `row`, in their order."""
    import altair as alt

    rows = list(dict.fromkeys(value[row] for value in values))
    kinds = list(dict.fromkeys(value[series] for value in values))
    colour = alt.Scale(domain=kinds, range=list(look.palette.series[: len(kinds)]))
    shape = alt.Scale(domain=kinds, range=list(SHAPES[: len(kinds)]))
    told = legend(look, kinds)
    base = alt.Chart(alt.Data(values=list(values))).encode(
        y=alt.Y(f"{row}:N")
        .title(None)
        .sort(rows)
        .axis(labelLimit=190, ticks=False, labelExpr=_TWO_LINES),
        yOffset=alt.YOffset(f"{series}:N").sort(kinds),
        color=alt.Color(f"{series}:N").scale(colour).title(None).legend(told),
    )
    shapes = alt.Shape(f"{series}:N").scale(shape).title(None).legend(told)
    return [
        base.mark_rule(strokeWidth=2, opacity=0.55).encode(x=alt.X("low:Q"), x2="high:Q"),
        base.mark_point(filled=True, opacity=1, size=55).encode(x=x, shape=shapes),
    ]
