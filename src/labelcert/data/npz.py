"""Graphs in NumPy ``.npz`` files.

Keys (n nodes, d feature columns, E edges), with other names that are read in brackets; nothing in
the file is ever unpickled:

- ``labels`` (n,) (``node_labels``, ``y``, ``label``): integers or strings. ``labeled`` (n,):
  optional, which nodes have a label. In a file without it, −1 beside two or more other classes, all
  of them 0 or more, stands for a node without a label.
- The graph, one of: ``adj_data``, ``adj_indices``, ``adj_indptr``, ``adj_shape`` (CSR arrays of an
  (n, n) matrix); ``adj`` (n, n) dense (``adj_matrix``, ``adjacency``); ``edges`` (E, 2) node
  indices, or ``edge_index`` (2, E), with optional ``edge_weight`` (E,) (``edge_weights``,
  ``weights``, ``edge_attr``); or neither, for a table without a graph.
- The features, one of: ``features`` (n, d) dense (``node_features``, ``x``, ``attr_matrix``,
  ``attr``); ``attr_data``, ``attr_indices``, ``attr_indptr``, ``attr_shape`` (CSR); or neither
  where there is a graph, which stands for the identity matrix.
- ``node_ids`` (n,): optional text or integers, what the nodes are called.
- ``name`` (): optional text. ``class_keys`` (K,), ``class_values`` (K,): optional original names of
  the labels.

The spelling ``adj_matrix.data``, ``attr_matrix.data``, … of the ppnp repository is read too. Other
keys are left out, and the graph's ``notes`` name them.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from labelcert._errors import InputError
from labelcert.data.graph import Graph
from labelcert.data.matrices import (
    adjacency_from_edges,
    identity_features,
    shape,
    square_weights,
    undirected,
)
from labelcert.data.no_label import (
    minus_one_is_none,
    told_unlabeled,
    unlabeled_at,
    with_placeholders,
)
from labelcert.data.node_ids import id_text
from labelcert.data.npz_archive import PARTS, Archive, open_archive
from labelcert.intake.names import told_names

_LABELS = ("labels", "node_labels", "y", "label")
_ADJACENCY = ("adj", "adj_matrix", "adjacency")
_WEIGHTS = ("edge_weight", "edge_weights", "weights", "edge_attr")
_FEATURES = ("features", "node_features", "x", "attr_matrix", "attr")


def from_npz(
    path: str | os.PathLike[str],
    *,
    labels: str | None = None,
    symmetrize: bool = True,
    name: str | None = None,
) -> Graph:
    """Load a graph from an ``.npz`` file of the format above.

    Args:
        path: the file.
        labels: key of the labels; None takes the first of those above.
        symmetrize: make directed edges undirected, max(A, Aᵀ); else they are an error.
        name: name of the graph; None takes the file's key ``name``, else the file name.

    Raises:
        InputError: no such file, not an ``.npz`` file, damaged, pickled objects, a missing key, or
            content that is no valid graph.
    """
    path = Path(path)
    with open_archive(path) as archive:
        key = archive.require(labels or archive.find(_LABELS) or _LABELS[0], "labels (--label)")
        try:
            return _graph(archive, key, symmetrize, name, path.stem)
        except InputError as error:
            prefix = "" if str(error).startswith(archive.where) else f"{archive.where}: "
            raise InputError(f"{prefix}{error}") from error


def save_npz(graph: Graph, path: str | os.PathLike[str]) -> Path:
    """Write a graph to a compressed ``.npz`` file that :func:`from_npz` reads back unchanged.

    Labels of nodes that have none are written as −1 or empty text, and the key ``labeled`` tells
    them from others. What reading the graph left to say, its ``notes``, is not written.

    Args:
        graph: what to write.
        path: the file; ``.npz`` is appended where it is missing. An existing file is replaced,
            whole or not at all.

    Returns:
        The path written.

    Raises:
        InputError: the file cannot be written.
    """
    path = Path(path)
    if path.suffix != ".npz":
        path = path.with_name(path.name + ".npz")
    labels = graph.labels
    if labels.dtype.kind == "i":
        labels = np.where(graph.is_labeled, labels, -1)
    arrays: dict[str, Any] = {"labels": labels, "labeled": graph.is_labeled}
    arrays["name"] = np.array(graph.name)
    arrays |= _csr_parts("adj", graph.adjacency)
    if isinstance(graph.features, np.ndarray):
        arrays["features"] = graph.features
    else:
        arrays |= _csr_parts("attr", graph.features)
    if graph.node_ids is not None:
        arrays["node_ids"] = np.asarray(graph.node_ids)
    if graph.class_names:
        arrays["class_keys"] = np.array(list(graph.class_names.keys()))
        arrays["class_values"] = np.array(list(graph.class_names.values()))
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            with partial.open("wb") as stream:
                np.savez_compressed(stream, **arrays)
            os.replace(partial, path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(
            f"path {str(path)!r} cannot be written ({error.strerror}): choose a folder that exists "
            "and that you may write to"
        ) from error
    return path


def _graph(archive: Archive, key: str, symmetrize: bool, name: str | None, stem: str) -> Graph:
    """The graph of a file; key: of its labels, stem: its name where it has none of its own."""
    labels, unlabeled = _labels(archive, key)
    adjacency, graph_from = _adjacency(archive, labels.size)
    features, features_from = _features(archive, adjacency)
    text = _name(archive) or stem
    ids = _column(archive.read("node_ids")) if "node_ids" in archive.keys else None
    class_names = _class_names(archive)
    told = [f"labels from key {key!r}, {features_from}, {graph_from}"]
    if archive.unread:
        told.append(f"left out: {told_names(archive.unread)}")
    if adjacency is not None and symmetrize:
        adjacency = undirected(adjacency)
    graph: Any = adjacency  # None is welcome
    notes = (*told, *unlabeled)
    return Graph(
        features, graph, labels, name or text, class_names=class_names, node_ids=ids, notes=notes
    )


def _csr_parts(prefix: str, matrix: csr_array) -> dict[str, Any]:
    whole = np.array(matrix.shape, dtype=np.int64)
    parts = (matrix.data, matrix.indices, matrix.indptr, whole)
    return {f"{prefix}_{part}": array for part, array in zip(PARTS, parts, strict=True)}


def _labels(archive: Archive, key: str) -> tuple[NDArray[Any], list[str]]:
    """(n,) labels, and what to tell of nodes without one."""
    raw = archive.read(key)
    values = _column(raw)
    if "labeled" not in archive.keys:
        labels = with_placeholders(values)
        if minus_one_is_none(labels):
            labels = unlabeled_at(labels, labels == -1)
            return labels, told_unlabeled(labels, " (−1)")
        return labels, told_unlabeled(labels)
    real = archive.read("labeled")
    if real.shape != values.shape or real.dtype.kind != "b":
        raise InputError(
            f"key 'labeled' has shape {real.shape} and dtype {real.dtype}: save one boolean for "
            "each label"
        )
    labels = unlabeled_at(with_placeholders(values), ~real)
    return labels, told_unlabeled(labels)


def _column(array: NDArray[Any]) -> NDArray[Any]:
    """An array (n, 1) as one of (n,)."""
    return array.ravel() if array.ndim == 2 and array.shape[1] == 1 else array


def _class_names(archive: Archive) -> dict[Any, Any] | None:
    if not {"class_keys", "class_values"} <= set(archive.keys):
        return None
    keys, values = (archive.read(key).ravel().tolist() for key in ("class_keys", "class_values"))
    if len(keys) != len(values):
        raise InputError(
            f"keys 'class_keys' and 'class_values' have {len(keys)} and {len(values)} entries: "
            "save one name for each class"
        )
    return dict(zip(keys, values, strict=True))


def _name(archive: Archive) -> str:
    """The name of the graph, "" where the file has none."""
    if "name" not in archive.keys:
        return ""
    raw = archive.read("name")
    if raw.ndim != 0:
        raise InputError(f"key 'name' has shape {raw.shape}: save one text, or leave it out")
    return id_text(raw.item(), "key 'name'")


def _adjacency(archive: Archive, num_nodes: int) -> tuple[Any, str]:
    """The graph, a matrix or None, and what it was read from."""
    sparse = archive.csr(("adj_", "adj_matrix.", "adjacency_"))
    if sparse is not None:
        return sparse[0], f"graph from keys '{sparse[1]}…'"
    key = archive.find(_ADJACENCY)
    if key is not None:
        return square_weights(archive.read(key)), f"graph from key {key!r}"
    key = archive.find(("edges", "edge_index"))
    if key is None:
        return None, "no graph"
    ends = _ends(archive, key, num_nodes)
    weight_key = archive.find(_WEIGHTS)
    weight = None if weight_key is None else archive.read(weight_key)
    if weight is not None and weight_key == "edge_attr":
        weight = weight.ravel() if weight.ndim == 2 and weight.shape[1] == 1 else weight
        if weight.ndim != 1:  # not weights but features of edges, for which there is no use
            archive.used.remove("edge_attr")
            weight = None
    told = f"graph from key {key!r}"
    if weight is not None:
        if weight.shape != (ends.shape[0],) or weight.dtype.kind not in "buif":
            raise InputError(f"key {weight_key!r} is a bad {weight_key}: save one number per edge")
        told += f" with weights from {weight_key!r}"
    return adjacency_from_edges(ends[:, 0], ends[:, 1], weight, num_nodes), told


def _ends(archive: Archive, key: str, num_nodes: int) -> NDArray[np.int64]:
    """(E, 2) the nodes that each edge joins."""
    edges = archive.read(key)
    turned = key.lower() == "edge_index"
    if edges.ndim != 2 or edges.shape[0 if turned else 1] != 2 or edges.dtype.kind not in "iu":
        raise InputError(
            f"key {key!r} has shape {edges.shape} and dtype {edges.dtype}: save integer node "
            f"indices of shape {'(2, E)' if turned else '(E, 2)'}"
        )
    if edges.size and (int(edges.min()) < 0 or int(edges.max()) >= num_nodes):
        raise InputError(
            f"key {key!r} has edges to nodes outside [0, {num_nodes}): number the nodes from 0, in "
            "the order of the labels"
        )
    return (edges.T if turned else edges).astype(np.int64)


def _features(archive: Archive, adjacency: Any) -> tuple[Any, str]:
    """The features, a matrix, and what they were read from."""
    key = archive.find(_FEATURES)
    if key is not None:
        return archive.read(key), f"features from key {key!r}"
    sparse = archive.csr(("attr_", "attr_matrix.", "features_"))
    if sparse is not None:
        return sparse[0], f"features from keys '{sparse[1]}…'"
    if adjacency is None:
        raise InputError(
            "neither features nor a graph are in it: add the key 'features' (n, d), or 'edges' "
            "(E, 2)"
        )
    return identity_features(shape(adjacency)[0]), "no features: the identity matrix"
