"""`labelcert transfer`: what a certificate says of trained networks of finite width, measured."""

from __future__ import annotations

import inspect
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from labelcert._errors import InputError
from labelcert.cli.certify import certify
from labelcert.cli.kernel_options import KernelCommand
from labelcert.cli.panels import MEASUREMENT
from labelcert.cli.request import Request, from_options
from labelcert.cli.shared_options import with_options_of

if TYPE_CHECKING:
    from rich.table import Table

    from labelcert.cli.memory import Memory
    from labelcert.cli.session import Prepared
    from labelcert.studies.transfer.results import Transfer

HELP = "\n\n".join(
    (
        "Measure whether trained networks of finite width do what a certificate says.",
        "The certificate is one of infinitely wide networks. Here networks of given widths are "
        "trained on the clean labels, under its witnesses, and under random and the strongest "
        "flips within its radii; the table tells how often they agree with it. Needs torch: "
        "pip install 'labelcert[torch]'.",
    )
)

EPILOG = "\n\n".join(
    (
        "Examples:",
        "labelcert transfer karate",
        "labelcert transfer karate --widths 64,1024,8192 --seeds 5 --store karate.jsonl",
        "labelcert transfer cora_ml --binary -C 0.075 --test 50 -o cora.json",
        "labelcert transfer karate --plot karate.svg --report karate.html",
    )
)

_NOT_HERE = (
    "collective", "worst_margins", "trusted", "direction", "costs", "groups", "group_budget",
    "bad_groups", "relaxed", "engine", "solver", "point_time_limit", "module", "weights",
    "layer", "parameters_from", "input_shape", "module_edges", "jobs", "new",
    "standardize",
)  # fmt: skip
"""Options of certify that a measurement has no use for."""


def _option(name: str, text: str, metavar: str | None = None) -> Any:
    return typer.Option(name, help=text, metavar=metavar, rich_help_panel=MEASUREMENT)


Widths = Annotated[str, _option("--widths", "Units of the hidden layers.", "N,…")]
Seeds = Annotated[int, _option("--seeds", "Random starts of each width.", "N")]
Attacks = Annotated[
    int, _option("--attacks", "The most label vectors; beyond width 1024 ever fewer.", "N")
]
Random = Annotated[
    int, _option("--random", "Random sets of flips for each number of them within a radius.", "N")
]
AsBuilt = Annotated[
    bool,
    _option("--as-built", "Do not subtract the networks' outputs before training, as most do not."),
]
Store = Annotated[
    Path | None, _option("--store", "File that keeps what is done, to go on from.", "FILE")
]
TrainLimit = Annotated[
    float | None, _option("--train-limit", "Seconds after which no more is trained.", "SECONDS")
]


@with_options_of(certify, without=_NOT_HERE)
def transfer(
    widths: Widths = "64,128,256,512,1024",
    seeds: Seeds = 5,
    attacks: Attacks = 60,
    random: Random = 10,
    as_built: AsBuilt = False,
    store: Store = None,
    train_limit: TrainLimit = None,
    **shared: Any,
) -> None:
    """Turn the options into a request and run it; the help of the command is `HELP`."""
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(certify).parameters.items()
        if name in _NOT_HERE
    }
    request = from_options({**defaults, **shared})
    options = {
        "widths": _whole_numbers(widths), "seeds": seeds, "attacks": attacks, "random": random,
        "centred": not as_built, "store": store, "time_limit": train_limit,
    }  # fmt: skip
    run_request(request, options)


def run_request(request: Request, options: dict[str, Any]) -> None:
    """Check, certify, train, print, write; raises InputError."""
    from rich.console import Console

    from labelcert.cli import session
    from labelcert.cli.memory import watched
    from labelcert.cli.printing import tell_files
    from labelcert.cli.progress import live
    from labelcert.cli.request import DEFAULT_MAX_FLIPS
    from labelcert.studies.transfer.measuring import transfer as measure

    for path in request.outputs:
        if path.suffix.lower() not in (".csv", ".json"):
            raise InputError(f"output {str(path)!r} must end in .csv or .json.")
    session.check(request)
    prepared = session.prepare(request)
    C, ridge = session.learner(request)
    with live(Console(stderr=True, highlight=False), request.quiet) as report, watched() as memory:
        found = measure(
            prepared.graph, prepared.split, prepared.kernel, C=C, ridge=ridge,
            max_flips=request.max_flips or DEFAULT_MAX_FLIPS,
            certify_time_limit=request.time_limit, progress=report, **options,
        )  # fmt: skip
    console = Console(highlight=False, emoji=False)
    if not request.quiet:
        _show(console, found)
    _write(request, found)
    _draw(request, found, prepared, memory)
    written = [*request.outputs, *request.plots, *request.reports]
    if written and not request.quiet:
        tell_files(console, written)


def _whole_numbers(text: str) -> list[int]:
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() for part in parts):
        raise InputError(f"--widths {text!r} is no list of whole numbers: write 64,128.")
    return [int(part) for part in parts]


def _show(console: Any, found: Transfer) -> None:
    from rich.text import Text

    from labelcert.cli.printing import head

    how = "centred" if found.centred else "as built"
    head(console, f"Trained networks of finite width, {how}: shares, ± standard errors over seeds")
    console.print(_table(found))
    if len(found.by_margin()):
        head(console, "By the kernel machine's margin under the attack")
        console.print(_margins(found))
    elif found.records:
        console.print(_nothing(found))
    if found.stopped:
        console.print(Text(f"Not all networks were trained: {found.stopped}.", style="yellow"))


def _nothing(found: Transfer) -> str:
    """Why there is no pair to count."""
    if not (found.certificate.radius >= 0).any():
        return "Every clean prediction of the kernel machine is a tie or open: no pair to count."
    return "No attack, or no clean prediction shared with the certificate: no pair to count."


def _table(found: Transfer) -> Table:
    from labelcert.cli.printing import plain_table

    table = plain_table()
    names = ("width", "seeds", "agree, clean", "witnesses", "break it too", "certified", "change")
    for name in names:
        table.add_column(name, justify="right")
    for row in found.summary().to_dict("records"):
        table.add_row(
            str(row["width"]), str(row["seeds"]), _share(row, "agreement"), str(row["witnesses"]),
            _share(row, "broken"), str(row["pairs"]), _share(row, "changed"),
        )  # fmt: skip
    return table


def _margins(found: Transfer) -> Table:
    from labelcert.cli.printing import plain_table

    table = plain_table()
    for name in ("width", "pairs of", "margin from", "pairs", "change"):
        table.add_column(name, justify="right")
    for row in found.by_margin().to_dict("records"):
        kind = "certified" if row["certified"] else "witness"
        table.add_row(
            str(row["width"]), kind, f"{row['least']:g}", str(row["pairs"]), _share(row, "changed")
        )
    return table


def _share(row: dict[Any, Any], name: str) -> str:
    """A share in percent with its error, where it has one."""
    share, error = row[name], row[f"{name}_error"]
    if math.isnan(share):
        return "–"
    return f"{100 * share:.1f}%" + ("" if math.isnan(error) else f" ± {100 * error:.1f}")


def _write(request: Request, found: Transfer) -> None:
    import json

    from labelcert._atomic import write_bytes

    for path in request.outputs:
        summary = found.summary()
        if path.suffix.lower() == ".csv":
            write_bytes(path, summary.to_csv(index=False).encode())
            continue
        document = {
            "format": "labelcert transfer",
            "centred": found.centred,
            "stopped": found.stopped,
            "by_width": json.loads(summary.to_json(orient="records")),
            "by_margin": json.loads(found.by_margin().to_json(orient="records")),
            "certificate": json.loads(found.certificate.to_json()),
        }
        write_bytes(path, (json.dumps(document, indent=1) + "\n").encode())


def _draw(request: Request, found: Transfer, prepared: Prepared, memory: Memory) -> None:
    """Charts, and pages of the certificate with a section on the networks."""
    from labelcert.cli.outputs import write_reports
    from labelcert.cli.session import run_of_rows
    from labelcert.cli.show import title_of
    from labelcert.report.page.transfer_section import transfer_section

    if not request.plots and not request.reports:
        return
    kernel = prepared.kernel
    model = {"name": kernel.name, "parameters": dict(kernel.settings())}
    run = run_of_rows(prepared, model, found.certificate, memory)
    for path in request.plots:
        found.plot(path, title=title_of(run))
    sections = [transfer_section(found)]
    write_reports(request, run, prepared.graph, prepared.threat.told, sections=sections)


def register(app: typer.Typer) -> None:
    """Add the command to an application."""
    app.command("transfer", cls=KernelCommand, help=HELP, epilog=EPILOG)(transfer)
