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
from labelcert.certificates import Certificate, ThreatModel
from labelcert.certificates.certifying_linearly import certify_linear
from labelcert.cli.graphs import is_path, load_graph
from labelcert.cli.memory import watched
from labelcert.cli.outputs import OUTPUTS, check_outputs
from labelcert.cli.progress import Report
from labelcert.cli.request import Request
from labelcert.cli.session import Prepared, prepare, run_of_rows
from labelcert.cli.split_choice import check_split
from labelcert.cli.threat_choice import check_threat, choose_threat
from labelcert.data import Graph, Split, datasets, registry
from labelcert.data.cuts import kept_nodes
from labelcert.features import FeatureMap, find
from labelcert.intake.numbers import jobs, positive, seconds, whole
from labelcert.report.document import Run

DEFAULT_RIDGE = 1.0


@dataclass(frozen=True, eq=False)
class PreparedRows:
    """A request with its rows, split and attacker."""

    request: Request
    graph: Graph
    split: Split
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
    check_threat(request)
    check_split(request)
    if request.features is not None:
        find(request.features, request.seed)
    for name in ("collective", "worst_margins", "point_time_limit", "model"):
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
    for name in ("new", "split", "train", "standardize", "costs", "groups"):
        if getattr(request, name):
            raise InputError(
                f"--{name} is for tables, and {request.dataset!r} is none: leave it out."
            )


def prepare_rows(request: Request) -> PreparedRows:
    """Load the rows and take their split, or draw one; raises InputError."""
    start = time.monotonic()
    if _has_split(request):
        graph = load_graph(request)
        split = _own_split(request, graph)
        threat = choose_threat(request, graph, split.labeled, None, None, None)
        record = {"seed": request.seed, "standard": True}
    else:
        drawn: Prepared = prepare(replace(request, model="mlp", C=1.0, ridge=None))
        graph, split, threat = drawn.graph, drawn.split, drawn.threat
        record = drawn.split_record
    if graph.has_edges:
        raise InputError(
            f"features look at rows alone and {graph.name!r} has edges: leave --features and "
            "--parts out."
        )
    features = find(request.features or "pixels", request.seed)
    elapsed = time.monotonic() - start
    return PreparedRows(request, graph, split, features, record, threat, elapsed)


def execute(prepared: PreparedRows, report: Report) -> Run:
    """Compute features and certify."""
    request = prepared.request
    (train, new, labels), threat = _rows_of(prepared), prepared.threat.threat
    with watched() as memory:
        if request.parts is None:
            certificate = _single(prepared, threat, report)
        else:
            certificate = _ensemble(prepared, train, new, labels, threat.budget, report)
    model = {"name": prepared.features.name, "parameters": dict(prepared.features.settings())}
    if request.parts is not None:
        model["parameters"] |= {"parts": request.parts, "votes": request.votes or "white_box"}
    return run_of_rows(prepared, model, certificate, memory)


class Features(NamedTuple):
    """Features of what is trained on (n, d) and certified (m, d), and the labels (n,)."""

    train: Any
    test: Any
    labels: np.ndarray


def features_of(prepared: PreparedRows, report: Report) -> Features:
    """The features of a request's rows, fitted to those that are trained on."""
    train, new, labels = _rows_of(prepared)
    report("features", 0.0)
    fitted = prepared.features.fit(train)
    return Features(fitted(train), fitted(new), labels)


def _rows_of(prepared: PreparedRows) -> Features:
    given, split = prepared.graph.features, prepared.split
    rows: Any = given if isinstance(given, np.ndarray) else given.toarray()
    return Features(
        _compact(rows[split.labeled]),
        _compact(rows[split.test]),
        prepared.graph.labels[split.labeled],
    )


def _single(prepared: PreparedRows, threat: ThreatModel, report: Report) -> Certificate:
    C, ridge = learner(prepared.request)
    features = features_of(prepared, report)
    return certify_linear(
        features.train, features.test, features.labels, ridge=ridge, C=C, threat=threat,
        time_limit=prepared.request.time_limit, n_jobs=prepared.request.jobs, progress=report,
    )  # fmt: skip


def _ensemble(
    prepared: PreparedRows, train: Any, new: Any, labels: Any, budget: Any, report: Report
) -> Certificate:
    from labelcert.ensembles import PartitionEnsemble

    request = prepared.request
    C, ridge = learner(request)
    report("features", 0.0)
    ensemble = PartitionEnsemble(
        prepared.features, parts=request.parts or 1, ridge=ridge, C=C,
        votes=request.votes or "white_box", seed=request.seed, n_jobs=request.jobs,
    )  # fmt: skip
    ensemble.fit(train, labels)
    return ensemble.certify(new, budget, time_limit=request.time_limit, progress=report)


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


def _own_split(request: Request, graph: Graph) -> Split:
    """The publisher's split of what the cuts left, and as many test rows as asked for, drawn."""
    whole_split = datasets.standard_split(request.dataset)
    cuts: dict[str, Any] = {
        "binary": request.binary,
        "largest_component": request.largest_component,
        "drop_classes": request.drop_classes,
    }
    count = len(whole_split.train) + len(whole_split.test)
    kept = np.arange(count)
    if any(cuts.values()):
        plain = replace(request, binary=False, largest_component=False, drop_classes=())
        kept = kept_nodes(load_graph(plain), **cuts)
    at = np.arange(len(kept))
    test = at[kept >= len(whole_split.train)]
    if request.test is not None and whole(request.test, "test", 1) < len(test):
        drawn = np.random.default_rng(request.seed).choice(test, size=request.test, replace=False)
        test = np.sort(drawn)
    return Split(at[kept < len(whole_split.train)], at[:0], test)


def _compact(rows: np.ndarray) -> np.ndarray:
    """Bytes where these hold the numbers exactly, as of pixels: an eighth of the memory."""
    if rows.size and rows.min() >= 0 and rows.max() <= 255 and (rows == np.floor(rows)).all():
        return rows.astype(np.uint8)
    return np.ascontiguousarray(rows)
