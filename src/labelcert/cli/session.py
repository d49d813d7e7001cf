"""From a request to a certified run: load, split, kernel, certify."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates import Certificate, certify
from labelcert.certificates.attacker.label_classes import check_classes
from labelcert.certificates.results.old_names import EXACTNESS
from labelcert.certificates.run.option_checks import (
    check_engine,
    check_exactness,
    check_jobs,
    check_learner,
    check_margins,
    check_time_limit,
)
from labelcert.cli.called import check_called, word_of
from labelcert.cli.graphs import is_path, load_graph
from labelcert.cli.kernel_choice import check_model, choose_kernel
from labelcert.cli.memory import Memory, watched
from labelcert.cli.node_values import read_values, without_columns
from labelcert.cli.outputs import OUTPUTS, check_outputs
from labelcert.cli.progress import Report
from labelcert.cli.request import DEFAULT_C, Request
from labelcert.cli.split_choice import (
    check_split,
    choose_new,
    choose_split,
    graph_told,
    read_split_column,
)
from labelcert.cli.threat_choice import ThreatChoice, check_threat, choose_threat
from labelcert.cli.trusted_choice import read_trusted_column
from labelcert.data import Graph, Split
from labelcert.data.standardizing import scales_told, standardized
from labelcert.kernels import Kernel
from labelcert.report.document import Run


@dataclass(frozen=True, eq=False)
class Prepared:
    """A request with its graph, split and attacker, ready for the kernel."""

    request: Request
    graph: Graph
    split: Split
    split_record: dict[str, Any]
    kernel: Kernel
    threat: ThreatChoice
    seconds: float

    @property
    def labels(self) -> np.ndarray:
        """(n,) labels of the labeled nodes."""
        return self.graph.labels[self.split.labeled]

    @property
    def held_out(self) -> np.ndarray | None:
        """Positions of the validation nodes among the labeled ones, None where there are none."""
        found = np.flatnonzero(np.isin(self.split.labeled, self.split.validation))
        return found if len(found) else None


@dataclass(frozen=True, eq=False)
class Blocks:
    """The kernel between labeled nodes (n, n), and from test to labeled nodes (m, n)."""

    gram: np.ndarray
    cross: np.ndarray
    seconds: float


LEARNERS = ("svm", "ridge")


def with_learner(request: Request) -> Request:
    """The request with what --learner says put into C and ridge; raises InputError."""
    name = request.learner
    if name is None:
        return request
    if name not in LEARNERS:
        raise InputError(f"--learner {name!r} is unknown: use 'svm' or 'ridge'.")
    other = "ridge" if name == "svm" else "C"
    if getattr(request, other) is not None:
        option = "--ridge" if other == "ridge" else "-C"
        raise InputError(f"{option} does not go with --learner {name}: leave one of them out.")
    if name == "ridge" and request.ridge is None:
        return replace(request, ridge=1.0)
    return request


def check(request: Request, outputs: tuple[str, ...] = OUTPUTS) -> None:
    """Raise InputError for all that can be known to be wrong before any data are read."""
    check_outputs(request, outputs)
    check_called(request.called)
    check_learner(*learner(request))
    check_jobs(request.jobs, "jobs")
    check_time_limit(request.time_limit)
    check_time_limit(request.point_time_limit, "point_time_limit")
    check_engine(request.engine, request.solver, request.ridge)
    check_exactness(EXACTNESS[int(request.relaxed)], request.engine)
    check_margins(request.worst_margins, request.engine)
    check_threat(request)
    check_split(request)
    check_model(request)


def prepare(request: Request) -> Prepared:
    """Load the graph (downloading it the first time) and draw the split; raises InputError."""
    start = time.monotonic()
    costs = read_values(request, "costs", "cost")
    groups = read_values(request, "groups", "group")
    trusted = read_trusted_column(request)
    parts = read_split_column(request)
    request = without_columns(request, (costs, groups, trusted, parts))
    if request.new is not None:
        graph, choice = choose_new(request)
    else:
        graph = load_graph(request)
        choice = choose_split(request, graph, parts)
        graph = graph_told(graph, choice)
    split = choice.split
    told = [
        line
        for given in (costs, groups, trusted, parts)
        if given is not None
        for line in given.told
    ]
    graph = replace(graph, notes=(*graph.notes, *told))
    kernel = choose_kernel(request, graph)
    classes = check_classes(graph.labels[graph.is_labeled], None)
    check_margins(request.worst_margins, request.engine, len(classes))
    if request.standardize:
        graph = standardized(graph, split.labeled)
    else:
        graph = replace(graph, notes=(*graph.notes, *scales_told(graph, split.labeled)))
    threat = choose_threat(request, graph, split.labeled, costs, groups, trusted)
    elapsed = time.monotonic() - start
    return Prepared(request, graph, split, choice.record, kernel, threat, elapsed)


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
            relaxed=request.relaxed,
            engine=request.engine,
            solver=request.solver,
            worst_margins=request.worst_margins,
            time_limit=request.time_limit,
            point_time_limit=request.point_time_limit,
            n_jobs=request.jobs,
            progress=report,
            validation=prepared.held_out,
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
        split=prepared.split_record,
        labeled=split.labeled,
        test=split.test,
        y_true=graph.labels[split.test],
        seconds={"load": prepared.seconds, "kernel": blocks.seconds, **seconds},
        peak_memory_mb=memory.megabytes,
        ids=_ids(graph, split),
    )


def run_of_rows(
    prepared: Any, model: dict[str, Any], certificate: Certificate, memory: Memory
) -> Run:
    """The same of rows and their features: a prepared request without a kernel."""
    request, graph, split = prepared.request, prepared.graph, prepared.split
    return Run(
        certificate=certificate,
        dataset=_dataset_record(request, graph),
        model=model,
        threat=prepared.threat.record,
        split=prepared.split_record,
        labeled=split.labeled,
        test=split.test,
        y_true=graph.labels[split.test],
        seconds={"load": prepared.seconds, "certify": certificate.seconds},
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
        "word": word_of(request),
    }
