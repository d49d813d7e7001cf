"""`labelcert advise`: which labels to verify first, and what that proves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from labelcert._errors import InputError
from labelcert.cli import options as opt
from labelcert.cli.certify import certify
from labelcert.cli.kernel_options import KernelCommand
from labelcert.cli.request import Request, from_options
from labelcert.cli.shared_options import with_options_of

if TYPE_CHECKING:
    from labelcert.certificates import Advice
    from labelcert.cli.progress import Report
    from labelcert.cli.session import Prepared
    from labelcert.report.document import Run

# One line a paragraph: the shell wraps them.
HELP = "\n\n".join(
    (
        "Choose the labels whose verification certifies most.",
        "A verified label is trusted: the attacker cannot flip it any more. Step by step, the "
        "label is chosen after which most predictions are certified at --budget, or, where that "
        "is equal, after which the mean radius is largest. What is told of every step is proven.",
        "A label is trusted as it stands. Where verifying shows that it is wrong, correct it and "
        "ask again.",
    )
)

EPILOG = "\n\n".join(
    (
        "Examples:",
        "labelcert advise karate --k 3 --max-flips 3 --budget 1",
        "labelcert advise cora_ml --binary -C 0.075 --test 50 --max-flips 2 --plot advice.png",
        "labelcert advise karate --max-flips 3 -o advice.csv",
    )
)


@with_options_of(certify, without=("collective", "worst_margins", "bad_groups", "report"))
def advise(k: opt.Count = 5, budget: opt.AtBudget = None, **shared: Any) -> None:
    """Turn the options into a request and run it; the help of the command is `HELP`."""
    run_request(
        from_options({**shared, "collective": False, "worst_margins": False, "bad_groups": 0}),
        k,
        budget,
    )


def run_request(request: Request, k: int, budget: str | None) -> None:
    """Check, choose, print, write; raises InputError."""
    # The engines and their compiler are imported only now, so that --help stays fast.
    from rich.console import Console

    from labelcert.cli import session
    from labelcert.cli.advise_show import show_advice
    from labelcert.cli.progress import live
    from labelcert.cli.show import tell_files, title_of
    from labelcert.intake.budgets import as_count

    session.check(request)
    if k < 1:
        raise InputError(f"k={k} is not allowed: pass an integer of 1 or more.")
    if budget is not None:
        as_count(budget, 0, "budget")
    prepared = session.prepare(request)
    with live(Console(stderr=True, highlight=False), request.quiet) as report:
        advice, run = _execute(prepared, k, budget, report)
    console = Console(highlight=False, emoji=False)
    if not request.quiet:
        show_advice(console, advice, run, prepared.threat.told, request.time_limit)
    _write(request, advice, run, title_of(run))
    if (request.outputs or request.plots) and not request.quiet:
        tell_files(console, [*request.outputs, *request.plots])


def _execute(prepared: Prepared, k: int, budget: str | None, report: Report) -> tuple[Advice, Run]:
    from labelcert.certificates import advise as find
    from labelcert.cli import session
    from labelcert.cli.memory import watched

    request = prepared.request
    blocks = session.compute(prepared, report)
    C, ridge = session.learner(request)
    with watched() as memory:
        advice = find(
            blocks.gram,
            blocks.cross,
            prepared.labels,
            C=C,
            ridge=ridge,
            k=k,
            budget=budget,
            threat=prepared.threat.threat,
            relaxed=request.relaxed,
            engine=request.engine,
            solver=request.solver,
            time_limit=request.time_limit,
            point_time_limit=request.point_time_limit,
            n_jobs=request.jobs,
            progress=report,
        )
    seconds = {"advise": advice.seconds}
    return advice, session.run_of(prepared, blocks, advice.before, seconds, memory)


def _write(request: Request, advice: Advice, run: Run, title: str) -> None:
    if request.outputs:
        from labelcert.report.advice_document import write_advice

        for path in request.outputs:
            write_advice(advice, run, path)
    if request.plots:
        from labelcert.report.charts.advice_chart import plot_advice

        for path in request.plots:
            plot_advice(advice, path, title=title)


def register(app: typer.Typer) -> None:
    """Add the command to an application."""
    app.command("advise", cls=KernelCommand, help=HELP, epilog=EPILOG)(advise)
