"""`plot`: certified ratio against the attacker's budget, as a chart on screen or in a file.

Altair is imported only here, and files are made by vl-convert without a network.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping, Sequence
from io import BytesIO, StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates import Certificate
from labelcert.report.atomic import write_bytes
from labelcert.report.charts.palette import LIGHT, Palette
from labelcert.report.curves import COLLECTIVE, SAMPLE_WISE, CurvePoint, curve_records
from labelcert.report.radii import MANY, radius_bins

if TYPE_CHECKING:
    import altair as alt

SUFFIXES = (".png", ".svg", ".pdf", ".html", ".json")
_MOST_TICKS = 11
_MOST_MARKED = 40
# Two colours of Okabe and Ito that stay apart for colour-blind readers; shape and dash repeat them.
_KINDS = {SAMPLE_WISE: ("#0072B2", "circle", [1, 0]), COLLECTIVE: ("#D55E00", "square", [5, 3])}
_LEGEND = {
    SAMPLE_WISE: "sample-wise: each attacked alone",
    COLLECTIVE: "collective: all attacked at once",
}


def plot(
    certificate: Certificate,
    path: str | os.PathLike[str] | None = None,
    *,
    title: str | None = None,
) -> alt.LayerChart | alt.VConcatChart:
    """Draw the share of predictions proven to survive each budget: flips, or what they cost.

    Of more than 200 test points it draws how radii are distributed too, as a histogram below.

    certificate: its collective curve is drawn too where it has one. A shaded band is what is still
    open: its lower edge is proven, nothing above its upper edge survives.
    path: also write the chart there: .png (twice the screen's resolution), .svg, .pdf, .html (one
    file that needs no network) or .json (Vega-Lite).
    title: printed above the chart.

    Returns the Altair chart. Raises InputError for another suffix, a certificate without test
    points, or a file that cannot be written.
    """
    suffix = None if path is None else check_suffix(path)
    if certificate.num_test == 0:
        raise InputError("certificate has no test points: there is no curve to draw.")
    chart = _with_radii(certificate, title)
    if path is not None and suffix is not None:
        write_bytes(path, render(chart, suffix, title))
    return chart


def _with_radii(certificate: Certificate, title: str | None) -> alt.LayerChart | alt.VConcatChart:
    """The curve, and below it the histogram of radii where there are many."""
    import altair as alt

    from labelcert.report.charts.radius_chart import radius_bars

    if certificate.num_test <= MANY:
        return styled(_curve(certificate, title))
    bins = radius_bins(certificate.radius, np.ones(certificate.num_test, dtype=bool))
    bars = radius_bars(bins, certificate.unit, _KINDS[SAMPLE_WISE][0])
    bars = bars.properties(width=460, height=160)
    both = alt.vconcat(_curve(certificate, None), bars, spacing=24)  # the title over its legend
    return styled(both.properties(title=title) if title else both)


def check_suffix(path: str | os.PathLike[str]) -> str:
    """The lower-case suffix of a chart's file; InputError if it is none of `SUFFIXES`."""
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(
            f"plot {str(path)!r} has the suffix {suffix!r}: use one of {', '.join(SUFFIXES)}."
        )
    return suffix


def render(chart: alt.LayerChart | alt.VConcatChart, suffix: str, title: str | None) -> bytes:
    """The chart as the bytes of a file with that suffix."""
    if suffix == ".json":
        return chart.to_json().encode()
    save: Any = chart.save
    if suffix in (".svg", ".html"):
        text = StringIO()
        inline = {"inline": True} if suffix == ".html" else {}
        save(text, format=suffix[1:], **inline)
        content = text.getvalue()
        if suffix == ".html" and title:
            # Altair puts the title into a script as it is: "</script>" in it would end the script.
            quoted = json.dumps(title)
            content = content.replace(quoted, quoted.replace("<", "\\u003c"))
        return content.encode()
    binary = BytesIO()
    save(binary, format=suffix[1:], scale_factor=2 if suffix == ".png" else 1)
    return binary.getvalue()


def _curve(certificate: Certificate, title: str | None) -> alt.LayerChart:
    import altair as alt

    records = curve_records(certificate)
    base = alt.Chart(alt.Data(values=[_row(record) for record in records])).encode(
        x=x_axis(certificate), color=_colour(records)
    )
    points = base.mark_point(filled=True, opacity=1, size=_point_size(certificate))
    points = points.encode(shape=_shape(records), tooltip=_tooltip(certificate.unit))
    dashes = {kind: _KINDS[kind][2] for kind in _kinds(records)}
    still_open = any(record["lower"] < record["upper"] for record in records)
    return _ratios(base, points, "kind", dashes, still_open, title)


def ratio_chart(
    base: alt.Chart,
    points: alt.Chart,
    series: str,
    dashes: Mapping[str, Sequence[int]],
    still_open: bool,
    title: str | None,
) -> alt.LayerChart:
    """Certified ratios as steps, with markers, over the band of what is still open.

    base: records with "lower" and "upper", their x and colour. points: the markers, without y.
    series: the field that tells curves apart; dashes: the dash of each of its values.
    """
    return styled(_ratios(base, points, series, dashes, still_open, title))


def _ratios(
    base: alt.Chart,
    points: alt.Chart,
    series: str,
    dashes: Mapping[str, Sequence[int]],
    still_open: bool,
    title: str | None,
) -> alt.LayerChart:
    """`ratio_chart` without its look, which charts of several have once."""
    import altair as alt

    lower = alt.Y("lower:Q").title("predictions proven to survive")
    lower = lower.scale(domain=[0, 1], nice=False).axis(format="%", values=[0, 0.25, 0.5, 0.75, 1])
    layers: list[Any] = []
    if still_open:
        band = base.mark_area(interpolate="step-after", opacity=0.18, clip=True)
        layers.append(band.encode(y=lower, y2="upper:Q"))
    for value, dash in dashes.items():  # a dash by encoding would fray the legend's symbols
        one = base.transform_filter(f"datum.{series} === '{value}'")
        line = one.mark_line(interpolate="step-after", strokeWidth=2, strokeDash=list(dash))
        layers.append(line.encode(y=lower))
    layers.append(points.encode(y=lower))
    chart: Any = alt.layer(*layers).properties(width=460, height=280)
    if title or still_open:
        chart = chart.properties(title=_title(title, still_open))
    return chart


def _title(title: str | None, still_open: bool) -> alt.Title:
    """The title, with a line on open intervals where there are any."""
    import altair as alt

    note = "shaded: neither proven nor broken"
    if not title:
        return alt.Title(note, fontSize=12, fontWeight="normal", color=LIGHT.soft)
    return alt.Title(title, subtitle=note) if still_open else alt.Title(title)


def _row(record: CurvePoint) -> dict[str, Any]:
    row: dict[str, Any] = {**record, "curve": _LEGEND[record["kind"]]}
    if math.isnan(record["share_of_labels"]):  # which JSON cannot tell
        del row["share_of_labels"]
    return row


def _kinds(records: list[CurvePoint]) -> list[str]:
    return list(dict.fromkeys(record["kind"] for record in records))


def _point_size(certificate: Certificate) -> int:
    """Markers only where they do not run into each other; else just a hint of one."""
    return 46 if certificate.max_flips <= _MOST_MARKED else 4


def x_axis(certificate: Certificate) -> alt.X:
    """The axis of budgets of a certificate."""
    c = certificate
    return budget_axis("flips", c.max_flips, c.num_labeled if c.unit == "flips" else None)


def vega_lite_version() -> str:
    """The version of Vega-Lite that Altair writes, as vl-convert names it: "6.4"."""
    import altair as alt

    return alt.SCHEMA_VERSION.removeprefix("v").rsplit(".", 1)[0]


def budget_axis(field: str, last: int, num_labeled: int | None) -> alt.X:
    """The axis of budgets 0 … last: flips as counts and as shares of the labels, or, without
    num_labeled, what they cost."""
    import altair as alt

    if num_labeled is not None:
        # Two lines a tick: the count, and below it the share of the labels.
        label = f"[format(datum.value, 'd'), format(datum.value / {num_labeled}, '.2~p')]"
        title = f"flipped labels (count, and share of the {num_labeled} labels)"
    else:
        label, title = "format(datum.value, 'd')", "attacker's budget (cost of the flipped labels)"
    return (
        alt.X(f"{field}:Q")
        .title(title)
        .scale(domain=[0, max(last, 1)], nice=False)
        .axis(values=_ticks(max(last, 1)), labelExpr=label, labelFlush=False, grid=False)
    )


def _ticks(last: int) -> list[int]:
    """Round numbers from 0 to last, at most eleven."""
    step, factor = 1, 0
    while last / step >= _MOST_TICKS:
        step = (1, 2, 5)[factor % 3] * 10 ** (factor // 3)
        factor += 1
    return list(range(0, last + 1, step))


def _colour(records: list[CurvePoint]) -> alt.Color:
    import altair as alt

    kinds = _kinds(records)
    scale = alt.Scale(domain=[_LEGEND[k] for k in kinds], range=[_KINDS[k][0] for k in kinds])
    return alt.Color("curve:N").scale(scale).title(None)


def _shape(records: list[CurvePoint]) -> alt.Shape:
    import altair as alt

    kinds = _kinds(records)
    scale = alt.Scale(domain=[_LEGEND[k] for k in kinds], range=[_KINDS[k][1] for k in kinds])
    return alt.Shape("curve:N").scale(scale).title(None)


def _tooltip(unit: str) -> list[alt.Tooltip]:
    import altair as alt

    share = alt.Tooltip("share_of_labels:Q").title("share of the labels").format(".1%")
    flips = alt.Tooltip("flips:Q")
    return [
        *([flips.title("flipped labels"), share] if unit == "flips" else [flips.title("cost")]),
        alt.Tooltip("kind:N").title("certificate"),
        alt.Tooltip("lower:Q").title("proven to survive").format(".1%"),
        alt.Tooltip("upper:Q").title("not known to break").format(".1%"),
    ]


def styled(chart: Any, palette: Palette = LIGHT) -> alt.LayerChart:
    """The chart in the look that all charts share."""
    ink, soft = palette.ink, palette.soft
    font = "Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif"
    return (
        chart.configure(font=font, background=palette.paper, padding=12)
        .configure_view(stroke=None)
        .configure_axis(
            domainColor=soft, tickColor=soft, gridColor=palette.grid, labelColor=soft,
            labelFontSize=12, titleColor=ink, titleFontSize=13, titleFontWeight="normal",
            titlePadding=10, labelLineHeight=15,
        )
        .configure_legend(
            orient="top", direction="horizontal", labelColor=ink, labelFontSize=13, symbolSize=70,
            columnPadding=24, offset=8, labelLimit=300, symbolOpacity=1, symbolStrokeWidth=0,
        )
        .configure_title(
            anchor="start", color=ink, fontSize=15, fontWeight="bold", offset=8, limit=520,
            subtitleColor=soft, subtitleFontSize=12, subtitlePadding=4,
        )
    )  # fmt: skip
