"""`plot_advice`: certified ratio before and after the labels of an advice are verified."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypedDict

from labelcert._errors import InputError
from labelcert.certificates import Advice
from labelcert.report.atomic import write_bytes
from labelcert.report.charts.chart import check_suffix, ratio_chart, render, x_axis

if TYPE_CHECKING:
    import altair as alt

# The colours and shapes of `labelcert.report.charts.chart`: the first is where one starts.
_STYLES = (("#0072B2", "circle", [5, 3]), ("#D55E00", "square", [1, 0]))


class AdvicePoint(TypedDict):
    """One budget of one curve; ratios in [0, 1], lower is proven, upper is not yet broken.

    flips: the budget, in the unit of the certificates.
    """

    flips: int
    curve: str
    lower: float
    upper: float


def advice_records(advice: Advice) -> list[AdvicePoint]:
    """The curves before and after, one record a budget 0 … max_flips, first those of before."""
    count = len(advice.steps)
    after = f"with {count} label{'s' if count != 1 else ''} verified"
    return [
        AdvicePoint(flips=r, curve=curve, lower=bounds[0], upper=bounds[1])
        for curve, certificate in (("as it is", advice.before), (after, advice.after))
        for r in certificate.budgets.tolist()
        for bounds in (certificate.certified_ratio_bounds(r),)
    ]


def plot_advice(
    advice: Advice, path: str | os.PathLike[str] | None = None, *, title: str | None = None
) -> alt.LayerChart:
    """Draw the share of predictions proven to survive, before and after the advice.

    path: also write the chart there, as `labelcert.plot` does. A shaded band is what is still open.
    Returns the Altair chart. Raises InputError for another suffix, an advice without test points,
    or a file that cannot be written.
    """
    suffix = None if path is None else check_suffix(path)
    if advice.before.num_test == 0:
        raise InputError("advice has no test points: there is no curve to draw.")
    chart = _chart(advice, title)
    if path is not None and suffix is not None:
        write_bytes(path, render(chart, suffix, title))
    return chart


def _chart(advice: Advice, title: str | None) -> alt.LayerChart:
    import altair as alt

    records = advice_records(advice)
    curves = list(dict.fromkeys(record["curve"] for record in records))
    colour = alt.Scale(domain=curves, range=[style[0] for style in _STYLES])
    shape = alt.Scale(domain=curves, range=[style[1] for style in _STYLES])
    base = alt.Chart(alt.Data(values=[dict(record) for record in records])).encode(
        x=x_axis(advice.before), color=alt.Color("curve:N").scale(colour).title(None)
    )
    points = base.mark_point(filled=True, opacity=1, size=46)
    points = points.encode(shape=alt.Shape("curve:N").scale(shape).title(None))
    dashes = {curve: style[2] for curve, style in zip(curves, _STYLES, strict=True)}
    still_open = any(record["lower"] < record["upper"] for record in records)
    return ratio_chart(base, points, "curve", dashes, still_open, title)
