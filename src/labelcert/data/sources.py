"""Read the files of the named data sets and prepare them as in the paper's experiments.

Preparation: word features are binarised (> 0), edges are made undirected with weight 1, self-loops
are dropped; graphs without features get the identity matrix. WikiCS keeps its real-valued features
(averaged word vectors, for which "> 0" would mean nothing).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from labelcert._errors import InputError
from labelcert.data.graph import Graph
from labelcert.data.images import read_images
from labelcert.data.matrices import adjacency_from_edges, as_features, undirected
from labelcert.data.networks import from_networkx
from labelcert.data.npz import from_npz
from labelcert.data.registry import DatasetInfo
from labelcert.data.tables import from_table


def read(info: DatasetInfo, paths: Sequence[Path]) -> Graph:
    """Return the prepared graph of a data set, all classes and all nodes, in the file's order.

    Args:
        info: its entry in the registry.
        paths: its files, in the order of ``info.files``.

    Raises:
        InputError: a file is not in its format, or holds another graph than the registry says.
    """
    # How their files are read is no news to anybody.
    graph = replace(_READERS[info.layout](info.name, *paths), notes=())
    if graph.num_nodes != info.nodes:
        raise InputError(
            f"data file {str(paths[0])!r} has {graph.num_nodes} nodes instead of {info.nodes}: "
            "delete it to download it again"
        )
    return graph


def read_karate(name: str) -> Graph:
    """Zachary's karate club without its edge weights; features are the identity matrix."""
    import networkx

    club = networkx.karate_club_graph()
    return from_networkx(club, label="club", features=None, weight=None, name=name)


def read_npz(name: str, path: Path) -> Graph:
    """Graph of an .npz file of the ppnp or nettack repositories."""
    graph = from_npz(path, name=name)
    adjacency = undirected(graph.adjacency, unweighted=True)
    return Graph(_binarised(graph.features), adjacency, graph.labels, name)


def read_mails(name: str, path: Path) -> Graph:
    """E-mails as rows of a Parquet table: ``e0`` … are the features, ``label`` and ``id`` as named.

    ``source``, the folder of the corpus, tells ham from spam and is left out.
    """
    return from_table(path, label="label", id="id", drop=["source"], name=name)


def read_wikics(name: str, path: Path) -> Graph:
    """Graph of the WikiCS JSON file (Mernyei and Cangea 2020).

    The keys read are ``features`` (n lists of d numbers), ``labels`` (n integers) and ``links``
    (n lists of neighbours).
    """
    content = _parse(path, lambda: json.loads(path.read_text(encoding="utf-8")))
    if not isinstance(content, dict) or not {"features", "labels", "links"} <= content.keys():
        raise _damaged(path, "the keys features, labels and links are missing")

    def convert() -> Graph:
        links = content["links"]
        num_nodes = len(content["labels"])
        if len(links) != num_nodes:
            raise ValueError("links and labels differ in length")
        source = np.repeat(np.arange(num_nodes), [len(neighbours) for neighbours in links])
        target = np.array([j for neighbours in links for j in neighbours], dtype=np.int64)
        adjacency = _unweighted_edges(source, target, num_nodes)
        return Graph(np.asarray(content["features"]), adjacency, content["labels"], name)

    return _parse(path, convert)


def read_geom_gcn(name: str, edges: Path, nodes: Path) -> Graph:
    """Graph of two tab-separated files of the Geom-GCN repository (Pei et al., ICLR 2020).

    Both have a header line. A node line holds the node's number, its features (comma-separated
    numbers) and its label; an edge line holds two node numbers. Nodes are sorted by number.
    """

    def read_nodes() -> tuple[list[int], list[str], list[int]]:
        rows = [line.split("\t") for line in _lines_after_header(nodes)]
        return (
            [int(row[0]) for row in rows],
            [row[1] for row in rows],
            [int(row[2]) for row in rows],
        )

    def read_edges() -> NDArray[np.int64]:
        rows = [line.split("\t") for line in _lines_after_header(edges)]
        return np.array([(int(row[0]), int(row[1])) for row in rows], np.int64).reshape(-1, 2)

    ids, features, labels = _parse(nodes, read_nodes)
    links = _parse(edges, read_edges)
    num_nodes = len(ids)
    if num_nodes == 0 or sorted(ids) != list(range(num_nodes)):
        raise _damaged(nodes, "nodes are not numbered from 0 without gaps")

    def convert() -> Graph:
        matrix = np.array([np.array(row.split(","), dtype=np.float64) for row in features])
        order = np.argsort(ids)
        adjacency = _unweighted_edges(links[:, 0], links[:, 1], num_nodes)
        prepared = _binarised(csr_array(matrix[order]))
        return Graph(prepared, adjacency, np.array(labels)[order], name)

    return _parse(nodes, convert)


_READERS: dict[str, Callable[..., Graph]] = {
    "karate": read_karate,
    "npz": read_npz,
    "wikics": read_wikics,
    "geom_gcn": read_geom_gcn,
    "images": read_images,
    "mails": read_mails,
}


def _binarised(features: Any) -> NDArray[np.float64] | csr_array:
    if isinstance(features, np.ndarray):
        return (features > 0).astype(np.float64)
    return as_features((features > 0).astype(np.float64))


def _unweighted_edges(
    source: NDArray[np.int64], target: NDArray[np.int64], num_nodes: int
) -> csr_array:
    ends = np.concatenate([source, target])
    if ends.size and (int(ends.min()) < 0 or int(ends.max()) >= num_nodes):
        raise ValueError("an edge names a node that does not exist")
    return undirected(adjacency_from_edges(source, target, None, num_nodes), unweighted=True)


def _lines_after_header(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines()[1:] if line.strip()]


def _parse(path: Path, step: Callable[[], Any]) -> Any:
    """Run one step of reading a file; whatever it stumbles over becomes one InputError."""
    try:
        return step()
    except (OSError, ValueError, TypeError, IndexError, OverflowError, RecursionError) as error:
        raise _damaged(path, str(error).splitlines()[0] if str(error) else "") from error


def _damaged(path: Path, reason: str) -> InputError:
    return InputError(
        f"data file {str(path)!r} is damaged or in another format ({reason}): "
        "delete it to download it again"
    )
