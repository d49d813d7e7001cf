"""The page of a run that lies in a file: `write_document_page`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates import Certificate
from labelcert.data import Graph, datasets, registry
from labelcert.data.cuts import cut_graph
from labelcert.data.download import data_folder
from labelcert.report.document import Run
from labelcert.report.document_reading import read_document
from labelcert.report.page.certificate_page import write_certificate_page
from labelcert.report.page.run_page import write_run_page
from labelcert.report.results import told


def write_document_page(source: Path, path: Path, title: str | None = None) -> None:
    """Write the page of a run's document, or of a certificate's.

    The graph is drawn where it is one of the named data sets and on this machine. Raises
    InputError: a file that holds neither, or a page that cannot be written.
    """
    found = read_document(source)
    if isinstance(found, Certificate):
        write_certificate_page(found, path, title=source.stem if title is None else title)
        return
    write_run_page(
        found,
        path,
        title=f"{found.dataset['name']}: {_model(found)}" if title is None else title,
        attacker=attacker_of(found),
        graphs=lambda _: _graph(found),
    )


def _model(run: Run) -> str:
    name, value = next(iter(run.certificate.learner.items()))
    return f"{run.model['name']}, {name} = {value:g}"


def attacker_of(run: Run) -> str:
    """The attacker of a run's document, in words."""
    threat: Mapping[str, Any] = run.threat
    budget, n = threat["max_flips"], len(run.labeled)
    if threat.get("costs"):
        costs = threat["costs"]
        parts = [f"flips that cost up to {budget}, of {n} labels at {min(costs)} to {max(costs)}"]
    else:
        parts = [f"up to {budget} flips of {n} labels"]
    if threat.get("trusted"):
        parts.append(f"not the labels of {len(threat['trusted'])} trusted {run.word}s")
    if threat.get("directions"):
        parts.append("only " + " and ".join(f"{a} to {b}" for a, b in threat["directions"]))
    if threat.get("groups"):
        sizes, limits = Counter(threat["groups"]), threat.get("group_budgets") or {}
        named = ", ".join(f"{name} at most {told(limit)}" for name, limit in limits.items())
        parts.append(f"{len(sizes)} groups" + (f" ({named})" if named else ""))
        if threat.get("bad_groups"):
            parts.append(f"and any {threat['bad_groups']} of the groups for nothing")
    return ", ".join(parts)


def _graph(run: Run) -> Graph:
    """The graph of a named data set again; raises InputError, the reason why there is none."""
    d = run.dataset
    if d.get("path") is not None or d["name"] not in datasets.names():
        raise InputError("it comes from a file, so draw it with labelcert certify --report.")
    info = registry.find(d["name"])
    missing = [f.filename for f in info.files if not (data_folder() / f.filename).is_file()]
    if missing:
        raise InputError(f"the file {missing[0]} is not in the data folder of this machine.")
    graph = cut_graph(
        datasets.load(d["name"]),
        binary=bool(d.get("binary")),
        largest_component=bool(d.get("largest_component")),
        drop_classes=tuple(d.get("drop_classes") or ()),
    )
    same = (graph.num_nodes, graph.num_edges) == (d["nodes"], d["edges"])
    c = run.certificate
    if not same or not np.array_equal(graph.labels[run.labeled], c.labels):
        raise InputError("the data set is no longer what it was when this was certified.")
    return graph
