"""Graphs in NumPy ``.npz`` files.

Keys (n nodes, d feature columns, E edges); nothing in the file is ever unpickled:

- ``labels`` (n,): integers or strings.
- The graph, one of: ``adj_data``, ``adj_indices``, ``adj_indptr``, ``adj_shape`` (CSR arrays of an
  (n, n) matrix); ``edges`` (E, 2) node indices, with optional ``edge_weight`` (E,); or neither, for
  a table without a graph.
- The features, one of: ``features`` (n, d) dense; ``attr_data``, ``attr_indices``, ``attr_indptr``,
  ``attr_shape`` (CSR); or neither where there is a graph, which stands for the identity matrix.
- ``node_ids`` (n,): optional text or integers, what the nodes are called.
- ``name`` (): optional text. ``class_keys`` (K,), ``class_values`` (K,): optional original names of
  the labels.

The spelling ``adj_matrix.data``, ``attr_matrix.data``, … of the ppnp repository is read too; other
keys are ignored.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.npyio import NpzFile
from numpy.typing import NDArray
from scipy.sparse import csr_array

from labelcert._errors import InputError
from labelcert.data.graph import Graph
from labelcert.data.labels import as_labels
from labelcert.data.matrices import adjacency_from_edges, identity_features, shape, undirected

_PARTS = ("data", "indices", "indptr", "shape")
_Reader = Callable[[str], NDArray[Any]]


def from_npz(
    path: str | os.PathLike[str],
    *,
    labels: str = "labels",
    symmetrize: bool = True,
    name: str | None = None,
) -> Graph:
    """Load a graph from an ``.npz`` file of the format above.

    Args:
        path: the file.
        labels: key of the labels.
        symmetrize: make directed edges undirected, max(A, Aᵀ); else they are an error.
        name: name of the graph; None takes the file's key ``name``, else the file name.

    Raises:
        InputError: no such file, not an ``.npz`` file, damaged, pickled objects, a missing key, or
            content that is no valid graph.
    """
    path = Path(path)
    with _open(path) as archive:
        keys = set(archive.files)

        def read(key: str) -> NDArray[Any]:
            return _read_key(archive, key, path)

        if labels not in keys:
            raise InputError(f"file {str(path)!r} has no key {labels!r}: add it, or name the key")
        values = _labels(read(labels), path)
        adjacency = _adjacency(keys, read, values.size, path)
        features = _features(keys, read, adjacency, path)
        text = str(read("name")) if "name" in keys else path.stem
        ids = read("node_ids").ravel() if "node_ids" in keys else None
        names = None
        if {"class_keys", "class_values"} <= keys:
            pairs = (read("class_keys").ravel().tolist(), read("class_values").ravel().tolist())
            names = dict(zip(*pairs, strict=False))
    try:
        if adjacency is not None and symmetrize:
            adjacency = undirected(adjacency)
        graph: Any = adjacency  # None is welcome
        return Graph(features, graph, values, name or text, class_names=names, node_ids=ids)
    except InputError as error:
        raise InputError(f"file {str(path)!r}: {error}") from error


def save_npz(graph: Graph, path: str | os.PathLike[str]) -> Path:
    """Write a graph to a compressed ``.npz`` file that :func:`from_npz` reads back unchanged.

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
    arrays: dict[str, Any] = {"labels": graph.labels, "name": np.array(graph.name)}
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


def _csr_parts(prefix: str, matrix: csr_array) -> dict[str, Any]:
    return {
        f"{prefix}_data": matrix.data,
        f"{prefix}_indices": matrix.indices,
        f"{prefix}_indptr": matrix.indptr,
        f"{prefix}_shape": np.array(matrix.shape, dtype=np.int64),
    }


def _open(path: Path) -> NpzFile:
    if not path.is_file():
        raise InputError(f"path {str(path)!r} is no file: check the spelling")
    try:
        archive = np.load(path, allow_pickle=False)
    except Exception as error:  # whatever a damaged archive raises
        raise _not_npz(path) from error
    if not isinstance(archive, NpzFile):
        raise _not_npz(path)
    return archive


def _not_npz(path: Path) -> InputError:
    return InputError(
        f"file {str(path)!r} is not a readable .npz archive (damaged, cut short, or pickled): "
        "write it again with numpy.savez or datasets.save_npz"
    )


def _read_key(archive: NpzFile, key: str, path: Path) -> NDArray[Any]:
    try:
        return np.asarray(archive[key])
    except Exception as error:  # whatever a damaged member raises, from zlib to the header parser
        if "allow_pickle" in str(error):
            raise InputError(
                f"file {str(path)!r} holds pickled objects under {key!r}, which are never loaded: "
                "save it as a numeric or string array"
            ) from error
        raise InputError(
            f"file {str(path)!r} is damaged at key {key!r}: write or download it again"
        ) from error


def _labels(raw: NDArray[Any], path: Path) -> NDArray[Any]:
    try:
        return as_labels(raw)
    except InputError as error:
        raise InputError(f"file {str(path)!r}: {error}") from error


def _adjacency(keys: set[str], read: _Reader, num_nodes: int, path: Path) -> csr_array | None:
    matrix = _csr(keys, read, ("adj_", "adj_matrix."), path)
    if matrix is not None or "edges" not in keys:
        return matrix
    edges = read("edges")
    if edges.ndim != 2 or edges.shape[1] != 2 or edges.dtype.kind not in "iu":
        raise InputError(
            f"file {str(path)!r} has edges of shape {edges.shape} and dtype {edges.dtype}: save "
            "integer node indices of shape (E, 2)"
        )
    if edges.size and (int(edges.min()) < 0 or int(edges.max()) >= num_nodes):
        raise InputError(
            f"file {str(path)!r} has edges to nodes outside [0, {num_nodes}): number the nodes "
            "from 0, in the order of the labels"
        )
    weight = read("edge_weight") if "edge_weight" in keys else None
    if weight is not None and (
        weight.shape != (edges.shape[0],) or weight.dtype.kind not in "buif"
    ):
        raise InputError(f"file {str(path)!r} has a bad edge_weight: save one number per edge")
    ends = edges.astype(np.int64)
    return adjacency_from_edges(ends[:, 0], ends[:, 1], weight, num_nodes)


def _features(
    keys: set[str], read: _Reader, adjacency: csr_array | None, path: Path
) -> NDArray[Any] | csr_array:
    if "features" in keys:
        return read("features")
    matrix = _csr(keys, read, ("attr_", "attr_matrix."), path)
    if matrix is not None:
        return matrix
    if adjacency is None:
        raise InputError(
            f"file {str(path)!r} has neither features nor a graph: add the key 'features' "
            "(n, d), or 'edges' (E, 2)"
        )
    return identity_features(shape(adjacency)[0])


def _csr(keys: set[str], read: _Reader, prefixes: tuple[str, ...], path: Path) -> csr_array | None:
    """CSR matrix under the first prefix whose four parts are there; None where no part is."""
    for prefix in prefixes:
        present = [part for part in _PARTS if prefix + part in keys]
        if len(present) == len(_PARTS):
            break
        if "indptr" in present:
            missing = next(part for part in _PARTS if part not in present)
            raise InputError(f"file {str(path)!r} has no key {prefix + missing!r}: add it")
    else:
        return None
    data, indices, indptr, shape = (read(prefix + part) for part in _PARTS)
    try:
        matrix = csr_array((data, indices, indptr), shape=tuple(int(size) for size in shape))
        matrix.check_format(full_check=True)
    except (ValueError, TypeError, IndexError, OverflowError, MemoryError) as error:
        raise InputError(
            f"file {str(path)!r} holds no valid CSR matrix under {prefix!r} ({error}): write it "
            "again with datasets.save_npz"
        ) from error
    return matrix
