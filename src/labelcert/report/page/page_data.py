"""Everything that the page shows, as one JSON-able document; nothing is computed in the browser.

Data sets, models and panels are numbers there, positions in "datasets", "models" and "panels"; the
rows of tables are lists in the order of "columns".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from labelcert.report.charts.chart_data import PANELS, CurveRow, curve_rows, effect_rows
from labelcert.report.charts.chart_data_heat import MOST_MARKED, highest
from labelcert.report.charts.finding_charts import effect_chart
from labelcert.report.charts.heat_chart import ROW, heat_chart
from labelcert.report.charts.palette import PAGE, SHAPES
from labelcert.report.charts.radius_chart import radius_chart
from labelcert.report.charts.study_charts import Look, curve_chart
from labelcert.report.findings import Findings
from labelcert.report.findings.averages import estimate
from labelcert.report.nodes.graph_source import GraphSource
from labelcert.report.nodes.scenes import MOST_TESTS, Scene, scenes_of
from labelcert.report.results import Result, by_model, common_budgets, counted_labels

_LOOK = Look(palette=PAGE, width="container", height=250, legend=False)
_MOST_VERDICTS = 30_000
"""Test nodes of all scenes and models together that single figures are shown of."""

_COLUMNS = (
    "panel", "dataset", "model", "budget", "mean", "error", "low", "high", "upper", "seeds", "rank",
)  # fmt: skip


def page_data(
    results: Sequence[Result],
    findings: Findings,
    graphs: GraphSource,
    progress: Callable[[float], None] = lambda share: None,
    first: int | None = None,
) -> dict[str, Any]:
    """The document; results with names told apart, at least one.

    first: the test node that is opened first, None for the weakest.
    """
    models = list(dict.fromkeys(r.model for r in results))
    datasets = list(dict.fromkeys(r.dataset for r in results))
    rows = curve_rows(findings)
    panels = [p for p in PANELS if any(row["panel"] == p for row in rows)]
    most = max(20, min(MOST_TESTS, _MOST_VERDICTS // len(results)))
    scenes, pictures = scenes_of(results, graphs, most, progress, first)
    data = [_dataset(name, results, scenes, findings.telling[name]) for name in datasets]
    return {
        "datasets": data,
        "models": models,
        "shapes": list(SHAPES),
        "mostMarked": MOST_MARKED,
        "heatRow": ROW,
        "panels": [{"key": p, "title": PANELS[p]} for p in panels],
        "columns": _COLUMNS,
        "rows": [_row(row, panels, datasets, models) for row in rows if row["dataset"] in datasets],
        "clean": _clean(results, datasets, models),
        "first": first,
        "scenes": scenes,
        "pictures": pictures,
        "specs": _specs(data, models, panels, findings),
    }


def _dataset(
    name: str, results: Sequence[Result], scenes: Sequence[Scene], telling: int
) -> dict[str, Any]:
    of_it = [r for r in results if r.dataset == name]
    record = of_it[0].record
    return {
        "name": name,
        "unit": "cost" if counted_labels(of_it) is None else "flips",
        "labels": record["num_labeled"],
        "tests": record["num_test"],
        "nodes": record["dataset"]["nodes"],
        "edges": record["dataset"]["edges"],
        "last": max(r.max_flips for r in of_it),
        "common": common_budgets(of_it)[name],
        "telling": telling,
        "seeds": sorted({r.seed for r in of_it}),
        "top": highest(scene for scene in scenes if scene["dataset"] == name),
    }


def _row(
    row: CurveRow, panels: Sequence[str], datasets: Sequence[str], models: Sequence[str]
) -> list[Any]:
    places: dict[str, Sequence[str]] = {"panel": panels, "dataset": datasets, "model": models}
    values: Mapping[str, Any] = row
    return [
        places[name].index(values[name]) if name in places else _rounded(values[name])
        for name in _COLUMNS
    ]


def _rounded(value: Any) -> Any:
    return round(value, 5) if isinstance(value, float) else value


def _clean(
    results: Sequence[Result], datasets: Sequence[str], models: Sequence[str]
) -> list[list[Any]]:
    """Clean accuracy: data set, model, mean, standard error, seeds."""
    table: list[list[Any]] = []
    for (dataset, model), group in by_model(results).items():
        known = [a for r in group if (a := r.record["accuracy"]) is not None]
        if not known:
            continue
        found = estimate(known)
        where = datasets.index(dataset), models.index(model)
        table.append([*where, _rounded(found.mean), _rounded(found.error), found.number])
    return table


def _specs(
    datasets: Sequence[Mapping[str, Any]],
    models: Sequence[str],
    panels: Sequence[str],
    findings: Findings,
) -> dict[str, Any]:
    """Charts as Vega-Lite: "all" of them, and the numbers of those for curves by data set and
    panel, and for heat maps by data set; data sets with the same axes share them. "bars" is the
    chart of radii of many test nodes; "effects" is a chart or None."""
    found: list[dict[str, Any]] = []
    numbers: dict[Any, int] = {}

    def number(key: Any, make: Callable[[], Any]) -> int:
        if key not in numbers:
            numbers[key] = len(found)
            found.append(page_spec(make()))
        return numbers[key]

    curves: list[list[int]] = []
    heat: list[int] = []
    for about in datasets:
        labels = about["labels"] if about["unit"] == "flips" else None
        last, top = about["last"], about["top"]
        axes: dict[str, Any] = {"last": last, "num_labeled": labels, "look": _LOOK}
        curves.append(
            [
                number((p, last, labels), partial(curve_chart, None, models, p, **axes))
                for p in panels
            ]
        )
        map_of = partial(heat_chart, None, models, max_flips=last, top=top, look=_LOOK)
        heat.append(number((last, top), map_of))
    effects = effect_rows(findings)
    look = _LOOK._replace(legend=True, columns=1)
    chart = page_spec(effect_chart(effects, look=look)) if effects else None
    bars = page_spec(radius_chart(None, models, look=_LOOK))
    return {"all": found, "curves": curves, "heat": heat, "bars": bars, "effects": chart}


def page_spec(chart: Any) -> dict[str, Any]:
    """Vega-Lite without the address of its schema, and without a description of every mark: the
    page describes its charts in words and tables."""
    spec = chart.to_dict(validate=False)
    del spec["$schema"]
    spec["config"] |= {"aria": False, "background": "transparent", "padding": 4}
    return spec
