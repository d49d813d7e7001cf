"""`labelcert tune`: choose a model and its regularization by cross-validation."""

from __future__ import annotations

import inspect
import shlex
from itertools import product
from typing import TYPE_CHECKING, Annotated, Any

import typer

from labelcert._errors import InputError
from labelcert.cli.certify import certify
from labelcert.cli.kernel_options import KernelCommand, flag_of, word_of
from labelcert.cli.panels import CHOICE
from labelcert.cli.request import Request, from_options
from labelcert.cli.shared_options import with_options_of

if TYPE_CHECKING:
    from rich.table import Table

    from labelcert.kernels import Kernel
    from labelcert.studies.tuning import Trial, Tuning

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


@with_options_of(certify, without=_NOT_HERE)
def tune(
    attempts: Try = None,
    folds: Folds = 4,
    budget: Budget = "0",
    weight: Weight = 0.0,
    **shared: Any,
) -> None:
    """Turn the options into a request and run it; the help of the command is `HELP`."""
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(certify).parameters.items()
        if name in _NOT_HERE
    }
    request = from_options({**defaults, **shared})
    run_request(request, tuple(attempts or ()), folds, budget, weight)


def run_request(
    request: Request, attempts: tuple[str, ...], folds: int, budget: str, weight: float
) -> None:
    """Check, try, print, write; raises InputError."""
    from rich.console import Console

    from labelcert.cli import session
    from labelcert.cli.progress import live
    from labelcert.studies.tuning import tune as choose

    values = parse(attempts)
    for path in request.outputs:
        if path.suffix.lower() not in (".csv", ".parquet"):
            raise InputError(f"output {str(path)!r} must end in .csv or .parquet.")
    session.check(request)
    if weight > 0 and budget.strip() in ("0", "0%"):
        raise InputError("--weight counts certified accuracy at --budget: pass a budget above 0.")
    prepared = session.prepare(request)
    names = values.pop("model", [prepared.kernel.name])
    C, ridge = (_numbers(values, name) for name in ("C", "ridge"))
    kernels = kernels_of(names, values, request.parameters)
    with live(Console(stderr=True, highlight=False), request.quiet) as report:
        tuning = choose(
            prepared.graph, prepared.split.labeled, kernels, C=C, ridge=ridge, folds=folds,
            budget=budget, weight=weight, seed=request.seed, time_limit=request.time_limit,
            n_jobs=request.jobs, progress=report,
        )  # fmt: skip
    console = Console(highlight=False, emoji=False)
    if not request.quiet:
        _show(console, request, tuning, prepared.graph.notes)
    _write(request, tuning)


def parse(attempts: tuple[str, ...]) -> dict[str, list[str]]:
    """NAME=V1,V2,… as lists of texts by name; raises InputError."""
    found: dict[str, list[str]] = {}
    for text in attempts:
        name, _, values = text.partition("=")
        name = name.strip().replace("-", "_")
        parts = [part.strip() for part in values.split(",") if part.strip()]
        if not name or not parts:
            raise InputError(f"--try {text!r} is not NAME=V1,V2: for example --try C=0.1,1.")
        if name in found:
            raise InputError(f"--try names {name} twice: list all its values once.")
        found[name] = parts
    return found


def _numbers(values: dict[str, list[str]], name: str) -> list[float] | None:
    if name not in values:
        return None
    found: list[float] = []
    for text in values.pop(name):
        try:
            found.append(float(text))
        except ValueError:
            raise InputError(f"--try {name} has the value {text!r}: pass numbers.") from None
    return found


def kernels_of(
    names: list[str], values: dict[str, list[str]], fixed: dict[str, str]
) -> list[Kernel]:
    """Every combination of values for every model; a model ignores options that only others have.

    Raises InputError for a model, option or value that does not exist.
    """
    from labelcert.kernels import registry

    known = {name: {p.name for p in registry.find(name).parameters()} for name in names}
    for option in values:
        if not any(option in options for options in known.values()):
            registry.from_text(names[0], {option: values[option][0]})  # says what there is
    found: list[Kernel] = []
    for name in names:
        mine = {option: tried for option, tried in values.items() if option in known[name]}
        rest = {option: value for option, value in fixed.items() if option not in mine}
        for chosen in product(*mine.values()):
            kernel = registry.from_text(name, rest | dict(zip(mine, chosen, strict=True)))
            if kernel not in found:
                found.append(kernel)
    return found


def _show(console: Any, request: Request, tuning: Tuning, notes: tuple[str, ...]) -> None:
    from rich.text import Text

    from labelcert.cli.show import text

    best = tuning.best
    if notes:
        console.print(Text.assemble(("read", "bold"), "  ", text("; ".join(notes))))
        console.print()
    console.print(_table(tuning))
    if tuning.stopped:
        console.print(Text(f"Not all candidates were tried: {tuning.stopped}.", style="yellow"))
    console.print()
    command = text(certify_command(request, best))
    console.print(Text.assemble(("best", "bold"), "  ", command), soft_wrap=True)


def certify_command(request: Request, best: Trial) -> str:
    """The line that certifies a choice on the data and the split that it was made on."""
    data: dict[str, Any] = {
        "edges": request.edges,
        "label": request.label,
        "id": request.id,
        "drop": request.drop,
        "keep": request.keep,
        "drop_class": request.drop_classes,
        "new": request.new,
        "standardize": request.standardize,
        "binary": request.binary,
        "largest_component": request.largest_component,
        "split": request.split,
        "train": request.train,
    }
    defaults = inspect.signature(certify).parameters
    for name in ("per_class", "validation", "seed"):
        value = getattr(request, name)
        data[name] = None if value == defaults[name].default else value
    words = ["labelcert", "certify", request.dataset]
    for name, value in data.items():
        option = f"--{name.replace('_', '-')}"
        if value is True:
            words.append(option)
        elif value is not None and value is not False:
            for one in value if isinstance(value, tuple) else (value,):
                words += [option, str(one)]
    words += ["--model", best.kernel.name, *_kernel_words(best.kernel)]
    for name, value in best.learner.items():
        words += [f"--{name}", str(value)]
    return shlex.join(words)


def _kernel_words(kernel: Kernel) -> list[str]:
    """The settings of a kernel as options of certify; a None only where it is no default."""
    from labelcert.kernels import registry

    own = inspect.signature(certify).parameters
    defaults = {p.name: p.default for p in registry.find(kernel.name).parameters()}
    words: list[str] = []
    for name, value in registry.arguments_of(kernel).items():
        if value is not None or defaults[name] is not None:
            words += [flag_of(name, own), word_of(value)]
    return words


def _table(tuning: Tuning) -> Table:
    from labelcert.cli.show import percent, plain_table

    varied = _varied(tuning.trials)
    certified = f"certified at {tuning.budget}"
    table = plain_table()
    ridge = any(trial.flips is not None for trial in tuning.trials)
    flips = ("median flips",) if ridge else ()
    for name in (*varied, "score", "accuracy", certified, *flips, "decided"):
        table.add_column(name, justify="right")
    for trial in tuning.trials[:20]:
        settings = trial.settings
        table.add_row(
            *(str(settings.get(name, "")) for name in varied),
            f"{trial.score:.3f}",
            percent(float(trial.accuracy.mean())),
            percent(float(trial.certified.mean())),
            *(() if trial.flips is None else (f"{trial.flips.mean():.1f}",)),
            percent(trial.exact),
        )
    return table


def _varied(trials: tuple[Trial, ...]) -> list[str]:
    """Names of the settings in which candidates differ, the learner's always."""
    names = list(dict.fromkeys(name for trial in trials for name in trial.settings))
    return [
        name
        for name in names
        if name in ("C", "ridge") or len({str(trial.settings.get(name)) for trial in trials}) > 1
    ]


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
