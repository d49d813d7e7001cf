"""From a request to a certified run: load, split, kernel, certify."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates import Certificate, certify
from labelcert.certificates.attacker.label_classes import check_classes
from labelcert.certificates.run.option_checks import (
    check_engine,
    check_exactness,
    check_jobs,
    check_learner,
    check_margins,
    check_time_limit,
)
from labelcert.cli.graphs import is_path, load_graph, load_new
from labelcert.cli.kernel_choice import check_model, choose_kernel
from labelcert.cli.memory import Memory, watched
from labelcert.cli.node_values import read_values, without_columns
from labelcert.cli.outputs import check_outputs
from labelcert.cli.progress import Report
from labelcert.cli.request import DEFAULT_C, Request
from labelcert.cli.threat_choice import ThreatChoice, check_threat, choose_threat
from labelcert.cli.trusted_choice import read_trusted_column
from labelcert.data import Graph, Split, datasets
from labelcert.data.standardizing import scales_told, standardized
from labelcert.kernels import Kernel
from labelcert.report.document import Run


@dataclass(frozen=True, eq=False)
class Prepared:
    """A request with its graph, split and attacker, ready for the kernel."""

    request: Request
    graph: Graph
    split: Split
    kernel: Kernel
    threat: ThreatChoice
    seconds: float

    @property
    def labels(self) -> np.ndarray:
        """(n,) labels of the labeled nodes."""
        return self.graph.labels[self.split.labeled]


@dataclass(frozen=True, eq=False)
class Blocks:
    """The kernel between labeled nodes (n, n), and from test to labeled nodes (m, n)."""

    gram: np.ndarray
    cross: np.ndarray
    seconds: float


def check(request: Request) -> None:
    """Raise InputError for all that can be known to be wrong before any data are read."""
    check_outputs(request)
    check_learner(*learner(request))
    check_jobs(request.jobs, "jobs")
    check_time_limit(request.time_limit)
    check_time_limit(request.point_time_limit, "point_time_limit")
    check_engine(request.engine, request.solver, request.ridge)
    check_exactness(request.exactness, request.engine)
    check_margins(request.worst_margins, request.engine)
    check_threat(request)
    check_model(request)


def prepare(request: Request) -> Prepared:
    """Load the graph (downloading it the first time) and draw the split; raises InputError."""
    start = time.monotonic()
    costs = read_values(request, "costs", "cost")
    groups = read_values(request, "groups", "group")
    trusted = read_trusted_column(request)
    request = without_columns(request, (costs, groups, trusted))
    graph, split = load_new(request) if request.new else (load_graph(request), None)
    told = [line for given in (costs, groups, trusted) if given is not None for line in given.told]
    graph = replace(graph, notes=(*graph.notes, *told))
    kernel = choose_kernel(request, graph)
    classes = check_classes(graph.labels[graph.is_labeled], None)
    check_margins(request.worst_margins, request.engine, len(classes))
    if split is None:
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
    if request.standardize:
        graph = standardized(graph, split.labeled)
    else:
        graph = replace(graph, notes=(*graph.notes, *scales_told(graph, split.labeled)))
    threat = choose_threat(request, graph, split.labeled, costs, groups, trusted)
    return Prepared(request, graph, split, kernel, threat, time.monotonic() - start)


def compute(prepared: Prepared, report: Report) -> Blocks:
    """Compute the kernel."""
    graph, split = prepared.graph, prepared.split
    start = time.monotonic()
    report("kernel", 0.0)
    gram = prepared.kernel(graph, split.labeled)
    cross = prepared.kernel(graph, split.test, split.labeled)
    report("kernel", 1.0)
    return Blocks(gram, cross, time.monotonic() - start)


def execute(prepared: Prepared, report: Report) -> Run:
    """Compute the kernel and certify."""
    request = prepared.request
    blocks = compute(prepared, report)
    C, ridge = learner(request)
    with watched() as memory:
        certificate = certify(
            blocks.gram,
            blocks.cross,
            prepared.labels,
            C=C,
            ridge=ridge,
            threat=prepared.threat.threat,
            collective=request.collective,
            exactness=request.exactness,
            engine=request.engine,
            solver=request.solver,
            worst_margins=request.worst_margins,
            time_limit=request.time_limit,
            point_time_limit=request.point_time_limit,
            n_jobs=request.jobs,
            progress=report,
        )
    return run_of(prepared, blocks, certificate, {"certify": certificate.seconds}, memory)


def run_of(
    prepared: Prepared,
    blocks: Blocks,
    certificate: Certificate,
    seconds: dict[str, float],
    memory: Memory,
) -> Run:
    """A certificate with everything that it is a certificate of.

    seconds: of the last stages; memory: what was watched during them.
    """
    request, graph, split = prepared.request, prepared.graph, prepared.split
    return Run(
        certificate=certificate,
        dataset=_dataset_record(request, graph),
        model={"name": prepared.kernel.name, "parameters": dict(prepared.kernel.settings())},
        threat=prepared.threat.record,
        split=_split_record(request),
        labeled=split.labeled,
        test=split.test,
        y_true=graph.labels[split.test],
        seconds={"load": prepared.seconds, "kernel": blocks.seconds, **seconds},
        peak_memory_mb=memory.megabytes,
        ids=_ids(graph, split),
    )


def _ids(graph: Graph, split: Split) -> dict[int, str]:
    if graph.node_ids is None:
        return {}
    nodes = np.concatenate([split.labeled, split.test]).tolist()
    return {node: str(graph.node_ids[node]) for node in nodes}


def learner(request: Request) -> tuple[float | None, float | None]:
    """C and ridge, of which one is None."""
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
        "drop_classes": list(request.drop_classes),
        "unlabeled": int((~graph.is_labeled).sum()),
        "notes": list(graph.notes),
    }


def _split_record(request: Request) -> dict[str, int | None]:
    if request.new is not None:
        return {"per_class": None, "validation": None, "seed": None}
    same = request.validation is None
    return {
        "per_class": request.per_class,
        "validation": request.per_class if same else int(request.validation or 0),
        "seed": request.seed,
    }
