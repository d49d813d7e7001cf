"""The graph of a result, loaded again, for records do not hold it. Never downloads anything."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from labelcert._errors import InputError
from labelcert.data import Graph, registry
from labelcert.data.download import data_folder
from labelcert.report.results import Result

GraphSource = Callable[[Result], Graph]
"""Gives the graph of a result, or raises InputError, one sentence that says why there is none."""


def load_again(result: Result) -> Graph:
    """Load the graph of a result by the name, file or seed that its content has.

    Raises InputError: a file that is not on this machine or no longer what it was.
    """
    from labelcert.studies.graphs import graph_of

    source = result.content["dataset"]
    if "sha256" in source and not result.files:
        raise InputError("it is not known where its files lie.")
    if "name" in source:
        info = registry.find(source["name"])
        missing = [f.filename for f in info.files if not (data_folder() / f.filename).is_file()]
        if missing:
            raise InputError(f"the file {missing[0]} is not in the data folder of this machine.")
    graph = graph_of(dict(source), dict(result.files))
    if not _is_that_of(result, graph):
        raise InputError("the data set is no longer what it was when this was certified.")
    return graph


def _is_that_of(result: Result, graph: Graph) -> bool:
    """Whether sizes and the labels of all labeled and test nodes are those of the record."""
    record = result.record
    sizes = record["dataset"]["nodes"], record["dataset"]["edges"]
    if sizes != (graph.num_nodes, graph.num_edges):
        return False
    nodes = np.array([*record["labeled"]["nodes"], *record["test"]["nodes"]], dtype=np.int64)
    labels = [*record["labeled"]["labels"], *record["test"]["true_labels"]]
    return bool(nodes.max(initial=-1) < graph.num_nodes) and graph.labels[nodes].tolist() == labels
