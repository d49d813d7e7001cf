"""The graph of a unit, kept for the next unit of the same process."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from pathlib import Path
from typing import Any

from labelcert._errors import InputError
from labelcert.data import Graph, datasets
from labelcert.studies.canonical import canonical

KEPT = 2
"""Graphs that a process keeps."""

_graphs: OrderedDict[str, Graph] = OrderedDict()
_refused: dict[str, str] = {}


def graph_of(source: dict[str, Any], files: dict[str, str]) -> Graph:
    """Load the graph that a unit's content names under "dataset".

    files: paths of the user's files. A graph that could not be loaded is not tried again by the
    same process until `forget` is called, for a download that fails takes long.
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


def forget() -> None:
    """Forget all graphs, and which could not be loaded."""
    _graphs.clear()
    _refused.clear()


def _load(source: dict[str, Any], files: dict[str, str]) -> Graph:
    cut = {name: source[name] for name in ("binary", "largest_component")}
    if "name" in source:
        return datasets.load(source["name"], **cut, progress=False)
    if "synthetic" in source:
        draw = datasets.csbm if source["synthetic"] == "csbm" else datasets.cba
        graph = draw(**source["parameters"], seed=source["seed"])
    else:
        for role, digest in source["sha256"].items():
            _check(files[role], digest)
        graph = datasets.open_path(
            files["path"], label=source["label"], edges=files.get("edges"), drop=source["drop"]
        )
    if source["binary"]:
        graph = graph.two_largest_classes()
    return graph.largest_component() if source["largest_component"] else graph


def _check(path: str, digest: str) -> None:
    try:
        with Path(path).open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise InputError(
            f"data set file {path!r} cannot be read ({error.strerror or error}): workers on other "
            "machines need it under the same path."
        ) from None
    if found != digest:
        raise InputError(
            f"data set file {path!r} has changed since the study began: run the study again."
        )
