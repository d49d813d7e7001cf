"""The graph of a unit, kept for the next unit of the same process."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from labelcert._errors import InputError
from labelcert.data import Graph, datasets
from labelcert.data.cuts import Cuts, cut_graph, kept_nodes
from labelcert.studies.canonical import canonical
from labelcert.studies.file_digests import check_file

KEPT = 2
"""Graphs that a process keeps."""

_graphs: OrderedDict[str, Graph] = OrderedDict()
_refused: dict[str, str] = {}
_runs: list[str] = []
"""The run that what is kept belongs to."""


def graph_of(source: dict[str, Any], files: dict[str, str]) -> Graph:
    """Load the graph that a unit's content names under "dataset".

    files: paths of the user's files. A graph that could not be loaded is not tried again by the
    same process until the next run, for a download that fails takes long.
    Raises InputError: a name that cannot be loaded, a file that is not what it was when the study
    began, or parameters of a synthetic graph out of range.
    """
    name = canonical(source)
    if name in _refused:
        raise InputError(_refused[name])
    if name not in _graphs:
        try:
            _graphs[name] = _load(source, files)
        except InputError as error:
            _refused[name] = str(error)
            raise
        while len(_graphs) > KEPT:
            _graphs.popitem(last=False)
    _graphs.move_to_end(name)
    return _graphs[name]


def begin_run(run: str) -> None:
    """Forget all graphs where a run of a study begins: what was in its way may be mended."""
    if _runs != [run]:
        forget()
        _runs[:] = [run]


def forget() -> None:
    """Forget all graphs, and which could not be loaded."""
    _graphs.clear()
    _refused.clear()


def cuts_of(source: dict[str, Any]) -> Cuts:
    """How the graph of a unit's content is cut down."""
    return {
        "binary": source["binary"],
        "largest_component": source["largest_component"],
        "drop_classes": source.get("drop_classes", ()),
    }


def table_rows(source: dict[str, Any], files: dict[str, str]) -> list[int] | None:
    """For every node of a unit's graph its row in the file; None where nothing was cut."""
    cut = cuts_of(source)
    if not any(cut.values()):
        return None
    uncut = {"binary": False, "largest_component": False, "drop_classes": []}
    return kept_nodes(graph_of(source | uncut, files), **cut).tolist()


def _load(source: dict[str, Any], files: dict[str, str]) -> Graph:
    cut = cuts_of(source)
    if "name" in source:
        return cut_graph(datasets.load(source["name"], progress=False), **cut)
    if "synthetic" in source:
        draw = datasets.csbm if source["synthetic"] == "csbm" else datasets.cba
        graph = draw(**source["parameters"], seed=source["seed"])
    else:
        for role, digest in source["sha256"].items():
            check_file(files[role], digest)
        graph = datasets.open_path(
            files["path"],
            label=source["label"],
            edges=files.get("edges"),
            id=source.get("id"),
            drop=source["drop"],
            keep=source.get("keep", ()),
        )
    return cut_graph(graph, **cut)
