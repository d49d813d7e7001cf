"""``labelcert.datasets``: every way to get a graph, and to split it.

- :func:`load`, :func:`names`, :func:`describe`: the named graphs of the literature.
- :func:`csbm`, :func:`cba`: synthetic graphs.
- ``from_…``, :func:`open_path`, :func:`save_npz`: your own data.
- :func:`with_new_rows`: a table to train on and one to certify; :func:`standardized`: features of
  one scale.
- :func:`majority`: labels from several votes a row.
- :func:`split`, :func:`own_split`, :func:`mask_split`: training, validation and test nodes;
  :func:`standard_split`: those of a publisher.
"""

from __future__ import annotations

import os

import numpy as np

from labelcert._errors import InputError
from labelcert.data import registry, sources
from labelcert.data.cba import cba
from labelcert.data.convert import from_pyg, from_scipy
from labelcert.data.csbm import csbm
from labelcert.data.cuts import cut_graph
from labelcert.data.download import data_folder, fetch
from labelcert.data.edge_list import from_edge_list
from labelcert.data.graph import Graph
from labelcert.data.mask_splits import mask_split
from labelcert.data.matrices import undirected
from labelcert.data.networks import from_networkx
from labelcert.data.new_rows import with_new_rows
from labelcert.data.npz import from_npz, save_npz
from labelcert.data.open_path import open_path
from labelcert.data.own_splits import own_split
from labelcert.data.registry import DatasetInfo
from labelcert.data.splits import Split, split
from labelcert.data.standardizing import standardized
from labelcert.data.tables import from_table
from labelcert.data.votes import Majority, majority
from labelcert.intake.numbers import flag

__all__ = [
    "DatasetInfo",
    "Graph",
    "Majority",
    "Split",
    "cba",
    "csbm",
    "data_folder",
    "describe",
    "from_edge_list",
    "from_networkx",
    "from_npz",
    "from_pyg",
    "from_scipy",
    "from_table",
    "load",
    "majority",
    "mask_split",
    "names",
    "open_path",
    "own_split",
    "save_npz",
    "split",
    "standard_split",
    "standardized",
    "undirected",
    "with_new_rows",
]


def load(
    name: str,
    *,
    binary: bool = False,
    largest_component: bool = False,
    data_dir: str | os.PathLike[str] | None = None,
    progress: bool = True,
) -> Graph:
    """Load a named graph, or set of images or e-mails, downloading its files the first time.

    Features are binarised (but for WikiCS and rows without edges) and edges made undirected with
    weight 1, as in Sabanayagam et al., ICLR 2025. Nodes keep the order of the file. Images
    (``mnist``, ``fashion_mnist``) are rows of pixels from 0 to 255 without edges, those for
    training first; one npz file in the folder (``mnist.npz``) is taken in place of the published
    files. E-mails (``spam``) are embeddings of length 1; their file has to be put into the folder.

    Args:
        name: one of :func:`names`.
        binary: keep the two most frequent classes as labels 1 and 0 and drop nodes left without
            an edge (:meth:`Graph.two_largest_classes`); else all nodes and classes are kept.
        largest_component: keep the largest connected component, after ``binary``.
        data_dir: folder of the files; None takes the environment variable ``LABELCERT_DATA_DIR``,
            else the cache folder of the operating system.
        progress: show a progress bar while downloading, if standard error is a terminal.

    Raises:
        InputError: unknown name, or a file that is damaged or cannot be downloaded.
    """
    binary = flag(binary, "binary")
    largest_component = flag(largest_component, "largest_component")
    info = registry.find(name)
    paths = []
    if info.needs_download:
        folder = data_folder(data_dir)
        whole = None if info.whole is None else folder / info.whole
        if whole is not None and whole.is_file():
            paths = [whole]
        else:
            paths = [fetch(file, folder, progress=progress) for file in info.files]
    graph = sources.read(info, paths)
    return cut_graph(graph, binary=binary, largest_component=largest_component)


def standard_split(name: str) -> Split:
    """The split of a named data set into training and test rows that its publisher made.

    ``mnist`` and ``fashion_mnist``: the first 60,000 rows for training, 10,000 for tests, none for
    validation.

    Raises:
        InputError: unknown name, or a data set without such a split.
    """
    info = registry.find(name)
    if info.train is None:
        raise InputError(f"data set {info.name!r} has no split of its own: use datasets.split.")
    return Split(
        np.arange(info.train), np.arange(0), np.arange(info.train, info.nodes, dtype=np.int64)
    )


def names() -> tuple[str, ...]:
    """Return the names that :func:`load` knows."""
    return tuple(registry.DATASETS)


def describe() -> tuple[DatasetInfo, ...]:
    """Return size, source and need of a download of every named graph, without reading any file."""
    return tuple(registry.DATASETS.values())
