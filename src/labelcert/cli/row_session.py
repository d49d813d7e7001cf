"""A certified run on rows and their features: no kernel, no edges, any number of labels.

One ridge regression on features (`certify_linear`), or an ensemble of parts (`PartitionEnsemble`).
Data sets with a split of their own (``mnist``) train on all of their training rows.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from labelcert._errors import InputError
from labelcert.cli.called import check_called
from labelcert.cli.graphs import is_path, load_graph
from labelcert.cli.memory import watched
from labelcert.cli.outputs import OUTPUTS, check_outputs
from labelcert.cli.progress import Report
from labelcert.cli.request import Request
from labelcert.cli.session import Prepared, prepare, run_of_rows
from labelcert.cli.split_choice import check_split
from labelcert.cli.threat_choice import check_threat, choose_threat
from labelcert.data import Graph, Split, registry
from labelcert.data.cuts import Cuts
from labelcert.data.standard_splits import drawn_standard_split
from labelcert.features import FeatureMap, find
from labelcert.intake.numbers import jobs, positive, seconds, whole
from labelcert.report.document import Run
from labelcert.studies.certifying_rows import Learner, Rows, certify_rows, rows_of

DEFAULT_RIDGE = 1.0


@dataclass(frozen=True, eq=False)
class PreparedRows:
    """A request with its rows, split and attacker."""

    request: Request
    graph: Graph
    split: Split
    rows: Rows
    features: FeatureMap
    split_record: dict[str, Any]
    threat: Any
    seconds: float


def wants_rows(request: Request) -> bool:
    """Whether a request is one for features: it names some, or parts, or ridge regression on data
    that have a split of their own."""
    if request.features is not None or request.parts is not None or request.votes is not None:
        return True
    ridge = request.ridge is not None or request.learner == "ridge"
    return ridge and request.model is None and _has_split(request)


def check(request: Request, outputs: tuple[str, ...] = OUTPUTS) -> None:
    """Raise InputError for all that can be known to be wrong before any data are read."""
    check_outputs(request, outputs)
    jobs(request.jobs, "jobs")
    seconds(request.time_limit, "time_limit")
    check_called(request.called)
    check_threat(request)
    check_split(request)
    if request.features is not None:
        find(request.features, request.seed)
    for name in ("worst_margins", "point_time_limit", "model"):
        if getattr(request, name):
            raise InputError(f"--{name.replace('_', '-')} does not go with features: leave it out.")
    if request.engine != "auto" or request.relaxed:
        raise InputError("--engine and --relaxed do not go with features: leave them out.")
    if _has_split(request):
        _refuse_of_tables(request)
    if request.parameters:
        raise InputError(
            f"--{next(iter(request.parameters)).replace('_', '-')} is for a network, and features "
            "take its place: leave it out."
        )
    if request.parts is None:
        if request.votes is not None:
            raise InputError("--votes goes with --parts K: add it.")
        return
    whole(request.parts, "parts", 1)
    if request.collective:
        raise InputError(
            "--collective does not go with --parts, whose votes are counted for one prediction at "
            "a time: leave one of them out."
        )
    if request.votes not in (None, "white_box", "black_box"):
        raise InputError(f"--votes {request.votes!r} is unknown: use white_box or black_box.")
    for name in ("trusted", "directions", "costs", "groups"):
        if getattr(request, name):
            raise InputError(
                f"--{name.removesuffix('s')} does not go with --parts, which proves against any "
                "relabeling: leave it out."
            )


def _refuse_of_tables(request: Request) -> None:
    """Images have no columns, and rows of their own."""
    for name in ("new", "split", "train", "standardize", "costs", "groups", "annotations"):
        if getattr(request, name):
            raise InputError(
                f"--{name} is for tables, and {request.dataset!r} is none: leave it out."
            )


def prepare_rows(request: Request) -> PreparedRows:
    """Load the rows and take their split, or draw one; raises InputError."""
    start = time.monotonic()
    if _has_split(request):
        graph = load_graph(request)
        cuts: Cuts = {
            "binary": request.binary,
            "largest_component": request.largest_component,
            "drop_classes": request.drop_classes,
        }
        split = drawn_standard_split(request.dataset, cuts, request.test, request.seed)
        threat = choose_threat(request, graph, split.labeled, None, None, None)
        record = {"seed": request.seed, "standard": True}
    else:
        drawn: Prepared = prepare(replace(request, model="mlp", C=1.0, ridge=None))
        graph, split, threat = drawn.graph, drawn.split, drawn.threat
        record = drawn.split_record
    rows = rows_of(graph, split)
    features = find(request.features or "pixels", request.seed)
    elapsed = time.monotonic() - start
    return PreparedRows(request, graph, split, rows, features, record, threat, elapsed)


def execute(prepared: PreparedRows, report: Report) -> Run:
    """Compute features and certify."""
    request = prepared.request
    C, ridge = learner(request)
    chosen = Learner(ridge, C, request.parts, request.votes, request.seed)
    with watched() as memory:
        certificate = certify_rows(
            prepared.rows, prepared.features, chosen, prepared.threat.threat,
            collective=request.collective,
            time_limit=request.time_limit, jobs=request.jobs, report=report,
        )  # fmt: skip
    model = {"name": prepared.features.name, "parameters": dict(prepared.features.settings())}
    if request.parts is not None:
        model["parameters"] |= {"parts": request.parts, "votes": request.votes or "white_box"}
    return run_of_rows(prepared, model, certificate, memory)


class Features(NamedTuple):
    """Features of what is trained on (n, d) and certified (m, d), and the labels (n,)."""

    train: np.ndarray
    test: np.ndarray
    labels: np.ndarray


def features_of(prepared: PreparedRows, report: Report) -> Features:
    """The features of a request's rows, fitted to those that are trained on."""
    rows = prepared.rows
    report("features", 0.0)
    fitted = prepared.features.fit(rows.train)
    return Features(fitted(rows.train), fitted(rows.test), rows.labels)


def learner(request: Request) -> tuple[float | None, float | None]:
    """C and ridge, of which one is None: ridge regression unless C is asked for."""
    if request.C is not None and request.ridge is not None:
        raise InputError("-C and --ridge each name a learner: pass one of them.")
    if request.C is not None or request.learner == "svm":
        return (1.0 if request.C is None else positive(request.C, "C")), None
    return None, DEFAULT_RIDGE if request.ridge is None else positive(request.ridge, "ridge")


def _has_split(request: Request) -> bool:
    if is_path(request.dataset) or request.dataset.strip() == "":
        return False
    return registry.find(request.dataset).train is not None
