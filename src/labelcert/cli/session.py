"""From a request to a certified run: load, split, kernel, certify."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from labelcert._errors import InputError
from labelcert.certificates import certify
from labelcert.certificates.inputs import (
    check_classes,
    check_jobs,
    check_labels,
    check_learner,
    check_time_limit,
)
from labelcert.cli.graphs import is_path, load_graph
from labelcert.cli.kernel_choice import check_model, choose_kernel, parameters
from labelcert.cli.outputs import check_outputs
from labelcert.cli.progress import Report
from labelcert.cli.request import DEFAULT_C, Request
from labelcert.cli.threat_choice import check_budget, choose_threat
from labelcert.data import Graph, Split, datasets
from labelcert.kernels.base import Kernel
from labelcert.report.document import Run


@dataclass(frozen=True, eq=False)
class Prepared:
    """A request with its graph and split, ready for the kernel."""

    request: Request
    graph: Graph
    split: Split
    kernel: Kernel
    seconds: float


def check(request: Request) -> None:
    """Raise InputError for all that can be known to be wrong before any data are read."""
    check_outputs(request)
    check_learner(*_learner(request))
    check_jobs(request.jobs)
    check_time_limit(request.time_limit)
    check_budget(request)
    check_model(request)


def prepare(request: Request) -> Prepared:
    """Load the graph (downloading it the first time) and draw the split; raises InputError."""
    start = time.monotonic()
    graph = load_graph(request)
    kernel = choose_kernel(request, graph)
    check_classes(check_labels(graph.labels), None)
    split = datasets.split(
        graph.labels,
        request.per_class,
        request.seed,
        validation=request.validation,
        test=request.test,
    )
    if len(split.test) == 0:
        raise InputError(
            f"per_class={request.per_class} leaves no test nodes: lower --per-class or "
            "--validation."
        )
    return Prepared(request, graph, split, kernel, time.monotonic() - start)


def execute(prepared: Prepared, report: Report) -> tuple[Run, str]:
    """Compute the kernel, certify, and return the run and its budget in words."""
    request, graph, split = prepared.request, prepared.graph, prepared.split
    threat, threat_record, told = choose_threat(request, split.labeled)
    C, ridge = _learner(request)
    start = time.monotonic()
    report("kernel", 0.0)
    gram = prepared.kernel(graph, split.labeled)
    cross = prepared.kernel(graph, split.test, split.labeled)
    report("kernel", 1.0)
    kernel_seconds = time.monotonic() - start
    certificate = certify(
        gram,
        cross,
        graph.labels[split.labeled],
        C=C,
        ridge=ridge,
        threat=threat,
        collective=request.collective,
        time_limit=request.time_limit,
        n_jobs=request.jobs,
        progress=report,
    )
    run = Run(
        certificate=certificate,
        dataset=_dataset_record(request, graph),
        model={"name": prepared.kernel.name, "parameters": parameters(prepared.kernel)},
        threat=threat_record,
        split=_split_record(request),
        labeled=split.labeled,
        test=split.test,
        y_true=graph.labels[split.test],
        seconds={
            "load": prepared.seconds,
            "kernel": kernel_seconds,
            "certify": certificate.seconds,
        },
    )
    return run, told


def _learner(request: Request) -> tuple[float | None, float | None]:
    if request.C is None and request.ridge is None:
        return DEFAULT_C, None
    return request.C, request.ridge


def _dataset_record(request: Request, graph: Graph) -> dict[str, Any]:
    names = graph.class_names
    return {
        "name": graph.name,
        "path": request.dataset if is_path(request.dataset) else None,
        "edges_path": None if request.edges is None else str(request.edges),
        "nodes": graph.num_nodes,
        "edges": graph.num_edges,
        "features": graph.num_features,
        "classes": graph.classes.tolist(),
        "class_names": None if names is None else {str(k): v for k, v in names.items()},
        "binary": request.binary,
        "largest_component": request.largest_component,
    }


def _split_record(request: Request) -> dict[str, int]:
    same = request.validation is None
    return {
        "per_class": request.per_class,
        "validation": request.per_class if same else int(request.validation or 0),
        "seed": request.seed,
    }
