"""The graph that DATASET names: a named data set or a file of the user's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from labelcert._errors import InputError
from labelcert.cli.annotations import read_voted
from labelcert.cli.request import Request
from labelcert.data import Graph, Split, datasets
from labelcert.data.cuts import Cuts, cut_graph, kept_nodes
from labelcert.data.new_rows import with_new_rows
from labelcert.data.table_files import table_name


def is_path(dataset: str) -> bool:
    """Whether DATASET means a file: it has a known suffix, a folder, or it exists."""
    path = Path(dataset)
    if dataset.strip().lower().replace("-", "_") in datasets.names():
        return False
    return path.suffix.lower() in _suffixes() or len(path.parts) > 1 or path.exists()


def load_graph(request: Request) -> Graph:
    """Load the graph of a request, and cut it down as asked.

    Raises InputError: unknown name, unusable file, or file options with a named data set.
    """
    if request.annotations is not None:
        return cut_graph(_voted_graph(request), **_cuts(request))
    if is_path(request.dataset):
        graph = datasets.open_path(
            request.dataset,
            label=request.label,
            edges=request.edges,
            id=request.id,
            drop=request.drop,
            keep=request.keep,
        )
        return cut_graph(graph, **_cuts(request))
    for name in ("edges", "label", "id", "drop", "keep"):
        if getattr(request, name) not in (None, ()):
            raise InputError(
                f"--{name} goes with a file, and {request.dataset!r} is none: leave it out, or "
                "pass a table or graph of your own as DATASET."
            )
    whole = datasets.load(request.dataset, progress=not request.quiet)
    return cut_graph(whole, **_cuts(request))


def load_new(request: Request) -> tuple[Graph, Split]:
    """The rows of a table and of the new rows of a request, and which are trained on.

    Raises InputError: no table, options that would cut or draw rows, or files that cannot be used.
    """
    assert request.new is not None
    if not is_table(request.dataset):
        raise InputError(
            "--new goes with a table of your own: pass a CSV or Parquet file as DATASET."
        )
    for name in (
        "edges",
        "binary",
        "largest_component",
        "drop_classes",
        "per_class",
        "validation",
        "test",
    ):
        if getattr(request, name) not in (None, False, ()):
            option = name.replace("_", "-").replace("classes", "class")
            raise InputError(f"--{option} does not go with --new: leave it out.")
    if request.annotations is not None:
        voted = read_voted(request)
        return with_new_rows(
            voted.table, request.new, label=voted.label, id=request.id, drop=voted.drop,
            keep=request.keep, name=table_name(request.dataset),
        )  # fmt: skip
    return with_new_rows(
        request.dataset, request.new, label="label" if request.label is None else request.label,
        id=request.id, drop=request.drop, keep=request.keep,
    )  # fmt: skip


def _voted_graph(request: Request) -> Graph:
    """The graph of a table whose labels are majorities; raises InputError where there is none."""
    if not is_table(request.dataset):
        raise InputError(
            "--annotations give the labels of a table of your own: pass a CSV or Parquet file as "
            "DATASET."
        )
    voted, name = read_voted(request), table_name(request.dataset)
    if request.edges is None:
        return datasets.from_table(
            voted.table, label=voted.label, id=request.id, drop=voted.drop, keep=request.keep,
            name=name,
        )  # fmt: skip
    return datasets.from_edge_list(
        request.edges, voted.table, label=voted.label,
        id="id" if request.id is None else request.id, drop=voted.drop, keep=request.keep,
        name=name,
    )  # fmt: skip


def is_table(dataset: str) -> bool:
    """Whether DATASET means a table of nodes."""
    from labelcert.data.table_files import CSV_SUFFIXES, PARQUET_SUFFIXES

    return is_path(dataset) and Path(dataset).suffix.lower() in CSV_SUFFIXES + PARQUET_SUFFIXES


def table_rows(request: Request, graph: Graph) -> np.ndarray:
    """(nodes,) for every node of the graph of a request its row in the table, from 0."""
    if request.new is not None or not any(_cuts(request).values()):
        return np.arange(graph.num_nodes)
    whole = load_graph(replace(request, binary=False, largest_component=False, drop_classes=()))
    return kept_nodes(whole, **_cuts(request))


def _cuts(request: Request) -> Cuts:
    """How the graph is cut down."""
    return {
        "binary": request.binary,
        "largest_component": request.largest_component,
        "drop_classes": request.drop_classes,
    }


def _suffixes() -> tuple[str, ...]:
    from labelcert.data.open_path import SUFFIXES

    return SUFFIXES
