"""The named data sets: what they hold and where their files come from."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from labelcert._errors import InputError

_RAW = "https://raw.githubusercontent.com"
_PPNP = f"{_RAW}/gasteigerjo/ppnp/master/ppnp/data"
_NETTACK = f"{_RAW}/danielzuegner/nettack/master/data"
_MNIST = "https://ossci-datasets.s3.amazonaws.com/mnist"
_FASHION = f"{_RAW}/zalandoresearch/fashion-mnist/master/data/fashion"
_GEOM_GCN = (
    f"{_RAW}/graphdml-uiuc-jlu/geom-gcn/f1fc0d14b3b019c562737240d06ec83b07d16a8f/new_data/chameleon"
)


@dataclass(frozen=True)
class RemoteFile:
    """A file that is downloaded once.

    Attributes:
        filename: name in the data folder.
        url: where it is published; None where nobody publishes it as one file, so that it has to be
            put into the data folder.
        sha256: expected digest in hexadecimal, or None where the source publishes none.
    """

    filename: str
    url: str | None
    sha256: str | None = None


@dataclass(frozen=True)
class DatasetInfo:
    """What is known about a named data set before its files are read.

    Attributes:
        name: name for ``datasets.load``.
        nodes: number of nodes, without ``binary``.
        edges: number of undirected edges after preparation; for ``wikics`` and ``chameleon`` the
            number of directed links that their sources state.
        classes: number of classes.
        features: number of feature columns.
        layout: how the files are laid out (see ``labelcert.data.sources``).
        source: publication or repository.
        files: files to download; empty where the data come with a dependency.
        whole: a file of the data folder that is taken in place of all others, if it is there.
        word: what one of its nodes is called, for people.
        train: where the publisher splits the data: so many rows are for training, those after them
            for tests.
    """

    name: str
    nodes: int
    edges: int
    classes: int
    features: int
    layout: str
    source: str
    files: tuple[RemoteFile, ...] = ()
    whole: str | None = None
    train: int | None = None
    word: str = "node"

    @property
    def needs_download(self) -> bool:
        """Whether files must be downloaded (or put into the data folder) first."""
        return bool(self.files)

    @property
    def can_be_downloaded(self) -> bool:
        """Whether all its files have an address, so that no hand is needed."""
        return all(file.url is not None for file in self.files)


def _idx_files(folder: str, url: str) -> tuple[RemoteFile, ...]:
    """Images and labels for training, then for tests; `images` checks what they hold."""
    names = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
    files = (f"{name}-ubyte.gz" for name in names)
    return tuple(RemoteFile(f"{folder}/{name}", f"{url}/{name}") for name in files)


DATASETS: dict[str, DatasetInfo] = {
    info.name: info
    for info in (
        DatasetInfo(
            "karate", 34, 78, 2, 34, "karate", "Zachary 1977, as in networkx; edge weights ignored"
        ),
        DatasetInfo(
            "cora_ml",
            2995,
            8158,
            7,
            2879,
            "npz",
            "github.com/gasteigerjo/ppnp",
            (
                RemoteFile(
                    "cora_ml.npz",
                    f"{_PPNP}/cora_ml.npz",
                    "e3439bfd32c4a962d5c56a4f313793baee39181c208c90a3915b61183d3e1cda",
                ),
            ),
        ),
        DatasetInfo(
            "citeseer",
            3312,
            4536,
            6,
            3703,
            "npz",
            "github.com/gasteigerjo/ppnp",
            (
                RemoteFile(
                    "citeseer.npz",
                    f"{_PPNP}/citeseer.npz",
                    "9c72e32115590d1e6b2701f7af490519c8b2948ade22ec513e262aac3e47f722",
                ),
            ),
        ),
        DatasetInfo(
            "cora",
            2708,
            5278,
            7,
            1433,
            "npz",
            "github.com/danielzuegner/nettack",
            (
                RemoteFile(
                    "cora.npz",
                    f"{_NETTACK}/cora.npz",
                    "398a5c8f949a4f2a3c8fb248f777d2756c654de714762d6a18c04eaa19a96271",
                ),
            ),
        ),
        DatasetInfo(
            "polblogs",
            1490,
            16715,
            2,
            1490,
            "npz",
            "github.com/danielzuegner/nettack",
            (
                RemoteFile(
                    "polblogs.npz",
                    f"{_NETTACK}/polblogs.npz",
                    "cd0983c2b1caa3bbe2703a4e316f97bb1dccd33f98800d3d8e4bbe51cc86941b",
                ),
            ),
        ),
        DatasetInfo(
            "wikics",
            11701,
            216123,
            10,
            300,
            "wikics",
            "github.com/pmernyei/wiki-cs-dataset",
            (
                RemoteFile(
                    "wikics.json", f"{_RAW}/pmernyei/wiki-cs-dataset/master/dataset/data.json"
                ),
            ),
        ),
        DatasetInfo(
            "chameleon",
            2277,
            36101,
            5,
            2325,
            "geom_gcn",
            "github.com/graphdml-uiuc-jlu/geom-gcn",
            (
                RemoteFile("chameleon_edges.txt", f"{_GEOM_GCN}/out1_graph_edges.txt"),
                RemoteFile("chameleon_nodes.txt", f"{_GEOM_GCN}/out1_node_feature_label.txt"),
            ),
        ),
        DatasetInfo(
            "mnist",
            70_000,
            0,
            10,
            784,
            "images",
            "LeCun, Cortes and Burges, The MNIST database; images as rows",
            _idx_files("mnist", _MNIST),
            whole="mnist.npz",
            train=60_000,
            word="image",
        ),
        DatasetInfo(
            "fashion_mnist",
            70_000,
            0,
            10,
            784,
            "images",
            "github.com/zalandoresearch/fashion-mnist; images as rows",
            _idx_files("fashion_mnist", _FASHION),
            whole="fashion_mnist.npz",
            train=60_000,
            word="image",
        ),
        DatasetInfo(
            "spam",
            6046,
            0,
            2,
            384,
            "mails",
            "SpamAssassin public corpus, e-mails as embeddings of all-MiniLM-L6-v2",
            (
                RemoteFile(
                    "spam_assassin_minilm.parquet",
                    None,
                    "40c9111e207de5392dd6c2339a4c877aaa1f7cfd779a07fe6dade61b89eb78d9",
                ),
            ),
            word="mail",
        ),
    )
}


def find(name: str) -> DatasetInfo:
    """Return the entry of a named data set; upper case and hyphens are forgiven (``Cora-ML``).

    Raises:
        InputError: no such name; the message lists the names and the closest one.
    """
    if not isinstance(name, str):
        raise InputError(
            f"name is of type {type(name).__name__}: pass one of {', '.join(DATASETS)}"
        )
    key = name.strip().lower().replace("-", "_")
    if key in DATASETS:
        return DATASETS[key]
    close = difflib.get_close_matches(key, DATASETS, n=1, cutoff=0.5)
    hint = f"did you mean {close[0]!r}? " if close else ""
    raise InputError(f"name {name!r} is no data set: {hint}choose one of {', '.join(DATASETS)}")
