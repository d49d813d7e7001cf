"""The heat map: radius of every test node under every model, drawn from `chart_data_heat`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from labelcert.report.charts.palette import Palette
from labelcert.report.charts.study_charts import PAPER, Look, finished, rows_of, sized

if TYPE_CHECKING:
    import altair as alt

ROW = 24
"""Height of a row in pixels."""


def heat_chart(
    rows: Sequence[Mapping[str, Any]] | None,
    models: Sequence[str],
    *,
    max_flips: int,
    top: int,
    look: Look = PAPER,
    title: str | None = None,
) -> alt.LayerChart:
    """Radius of every test node (columns) under every model (rows).

    rows: of `chart_data_heat.heat_rows`, of one data set and split; None leaves them to the page.
    max_flips: largest budget, at which radii are capped; top: the radius that has the last shade. A
    dot marks a radius that is an interval; its colour is that of the proven end.
    """
    import altair as alt

    base = alt.Chart(rows_of(rows)).encode(
        x=alt.X("node:O").sort(None).title("test node").axis(
            labelOverlap="greedy", labelSeparation=6, ticks=False, domain=False, labelAngle=0
        ),
        y=alt.Y("model:N").sort(list(models)).title(None).axis(
            ticks=False, domain=False, labelLimit=190, labelPadding=6
        ),
    )  # fmt: skip
    cells = base.mark_rect(stroke=look.palette.paper, strokeWidth=0.5)
    dots = base.transform_filter("datum.radius < datum.radius_upper && datum.mark === ''")
    radii = list(range(-1, top + 1))
    inks = alt.Scale(domain=radii, range=[look.palette.shade_ink(r, top) for r in radii])
    ink = alt.Color("radius:O").scale(inks).legend(None)
    layers: list[Any] = [
        cells.encode(fill=_shades(max_flips, top, look)),
        base.mark_text(fontSize=11).encode(text="mark:N", color=ink),
        dots.mark_point(filled=True, opacity=1, size=9).encode(color=ink),
    ]
    if rows is None:
        layers.append(_chosen_cell(base, look.palette))
    height = ROW * max(1, len({row["model"] for row in rows}) if rows is not None else len(models))
    return finished(sized(alt.layer(*layers), look._replace(height=height)), look, title)


def _shades(max_flips: int, top: int, look: Look) -> alt.Fill:
    import altair as alt

    domain = list(range(-1, top + 1))
    colours = [look.palette.shade(r, top) for r in domain]
    told = f"datum.value < 0 ? 'tie' : datum.value == {max_flips} ? datum.value + '+' : datum.value"
    step = max(1, -(-top // 10))
    values = [*range(0, top, step), top]
    legend = alt.Legend(title="radius", values=values, labelExpr=told, symbolType="square")
    fill = alt.Fill("radius:O").scale(domain=domain, range=colours)
    return fill.legend(legend if look.legend else None)


def _chosen_cell(base: Any, palette: Palette) -> Any:
    """A frame around the cell that the page's reader has chosen, by its two parameters."""
    import altair as alt

    node, model = alt.param(name="chosen_node", value=""), alt.param(name="chosen_model", value="")
    frame = base.transform_filter(
        "datum.node === chosen_node && datum.model === chosen_model"
    ).mark_rect(filled=False, stroke=palette.ink, strokeWidth=2.5)
    return frame.add_params(node, model)
