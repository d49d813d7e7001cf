"""`labelcert certify`: certify a graph and print what was proven."""

from __future__ import annotations

from functools import partial

import typer

from labelcert.cli import module_options as own
from labelcert.cli import options as opt
from labelcert.cli import split_options as chosen
from labelcert.cli.kernel_options import KernelCommand
from labelcert.cli.request import Request, from_options

# One line a paragraph: the shell wraps them.
HELP = "\n\n".join(
    (
        "Prove how many flipped training labels each prediction survives.",
        "The network is infinitely wide and trained on the labeled nodes; an attacker flips some "
        "of their labels before the training. The radius of a test node is the largest number of "
        "flips that leaves its prediction as it is, wherever they are made. It is proven, not "
        "sampled, and a witness names labels that break the prediction with one flip more.",
        "Radius 0: a single wrong label can turn the prediction. A radius equal to --max-flips, "
        "shown as 10+: at least that. An interval 2 to 5: 2 is proven, 6 is broken, and the time "
        "limit left the rest open.",
    )
)

EPILOG = "\n\n".join(
    (
        "Examples:",
        "labelcert certify karate",
        "labelcert certify cora_ml --binary -C 0.075 --test 50 --collective",
        "labelcert certify citeseer -C 0.0001 --test 50 --max-flips 5",
        "labelcert certify karate --max-flips 20% -o run.json --plot run.png",
        "labelcert certify karate --collective --report karate.html",
        "labelcert certify nodes.csv --edges edges.csv --label topic --ridge 0.1",
        "labelcert certify table.csv --label class --model mlp --depth 2",
        "labelcert certify table.csv --label class --module net:build --weights net.safetensors "
        "--layer head --parameters-from 'other data' --ridge 1",
        "labelcert certify table.csv --label class --new today.csv --ridge 1 --standardize",
        "labelcert certify table.csv --label class --split part",
        "labelcert certify mails.csv --annotations votes.csv --costs votes --ridge 1",
        "labelcert certify mails.csv --label class --groups annotator --group-budget 2",
        "labelcert certify mails.csv --label class --groups annotator --bad-groups 1 --ridge 1",
        "labelcert certify mnist --features spectral --ridge 30000 --test 500 --max-flips 3000",
        "labelcert certify mnist --features spectral --parts 3000 --votes white_box --test 500",
    )
)


def certify(
    context: typer.Context,
    dataset: opt.Dataset,
    edges: opt.Edges = None,
    label: opt.Label = None,
    id: opt.Id = None,
    annotations: opt.Annotations = None,
    drop: opt.Drop = None,
    keep: opt.Keep = None,
    drop_class: opt.DropClass = None,
    called: opt.Called = None,
    new: opt.New = None,
    standardize: opt.Standardize = False,
    binary: opt.Binary = False,
    largest_component: opt.LargestComponent = False,
    split: chosen.SplitColumn = None,
    train: chosen.Train = None,
    per_class: chosen.PerClass = None,
    validation: chosen.Validation = None,
    test: chosen.Test = None,
    seed: chosen.Seed = 0,
    model: opt.Model = None,
    module: own.Module = None,
    weights: own.Weights = None,
    layer: own.Layer = None,
    parameters_from: own.ParametersFrom = None,
    input_shape: own.InputShape = None,
    module_edges: own.ModuleEdges = None,
    C: opt.C = None,
    ridge: opt.Ridge = None,
    learner: opt.Learner = None,
    features: opt.Features = None,
    parts: opt.Parts = None,
    votes: opt.Votes = None,
    max_flips: opt.MaxFlips = None,
    collective: opt.Collective = False,
    worst_margins: opt.WorstMargins = False,
    trusted: opt.Trusted = None,
    direction: opt.Direction = None,
    costs: opt.Costs = None,
    groups: opt.Groups = None,
    group_budget: opt.GroupBudget = None,
    bad_groups: opt.BadGroups = 0,
    relaxed: opt.Relaxed = False,
    engine: opt.Engine = "auto",
    solver: opt.Solver = "highs",
    time_limit: opt.TimeLimit = 60.0,
    point_time_limit: opt.PointTimeLimit = None,
    jobs: opt.Jobs = None,
    output: opt.Output = None,
    plot: opt.Plot = None,
    report: opt.ReportPage = None,
    quiet: opt.Quiet = False,
) -> None:
    """Turn the options into a request and run it; the help of the command is `HELP`."""
    run_request(from_options(dict(locals())))


def run_request(request: Request) -> None:
    """Check, certify, print, write; raises InputError."""
    # The engines and their compiler are imported only now, so that --help stays fast.
    from rich.console import Console

    from labelcert.cli import row_session, session
    from labelcert.cli.outputs import write_outputs, write_reports
    from labelcert.cli.printing import tell_files
    from labelcert.cli.progress import live
    from labelcert.cli.show import show, title_of

    request = session.with_learner(request)
    if row_session.wants_rows(request):
        row_session.check(request)
        prepared = row_session.prepare_rows(request)
        execute = partial(row_session.execute, prepared)
    else:
        session.check(request)
        prepared = session.prepare(request)
        execute = partial(session.execute, prepared)
    with live(Console(stderr=True, highlight=False), request.quiet) as progress:
        run = execute(progress)
    if not request.quiet:
        console = Console(highlight=False, emoji=False)
        show(console, run, prepared.threat.told, request.time_limit)
    written = write_outputs(request, run, title_of(run))
    written += write_reports(request, run, prepared.graph, prepared.threat.told)
    if written and not request.quiet:
        tell_files(Console(highlight=False, emoji=False), written)


def register(app: typer.Typer) -> None:
    """Add the command to an application."""
    app.command("certify", cls=KernelCommand, help=HELP, epilog=EPILOG)(certify)
