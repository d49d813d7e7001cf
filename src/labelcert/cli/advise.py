"""`labelcert advise`: which labels to verify first, and what that proves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

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
        "Besides, every label is held against a model of all others: labels that disagree are the "
        "first to look at. With ridge regression that is exact, at thousands of labels with "
        "--features; an SVM is trained again without each label, as far as the time goes.",
        "A label is trusted as it stands. Where verifying shows that it is wrong, correct it and "
        "ask again.",
    )
)

EPILOG = "\n\n".join(
    (
        "Examples:",
        "labelcert advise karate --k 3 --max-flips 3 --budget 1",
        "labelcert advise cora_ml --binary -C 0.075 --test 50 --max-flips 2 --plot advice.png",
        "labelcert advise karate --max-flips 3 -o advice.csv -o advice.txt",
        "labelcert advise karate --max-flips 3 --budget 1 --report page.html",
        "labelcert advise table.csv --label class --features pixels --ridge 1 --max-flips 50",
    )
)


_NOT_HERE: dict[str, Any] = {
    "collective": False, "worst_margins": False, "bad_groups": 0, "parts": None, "votes": None,
}  # fmt: skip
"""Options of certify that no step could weigh."""


@with_options_of(certify, without=tuple(_NOT_HERE))
def advise(k: opt.Count = 5, budget: opt.AtBudget = None, **shared: Any) -> None:
    """Turn the options into a request and run it; the help of the command is `HELP`."""
    run_request(
        from_options({**shared, **_NOT_HERE}),
        k,
        budget,
    )


def run_request(request: Request, k: int, budget: str | None) -> None:
    """Check, choose, print, write; raises InputError."""
    # The engines and their compiler are imported only now, so that --help stays fast.
    from rich.console import Console

    from labelcert.cli import row_session, session
    from labelcert.cli.advise_show import show_advice
    from labelcert.cli.outputs import OUTPUTS, write_reports
    from labelcert.cli.printing import tell_files
    from labelcert.cli.progress import live
    from labelcert.cli.show import title_of
    from labelcert.intake.budgets import as_count
    from labelcert.intake.numbers import whole

    request = session.with_learner(request)
    rows = row_session.wants_rows(request)
    (row_session if rows else session).check(request, (*OUTPUTS, ".txt"))
    whole(k, "k", 1)
    if budget is not None:
        as_count(budget, 0, "budget")
    prepared: Any = row_session.prepare_rows(request) if rows else session.prepare(request)
    execute = _execute_rows if rows else _execute
    with live(Console(stderr=True, highlight=False), request.quiet) as report:
        advice, run = execute(prepared, k, budget, report)
    console = Console(highlight=False, emoji=False)
    if not request.quiet:
        show_advice(console, advice, run, prepared.threat.told, request.time_limit)
    _write(request, advice, run, title_of(run))
    pages = write_reports(request, run, prepared.graph, prepared.threat.told, advice)
    written = [*request.outputs, *request.plots, *pages]
    if written and not request.quiet:
        tell_files(console, written)


def _execute_rows(prepared: Any, k: int, budget: str | None, report: Report) -> tuple[Advice, Run]:
    from labelcert.certificates import advise_linear
    from labelcert.cli import row_session, session
    from labelcert.cli.memory import watched

    request = prepared.request
    features = row_session.features_of(prepared, report)
    C, ridge = row_session.learner(request)
    with watched() as memory:
        advice = advise_linear(
            features.train, features.test, features.labels, k=k, budget=budget, C=C, ridge=ridge,
            threat=prepared.threat.threat, time_limit=request.time_limit, n_jobs=request.jobs,
            progress=report,
        )  # fmt: skip
    model = {"name": prepared.features.name, "parameters": dict(prepared.features.settings())}
    return advice, session.run_of_rows(prepared, model, advice.before, memory)


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
