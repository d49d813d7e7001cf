"""`labelcert tune`: choose a model and its regularization by cross-validation."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from labelcert._errors import InputError
from labelcert.cli.certify import certify
from labelcert.cli.kernel_options import KernelCommand
from labelcert.cli.panels import CHOICE
from labelcert.cli.request import Request, from_options
from labelcert.cli.shared_options import with_options_of
from labelcert.cli.tune_tried import kernels_of, numbers_of, parse, without_tried

if TYPE_CHECKING:
    from labelcert.studies.tuning import Tuning

HELP = "\n\n".join(
    (
        "Choose a model and its regularization by cross-validation on the labeled nodes.",
        "Every candidate is trained on all folds but one and judged on the one left out. By "
        "default accuracy decides; --weight says how much certified accuracy at --budget counts, "
        "the share that is right and proven to stay so whichever labels the attacker flips. So "
        "--weight 1 chooses the regularization that is provably robust, not only accurate.",
    )
)

EPILOG = "\n\n".join(
    (
        "Examples:",
        "labelcert tune karate --try C=0.01,0.1,1,10",
        "labelcert tune cora_ml --binary --try depth=1,2 --budget 1 --weight 0.5",
        "labelcert tune karate --try model=gcn,appnp --try alpha=0.1,0.2 -o tuning.csv",
        "labelcert tune cora_ml --binary --try ridge=0.01,0.1,1,10,100 --chart trade.png",
        "labelcert tune table.csv --label class --new today.csv --standardize --try ridge=0.1,1,10",
    )
)

_NOT_HERE = (
    "C", "ridge", "max_flips", "collective", "worst_margins", "trusted",
    "direction", "costs", "groups", "group_budget", "bad_groups", "relaxed", "engine", "solver",
    "point_time_limit", "test", "plot", "report", "module", "weights", "layer",
    "parameters_from", "input_shape", "module_edges",
)  # fmt: skip
"""Options of certify that a choice by cross-validation has no use for."""

Try = Annotated[
    list[str] | None,
    typer.Option(
        "--try",
        help="Values to try, as NAME=V1,V2,…: C, ridge, model or an option of the model such as "
        "depth; may be repeated. C in 13 steps from 0.001 to 10 unless given.",
        metavar="NAME=V,…",
        rich_help_panel=CHOICE,
    ),
]
Folds = Annotated[int, typer.Option("--folds", help="Folds.", metavar="N", rich_help_panel=CHOICE)]
Budget = Annotated[
    str,
    typer.Option(
        "--budget",
        help="Flips that certified accuracy is taken at: a count, or a percentage of the labels "
        "trained on.",
        metavar="BUDGET",
        rich_help_panel=CHOICE,
    ),
]
Weight = Annotated[
    float,
    typer.Option(
        "--weight",
        help="Weight of certified accuracy, 0 to 1; the rest is accuracy.",
        metavar="X",
        rich_help_panel=CHOICE,
    ),
]


Chart = Annotated[
    Path | None,
    typer.Option(
        "--chart",
        help="Draw accuracy against certified flips (ridge), or against certified accuracy at "
        "--budget (C), to a .png, .svg or .html file.",
        metavar="FILE",
        rich_help_panel=CHOICE,
    ),
]


@with_options_of(certify, without=_NOT_HERE)
def tune(
    attempts: Try = None,
    folds: Folds = 4,
    budget: Budget = "0",
    weight: Weight = 0.0,
    chart: Chart = None,
    **shared: Any,
) -> None:
    """Turn the options into a request and run it; the help of the command is `HELP`."""
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(certify).parameters.items()
        if name in _NOT_HERE
    }
    request = from_options({**defaults, **shared})
    run_request(request, tuple(attempts or ()), folds, budget, weight, chart)


def run_request(
    request: Request,
    attempts: tuple[str, ...],
    folds: int,
    budget: str,
    weight: float,
    chart: Path | None = None,
) -> None:
    """Check, try, print, write; raises InputError."""
    from rich.console import Console

    from labelcert.cli.printing import tell_files
    from labelcert.cli.progress import live
    from labelcert.cli.tune_show import show_tuning
    from labelcert.report import plot_tuning

    values = parse(attempts)
    for path in request.outputs:
        if path.suffix.lower() not in (".csv", ".parquet"):
            raise InputError(f"output {str(path)!r} must end in .csv or .parquet.")
    _check_chart(chart, values, budget)
    if weight > 0 and budget.strip() in ("0", "0%"):
        raise InputError("--weight counts certified accuracy at --budget: pass a budget above 0.")
    judged = {"folds": folds, "budget": budget, "weight": weight}
    if request.parts is not None or request.votes is not None:
        raise InputError("--parts and --votes have no cross-validation here: leave them out.")
    of_rows = request.features is not None or "features" in values
    prepared: Any = _rows(request) if of_rows else _network(without_tried(request, values))
    with live(Console(stderr=True, highlight=False), request.quiet) as report:
        choose = _among_features if of_rows else _among_networks
        tuning = choose(request, prepared, values, judged, report)
    console = Console(highlight=False, emoji=False)
    if not request.quiet:
        show_tuning(console, request, tuning, prepared.graph.notes)
    _write(request, tuning)
    if chart is not None:
        plot_tuning(tuning, chart)
        if not request.quiet:
            tell_files(console, [chart])


def _network(request: Request) -> Any:
    """The data, the split and the network of a request, checked."""
    from labelcert.cli import session

    session.check(request)
    return session.prepare(request)


def _rows(request: Request) -> Any:
    """The rows, the split and the features of a request, checked."""
    from labelcert.cli import row_session

    row_session.check(request)
    return row_session.prepare_rows(request)


def _among_networks(
    request: Request, prepared: Any, values: dict[str, list[str]], judged: dict[str, Any],
    report: Any,
) -> Tuning:  # fmt: skip
    from labelcert.studies.tuning import tune as choose

    names = values.pop("model", [prepared.kernel.name])
    C, ridge = (numbers_of(values, name) for name in ("C", "ridge"))
    kernels = kernels_of(names, values, request.parameters)
    return choose(
        prepared.graph, prepared.split.labeled, kernels, C=C, ridge=ridge, **judged,
        seed=request.seed, time_limit=request.time_limit, n_jobs=request.jobs, progress=report,
    )  # fmt: skip


def _among_features(
    request: Request, prepared: Any, values: dict[str, list[str]], judged: dict[str, Any],
    report: Any,
) -> Tuning:  # fmt: skip
    from labelcert.features import find
    from labelcert.studies.feature_tuning import tune_features

    names = values.pop("features", [prepared.features.name])
    ridge = numbers_of(values, "ridge")
    if ridge is None or values:
        raise InputError(
            "--features goes with --try ridge=…, and --try features=…, alone: pass values of ridge."
        )
    return tune_features(
        prepared.rows.train, prepared.rows.labels, [find(name, request.seed) for name in names],
        ridge=ridge, **judged, seed=request.seed, time_limit=request.time_limit,
        n_jobs=request.jobs, progress=report,
    )  # fmt: skip


def _check_chart(chart: Path | None, values: dict[str, list[str]], budget: str) -> None:
    """Raise InputError for a chart that could not be drawn in the end."""
    from labelcert.report.charts.chart import check_suffix

    if chart is None:
        return
    check_suffix(chart)
    if "ridge" not in values and budget.strip() in ("0", "0%"):
        raise InputError("--chart shows certified accuracy at --budget: pass a budget above 0.")


def _write(request: Request, tuning: Tuning) -> None:
    from io import BytesIO

    from labelcert.report.atomic import write_bytes

    for path in request.outputs:
        frame, buffer = tuning.to_frame(), BytesIO()
        if path.suffix.lower() == ".csv":
            buffer.write(frame.to_csv(index=False).encode())
        else:
            frame.to_parquet(buffer, index=False)
        write_bytes(path, buffer.getvalue())


def register(app: typer.Typer) -> None:
    """Add the command to an application."""
    app.command("tune", cls=KernelCommand, help=HELP, epilog=EPILOG)(tune)
