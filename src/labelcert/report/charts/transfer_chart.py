"""What trained networks of finite width did beside a certificate, by width and by margin.

Plain data first (`transfer_rows`), charts second: for files (`plot_transfer`) and for the page.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from labelcert._errors import InputError
from labelcert.report.atomic import write_bytes
from labelcert.report.charts.chart import check_suffix, render
from labelcert.report.charts.palette import SHAPES
from labelcert.report.charts.study_charts import PAPER, Look, finished, legend, sized

if TYPE_CHECKING:
    import altair as alt

    from labelcert.studies.transfer.results import Transfer

WIDTHS, WITNESSES, CERTIFIED = "widths", "witnesses", "certified"
PANELS: dict[str, tuple[str, str]] = {
    WIDTHS: ("Trained networks by width", "share of predictions or pairs"),
    WITNESSES: ("Witnesses, by the margin beyond 0", "witnesses that break the network too"),
    CERTIFIED: ("Certified pairs, by the margin left", "certified pairs that change"),
}
"""The charts, by key: title, and what the vertical axis is a share of."""

_MEASURES = {
    "agreement": "clean predictions agree",
    "broken": "witnesses break it too",
    "changed": "certified pairs change",
}
_LOOK = PAPER._replace(width=290, height=240, columns=1)
_APART = 0.11
"""Series stand so far apart in log2 of the width, that their error bars can be told."""

_BESIDE = 0.3, 0.07
"""Room beside the first and the last width: at least the first, in log2, and the second as a share
of the axis, so that no point touches it."""


class TransferRow(TypedDict):
    """A share of one series at a width, in one of the `PANELS`.

    share: mean over seeds, 0 to 1. low, high: one standard error below and above it, cut at 0 and
    1, and equal to it where there is one seed. pairs: how many it counts, over all seeds, None
    where it counts predictions. place: where it is drawn, close to the width.
    """

    panel: str
    series: str
    width: int
    place: float
    share: float
    error: float | None
    low: float
    high: float
    pairs: int | None


def transfer_rows(found: Transfer) -> list[TransferRow]:
    """What the charts draw; shares of nothing are left out."""
    counted = {"agreement": None, "broken": "witnesses", "changed": "pairs"}
    rows: list[TransferRow] = []
    for row in found.summary().to_dict("records"):
        for name, told in _MEASURES.items():
            pairs = counted[name]
            rows += _row(WIDTHS, told, row, name, None if pairs is None else row[pairs])
    for row in found.by_margin().to_dict("records"):
        panel = CERTIFIED if row["certified"] else WITNESSES
        rows += _row(panel, _range_told(row["least"]), row, "changed", row["pairs"])
    for panel in PANELS:
        of_it = [row for row in rows if row["panel"] == panel]
        names = _series(of_it)
        for row in of_it:
            shift = _APART * (names.index(row["series"]) - (len(names) - 1) / 2)
            row["place"] = row["width"] * 2**shift
    return rows


def plot_transfer(
    found: Transfer,
    path: str | os.PathLike[str] | None = None,
    *,
    title: str | None = None,
) -> alt.HConcatChart:
    """See `Transfer.plot`, which this is."""
    import altair as alt

    suffix = None if path is None else check_suffix(path)
    rows = transfer_rows(found)
    if not rows:
        raise InputError(
            "the measurement has no trained network, or no prediction to compare it with: there is "
            "nothing to draw."
        )
    parts = [
        sized(panel_chart(rows, panel, _LOOK), _LOOK).properties(title=PANELS[panel][0])
        for panel in PANELS
        if any(row["panel"] == panel for row in rows)
    ]
    whole: Any = alt.hconcat(*parts, spacing=34)
    whole = whole.resolve_scale(color="independent", shape="independent")
    chart = finished(whole, _LOOK, title)
    if path is not None and suffix is not None:
        write_bytes(path, render(chart, suffix, title))
    return chart


def panel_chart(rows: Sequence[TransferRow], panel: str, look: Look = _LOOK) -> alt.LayerChart:
    """One of the `PANELS`: lines over widths, with a bar of one standard error to either side."""
    import altair as alt

    of_it = [row for row in rows if row["panel"] == panel]
    names, widths = _series(of_it), sorted({row["width"] for row in of_it})
    colour = alt.Scale(domain=names, range=list(look.palette.series[: len(names)]))
    shape = alt.Scale(domain=names, range=list(SHAPES[: len(names)]))
    told: Any = legend(look, names)
    if told is not None:  # below, so that panels of many series and of few begin at one height
        told.orient = "bottom"
    beside = max(_BESIDE[0], _BESIDE[1] * math.log2(max(widths) / min(widths)))
    ends = [min(widths) / 2**beside, max(widths) * 2**beside]
    top = 1.0
    if panel == CERTIFIED:  # most are near 0: a whole scale would hide them
        top = max(0.2, math.ceil(5 * max(row["high"] for row in of_it)) / 5)
    y = alt.Y("share:Q").title(PANELS[panel][1]).scale(domain=[0, top], nice=False)
    base = alt.Chart(alt.Data(values=[dict(row) for row in of_it])).encode(
        x=alt.X("place:Q")
        .title("width of the networks")
        .scale(type="log", base=2, domain=ends, nice=False)
        .axis(values=widths, format=",d", grid=False, labelFlush=False, labelOverlap=True),
        y=y.axis(format=".3~%", values=[top * quarter / 4 for quarter in range(5)]),
        color=alt.Color("series:N").scale(colour).title(None).legend(told),
    )
    points = base.mark_point(filled=True, opacity=1, size=50).encode(
        shape=alt.Shape("series:N").scale(shape).title(None).legend(told),
        tooltip=["series:N", "width:Q", "share:Q", "error:Q", "pairs:Q"],
    )
    bars = base.mark_rule(strokeWidth=2, opacity=0.55).encode(y=alt.Y("low:Q"), y2="high:Q")
    layers: Any = alt.layer(bars, base.mark_line(strokeWidth=1.5, opacity=0.7), points)
    return layers


def _row(
    panel: str, series: str, row: dict[Any, Any], name: str, pairs: int | None
) -> list[TransferRow]:
    share, error = float(row[name]), float(row[f"{name}_error"])
    if math.isnan(share):
        return []
    spread = 0.0 if math.isnan(error) else error
    return [
        TransferRow(
            panel=panel,
            series=series,
            width=int(row["width"]),
            place=float(row["width"]),
            share=share,
            error=None if math.isnan(error) else error,
            low=max(0.0, share - spread),
            high=min(1.0, share + spread),
            pairs=None if pairs is None else int(pairs),
        )
    ]


def _range_told(least: float) -> str:
    from labelcert.studies.transfer.results import MARGINS

    above = [edge for edge in MARGINS if edge > least]
    if least <= 0:
        return f"below {above[0]:g}"
    return f"{least:g} to {above[0]:g}" if above else f"{least:g} and more"


def _series(rows: Sequence[TransferRow]) -> list[str]:
    """Names of series: measures in their order, margins from the smallest on."""
    from labelcert.studies.transfer.results import MARGINS

    order = [*_MEASURES.values(), *map(_range_told, MARGINS)]
    return sorted({row["series"] for row in rows}, key=order.index)
