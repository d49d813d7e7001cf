"""`plot_tuning`: clean accuracy against what is certified, over C or λ, of cross-validation."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, TypedDict

from labelcert._errors import InputError
from labelcert.report.atomic import write_bytes
from labelcert.report.charts.chart import check_suffix, render
from labelcert.report.charts.path_chart import MEASURES

if TYPE_CHECKING:
    import altair as alt

    from labelcert.studies.tuning import Trial, Tuning

_COLOURS = (
    "#0072B2", "#D55E00", "#117733", "#AA3377", "#7A5C00", "#4D4D9F", "#00776B", "#8C2D04",
)  # fmt: skip
_SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")


class TuningRow(TypedDict):
    """One candidate; value: the measure that is drawn, text: its C or λ as written beside it."""

    model: str
    learner: float
    text: str
    accuracy: float
    value: float


def tuning_rows(tuning: Tuning, measure: str) -> list[TuningRow]:
    """What `plot_tuning` draws: a row a candidate, models in order, C or λ ascending."""
    names = _names(tuning)
    rows = [
        TuningRow(
            model=name,
            learner=next(iter(trial.learner.values())),
            text=f"{next(iter(trial.learner.values())):g}",
            accuracy=float(trial.accuracy.mean()),
            value=_value(trial, measure),
        )
        for name, trial in zip(names, tuning.trials, strict=True)
    ]
    return sorted(rows, key=lambda row: (row["model"], row["learner"]))


def measure_of(tuning: Tuning) -> str:
    """The median of certified flips where it is known of every candidate, else the share certified
    at the budget."""
    known = all(trial.flips is not None for trial in tuning.trials)
    return MEASURES[0] if known else MEASURES[1]


def plot_tuning(
    tuning: Tuning,
    file: str | os.PathLike[str] | None = None,
    *,
    measure: str | None = None,
    title: str | None = None,
) -> alt.LayerChart:
    """Draw what each C or λ costs in clean accuracy and what it buys, a line a model.

    file: also write the chart there, as `labelcert.plot` does. measure: "median_flips", which ridge
    regression alone has, or "certified_accuracy" at the budget of the tuning; by default the first
    where it is known. Returns the Altair chart. Raises InputError for another suffix or measure,
    a tuning without trials, or a file that cannot be written.
    """
    suffix = None if file is None else check_suffix(file)
    if not tuning.trials:
        raise InputError("tuning has no trials: there is nothing to draw.")
    chosen = measure_of(tuning) if measure is None else measure
    if chosen not in MEASURES:
        raise InputError(f"measure={measure!r} is unknown: pass one of {', '.join(MEASURES)}.")
    if chosen == MEASURES[0] and measure_of(tuning) != MEASURES[0]:
        raise InputError("measure='median_flips' is known of ridge regression only: pass another.")
    chart = _chart(tuning, chosen, title)
    if file is not None and suffix is not None:
        write_bytes(file, render(chart, suffix, title))
    return chart


def _value(trial: Trial, measure: str) -> float:
    if measure == MEASURES[1] or trial.flips is None:
        return float(trial.certified.mean())
    return float(trial.flips.mean())


def _names(tuning: Tuning) -> list[str]:
    """What each candidate's model is called: its name and the settings in which models differ."""
    settings = [{**t.settings} for t in tuning.trials]
    for one, trial in zip(settings, tuning.trials, strict=True):
        for name in trial.learner:
            one.pop(name)
    keys = list(dict.fromkeys(key for one in settings for key in one if key != "model"))
    varied = [key for key in keys if len({str(one.get(key)) for one in settings}) > 1]
    return [
        ", ".join([str(one["model"]), *(f"{k} {one[k]}" for k in varied if k in one)])
        for one in settings
    ]


def _chart(tuning: Tuning, measure: str, title: str | None) -> alt.LayerChart:
    import altair as alt

    flips = measure == MEASURES[0]
    name = next(iter(tuning.trials[0].learner))
    told = "median certified flips, a wrong prediction as −1"
    rows = [dict(row) for row in tuning_rows(tuning, measure)]
    models = list(dict.fromkeys(str(row["model"]) for row in rows))
    y = alt.Y("value:Q").title(told if flips else f"certified accuracy at {tuning.budget} flips")
    if not flips:
        y = y.axis(format="%").scale(zero=True)
    x = alt.X("accuracy:Q").title("accuracy of left-out folds, labels unflipped").scale(zero=False)
    legend: Any = None if len(models) == 1 else alt.Legend(title=None, orient="bottom")
    colours = [_COLOURS[i % len(_COLOURS)] for i in range(len(models))]
    shapes = [_SHAPES[i % len(_SHAPES)] for i in range(len(models))]
    colour = alt.Color("model:N", legend=legend).scale(domain=models, range=colours)
    shape = alt.Shape("model:N", legend=legend).scale(domain=models, range=shapes)
    base = alt.Chart(alt.Data(values=rows)).encode(x=x.axis(format="%"), y=y, color=colour)
    line = base.mark_line(opacity=0.5).encode(order="learner:Q")
    points = base.mark_point(filled=True, opacity=1, size=46).encode(
        shape=shape, tooltip=["model:N", "text:N", "accuracy:Q", "value:Q"]
    )
    names = base.mark_text(align="left", dx=7, dy=-6).encode(text="text:N")
    symbol = "λ" if name == "ridge" else name
    heading = alt.TitleParams(title or f"{symbol} beside each point", anchor="start", fontSize=13)
    layers: Any = alt.layer(line, points, names, title=heading)
    return layers.properties(width=420, height=280)
