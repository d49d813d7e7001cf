"""The charts of a study, drawn with Altair from the plain data of `chart_data`.

The same functions draw for paper and for the page; a palette tells them apart. Names of data sets
and models are values only: never part of an expression, a field name or a selector.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from labelcert.report.charts.chart import budget_axis, styled
from labelcert.report.charts.chart_data import GAP, PANELS
from labelcert.report.charts.palette import DASHES, LIGHT, SHAPES, Palette

if TYPE_CHECKING:
    import altair as alt

ROWS = "rows"
"""Name of the data of a chart whose rows the page fills in."""


class Look(NamedTuple):
    """How a chart is drawn.

    palette: its colours. width: in pixels, "container" for as wide as the page lets it. legend:
    whether to draw one, for the page has its own of models; columns: of the legend.
    """

    palette: Palette = LIGHT
    width: int | str = 460
    height: int = 280
    legend: bool = True
    columns: int = 3


PAPER = Look()
"""For files."""


def curve_chart(
    rows: Sequence[Mapping[str, Any]] | None,
    models: Sequence[str],
    panel: str,
    *,
    last: int,
    num_labeled: int | None,
    look: Look = PAPER,
    title: str | None = None,
) -> alt.LayerChart:
    """Curves over the budgets 0 … last, one a model, with a band of one standard error.

    rows: of `chart_data.curve_rows`, of one panel and data set, without averages; None leaves them
    to the page. models: of the whole study, in the order of their colours. num_labeled: None where
    the budget is a cost. A dotted line is what is not yet broken, where that is not what is proven.
    """
    chart = _curves(rows, models, panel, last, num_labeled, look)
    return finished(sized(chart, look), look, title)


def pair_chart(
    pair: Mapping[str, Sequence[Mapping[str, Any]]],
    models: Sequence[str],
    *,
    last: int,
    num_labeled: int | None,
    look: Look = PAPER,
) -> alt.HConcatChart:
    """Two charts of curves side by side with one legend; pair: rows by panel, as `curve_chart`."""
    import altair as alt

    parts = [
        sized(_curves(rows, models, panel, last, num_labeled, look), look).properties(
            title=PANELS[panel]
        )
        for panel, rows in pair.items()
    ]
    return finished(alt.hconcat(*parts, spacing=30), look, None)


def _curves(
    rows: Sequence[Mapping[str, Any]] | None,
    models: Sequence[str],
    panel: str,
    last: int,
    num_labeled: int | None,
    look: Look,
) -> Any:
    import altair as alt

    present = None if rows is None else {row["model"] for row in rows}
    colour, dash, shape = (
        _series(channel, models, look, present) for channel in ("color", "strokeDash", "shape")
    )
    base = alt.Chart(rows_of(rows)).encode(
        x=_x(last, num_labeled, look),
        color=colour,
    )
    still_open = base.transform_filter("datum.upper > datum.mean + 1e-9")
    points = base.mark_point(filled=True, opacity=1, size=42 if last <= 40 else 6)
    layers: list[Any] = [
        base.mark_area(opacity=0.16, clip=True).encode(y=_y(panel, "low"), y2="high:Q"),
        base.mark_line(strokeWidth=2, clip=True).encode(y=_y(panel, "mean"), strokeDash=dash),
        points.encode(y=_y(panel, "mean"), shape=shape),
    ]
    if panel != GAP:
        dotted = still_open.mark_line(strokeWidth=1.5, strokeDash=[1, 3])
        layers.insert(1, dotted.encode(y=_y(panel, "upper")))
    if rows is None:
        layers.insert(0, _chosen_budget(look.palette))
    return alt.layer(*layers)


POINTS = "abs(datum.value) < 1e-9 ? '0' : format(100 * datum.value, '+.3~g')"


def rows_of(rows: Sequence[Mapping[str, Any]] | None) -> Any:
    """Rows as a chart's data; None: those that the page fills in."""
    import altair as alt

    return alt.NamedData(ROWS) if rows is None else alt.Data(values=[dict(row) for row in rows])


def _x(last: int, num_labeled: int | None, look: Look) -> alt.X:
    axis = budget_axis("budget", last, num_labeled)
    if look.width != "container":
        return axis
    return axis.title("budget (cost)" if num_labeled is None else f"flips of {num_labeled} labels")


def _y(panel: str, field: str) -> alt.Y:
    import altair as alt

    y = alt.Y(f"{field}:Q")
    if panel == GAP:
        return y.title("percentage points").axis(labelExpr=POINTS)
    title = "right and proven to survive" if panel == "accuracy" else "proven to survive"
    percent = alt.Axis(format="%", values=[0, 0.25, 0.5, 0.75, 1])
    return y.title(f"predictions {title}").scale(domain=[0, 1], nice=False).axis(percent)


def _series(
    channel: str, models: Sequence[str], look: Look, present: Collection[str] | None
) -> Any:
    """Colour, shape or dash of the models; the legend tells the first two, of those present."""
    import altair as alt

    colours = look.palette.series
    ranges: dict[str, list[Any]] = {
        "color": [colours[i % len(colours)] for i in range(len(models))],
        "shape": [SHAPES[i % len(SHAPES)] for i in range(len(models))],
        "strokeDash": [list(DASHES[i // len(colours) % len(DASHES)]) for i in range(len(models))],
    }
    scale = alt.Scale(domain=list(models), range=ranges[channel])
    if channel == "strokeDash":  # in a legend it would fray the symbols
        return alt.StrokeDash("model:N").scale(scale).legend(None)
    made = alt.Color if channel == "color" else alt.Shape
    shown = [name for name in models if present is None or name in present]
    return made("model:N").scale(scale).title(None).legend(legend(look, shown))


def legend(look: Look, values: Sequence[str]) -> alt.Legend | None:
    """The legend of a chart that has one."""
    import altair as alt

    if not look.legend:
        return None
    return alt.Legend(columns=look.columns, labelLimit=220, values=list(values))


def _chosen_budget(palette: Palette) -> Any:
    """A vertical line at the budget that the page's reader has chosen."""
    import altair as alt

    chosen = alt.param(name="budget", value=1)
    rule = alt.Chart(alt.Data(values=[{}])).mark_rule(color=palette.soft, strokeDash=[3, 3])
    x = alt.XDatum(alt.ExprRef(expr=chosen.name), type="quantitative")
    return rule.encode(x=x).add_params(chosen)


def sized(chart: Any, look: Look) -> Any:
    """The chart in its size."""
    if look.width == "container":
        chart = chart.properties(autosize={"type": "fit-x", "contains": "padding"})
    return chart.properties(width=look.width, height=look.height)


def finished(chart: Any, look: Look, title: str | None) -> Any:
    """The chart with its title, in the look that all charts share."""
    return styled(chart.properties(title=title) if title else chart, look.palette)
