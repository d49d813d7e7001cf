"""Every chart of a study as files for a paper: `write_figures`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from labelcert._errors import InputError
from labelcert.report.atomic import write_bytes
from labelcert.report.charts.chart import vega_lite_version
from labelcert.report.charts.chart_data import GAP, PANELS, CurveRow, curve_rows, effect_rows
from labelcert.report.charts.chart_data_heat import heat_rows, highest
from labelcert.report.charts.finding_charts import effect_chart, ranking_chart
from labelcert.report.charts.heat_chart import heat_chart
from labelcert.report.charts.study_charts import PAPER, curve_chart, pair_chart
from labelcert.report.findings import find
from labelcert.report.frames import not_a_formula
from labelcert.report.nodes.scenes import scenes_of
from labelcert.report.results import Result, counted_labels
from labelcert.report.study_results import Evaluation

FORMATS = ("svg", "pdf", "png")
_FILES = {
    "sample-wise": "sample-wise-certified-ratio",
    "collective": "collective-certified-ratio",
    "accuracy": "sample-wise-certified-accuracy",
    GAP: "collective-minus-sample-wise",
}
_LONGEST = 60
_PAIR = PAPER._replace(width=330, height=240, columns=4)


def write_figures(
    evaluation: Evaluation,
    folder: Path,
    formats: Sequence[str] = FORMATS,
    progress: Callable[[float], None] = lambda share: None,
) -> list[Path]:
    """Write every chart of a study, and the data behind them, and return the paths.

    folder: made if it is not there; files of the same names in it are replaced. formats: of
    `FORMATS`. For each data set: certified ratios, sample-wise, collective and both; certified
    accuracy; collective minus sample-wise; the ranking; and the radii of its first seed, with a
    chart for each of its splits where models have different ones. Then the effects of design
    choices. The data are in curves.csv and effects.csv. progress: called with the
    share done. Raises InputError for another format, or what cannot be written.
    """
    for name in formats:
        if name not in FORMATS:
            raise InputError(f"format {name!r} is unknown: use {', '.join(FORMATS)}.")
    _make(folder)
    findings = find(evaluation.results)
    curves, effects = curve_rows(findings), effect_rows(findings)
    charts = dict(_charts(evaluation.results, curves, findings.telling))
    if effects:
        charts["effects-of-design-choices"] = effect_chart(effects)
    written: list[Path] = []
    for i, (name, chart) in enumerate(charts.items()):
        for suffix, content in _rendered(chart, formats):
            written.append(folder / f"{name}.{suffix}")
            write_bytes(written[-1], content)
        progress((i + 1) / len(charts))
    for name, rows in (("curves", curves), ("effects", effects)):
        if rows:
            written.append(_write_data(folder / f"{name}.csv", rows))
    return written


def _rendered(chart: Any, formats: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """The chart in every format, compiled once; PNG has twice the resolution of a screen."""
    import vl_convert

    svg = vl_convert.vegalite_to_svg(chart.to_dict(validate=False), vl_version=vega_lite_version())
    for name in formats:
        if name == "svg":
            yield name, svg.encode()
        elif name == "pdf":
            yield name, vl_convert.svg_to_pdf(svg)
        else:
            yield name, vl_convert.svg_to_png(svg, scale=2)


def _charts(
    results: Sequence[Result], curves: Sequence[CurveRow], telling: Mapping[str, int]
) -> Iterator[tuple[str, Any]]:
    """Names of files and charts, data set by data set."""
    models = list(dict.fromkeys(r.model for r in results))
    names = file_names(dict.fromkeys(r.dataset for r in results))
    for dataset, name in names.items():
        of_it = [r for r in results if r.dataset == dataset]
        rows = [r for r in curves if r["dataset"] == dataset]
        for what, chart in _of_dataset(of_it, models, rows, telling[dataset]):
            yield f"{name}-{what}", chart


def _of_dataset(
    results: Sequence[Result], models: Sequence[str], rows: Sequence[CurveRow], telling: int
) -> Iterator[tuple[str, Any]]:
    axis: dict[str, Any] = {
        "last": max(r.max_flips for r in results),
        "num_labeled": counted_labels(results),
    }
    panels = {
        panel: found
        for panel in PANELS
        if (found := [r for r in rows if r["panel"] == panel and r["budget"] is not None])
    }
    for panel, found in panels.items():
        yield _FILES[panel], curve_chart(found, models, panel, **axis)
    if "collective" in panels:
        both = {panel: panels[panel] for panel in ("sample-wise", "collective")}
        yield "sample-wise-and-collective", pair_chart(both, models, **axis, look=_PAIR)
    if len({r["model"] for r in rows}) > 1:
        yield "ranking", ranking_chart([r for r in rows if r["budget"] == telling])
    yield from _radii(results, models)


def _radii(results: Sequence[Result], models: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """The radii of the first seed, a chart for each of its splits, with the same shades."""
    seed = results[0].seed
    found, _ = scenes_of([r for r in results if r.seed == seed], _no_graph)
    scenes = [scene for scene in found if scene["tests"]]
    top = highest(scenes)
    for number, scene in enumerate(scenes, 1):
        shown = [m for m in models if any(v["model"] == m for v in scene["verdicts"])]
        chart = heat_chart(
            heat_rows(scene),
            shown,
            max_flips=scene["max_flips"],
            top=top,
            look=PAPER._replace(width=560),
        )
        split = "" if len(scenes) == 1 else f"-split-{number}"
        yield f"radii-seed-{seed}{split}", chart


def _no_graph(result: Result) -> Any:
    raise InputError("figures draw no graph.")


def file_names(titles: Iterable[str]) -> dict[str, str]:
    """A name for files for each title: lower-case letters, digits and dashes, all different."""
    names: dict[str, str] = {}
    for title in titles:
        name = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:_LONGEST] or "data"
        taken, number = name, 2
        while taken in names.values():
            taken, number = f"{name}-{number}", number + 1
        names[title] = taken
    return names


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"output {str(folder)!r} cannot be a folder ({error.strerror or error}): choose "
            "another path."
        ) from error


def _write_data(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    import pandas as pd

    safe = [{name: not_a_formula(value) for name, value in row.items()} for row in rows]
    text = pd.DataFrame.from_records(safe).to_csv(index=False, lineterminator="\n")
    write_bytes(path, text.encode())
    return path
