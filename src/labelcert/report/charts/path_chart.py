"""`plot_path`: clean accuracy against certified flips over λ, as a chart on screen or in a file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, TypedDict

from labelcert._errors import InputError
from labelcert.report.atomic import write_bytes
from labelcert.report.charts.chart import check_suffix, render

if TYPE_CHECKING:
    import altair as alt

    from labelcert.studies.ridge_path import RidgePath

MEASURES = ("median_flips", "certified_accuracy")
_COLOUR = "#0072B2"


class PathRow(TypedDict):
    """One λ; value: the measure that is drawn, text: λ as it is written beside its point."""

    ridge: float
    text: str
    accuracy: float
    value: float


def path_rows(path: RidgePath, measure: str = MEASURES[0]) -> list[PathRow]:
    """What `plot_path` draws, a row a λ, ascending."""
    return [
        PathRow(
            ridge=point.ridge,
            text=f"{point.ridge:g}",
            accuracy=point.accuracy,
            value=float(getattr(point, measure)),
        )
        for point in path.points
    ]


def plot_path(
    path: RidgePath,
    file: str | os.PathLike[str] | None = None,
    *,
    measure: str = MEASURES[0],
    title: str | None = None,
) -> alt.LayerChart:
    """Draw what each λ costs in clean accuracy and what it buys, joined in the order of λ.

    file: also write the chart there, as `labelcert.plot` does. measure: "median_flips", or
    "certified_accuracy" at the budget of the path. Returns the Altair chart. Raises InputError for
    another suffix or measure, a path without points, or a file that cannot be written.
    """
    suffix = None if file is None else check_suffix(file)
    if measure not in MEASURES:
        raise InputError(f"measure={measure!r} is unknown: pass one of {', '.join(MEASURES)}.")
    if not path.points or path.points[0].certificate.num_test == 0:
        raise InputError("path has no points or no test points: there is nothing to draw.")
    chart = _chart(path, measure, title)
    if file is not None and suffix is not None:
        write_bytes(file, render(chart, suffix, title))
    return chart


def _chart(path: RidgePath, measure: str, title: str | None) -> alt.LayerChart:
    import altair as alt

    flips = measure == "median_flips"
    told = "median certified flips, a wrong prediction as −1"
    y = alt.Y("value:Q").title(told if flips else f"certified accuracy at {path.budget} flips")
    x = alt.X("accuracy:Q").title("accuracy, labels unflipped").scale(zero=False)
    if not flips:
        y = y.axis(format="%").scale(zero=True)
    rows = [dict(row) for row in path_rows(path, measure)]
    base = alt.Chart(alt.Data(values=rows)).encode(x=x.axis(format="%"), y=y)
    line = base.mark_line(color=_COLOUR, opacity=0.5).encode(order="ridge:Q")
    points = base.mark_point(filled=True, opacity=1, size=46, color=_COLOUR)
    points = points.encode(tooltip=["text:N", "accuracy:Q", "value:Q"])
    names = base.mark_text(align="left", dx=7, dy=-6).encode(text="text:N")
    heading = alt.TitleParams(title or "λ beside each point", anchor="start", fontSize=13)
    layers: Any = alt.layer(line, points, names, title=heading)
    return layers.properties(width=420, height=280)
