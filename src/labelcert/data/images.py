"""Sets of labeled images: IDX files or one npz file, and the images as rows of a graph.

Every pixel is a feature, from 0 to 255 as published; there are no edges. Training images come
first, test images after them. What was read is checked by the SHA-256 of its content, which was
taken from files of other publishers, so that it does not matter how the files were packed.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from labelcert._errors import InputError
from labelcert.data.graph import Graph
from labelcert.data.idx import idx_digest, read_idx
from labelcert.data.npz_archive import open_archive

KEYS = ("x_train", "y_train", "x_test", "y_test")
"""Of an npz file; the IDX files come in the same order."""

CONTENT = {
    "mnist": (
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
    "fashion_mnist": (
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    ),
}
"""SHA-256 of the four arrays as IDX files without gzip."""


def read_images(name: str, *paths: Path) -> Graph:
    """Images and labels of a set, from its npz file or its four IDX files; checked by content."""
    arrays = _of_npz(paths[0]) if len(paths) == 1 else _of_idx(paths)
    for array, path, digest in zip(arrays, paths * 4, CONTENT[name], strict=False):
        if idx_digest(array) != digest:
            raise InputError(
                f"data file {str(path)!r} is damaged or another version (the SHA-256 of its "
                "content differs): delete it to download it again"
            )
    images, labels = (np.concatenate([arrays[k], arrays[k + 2]]) for k in (0, 1))
    count = len(images)
    no_edges = csr_array((count, count), dtype=np.float64)
    return Graph(images.reshape(count, -1).astype(np.float64), no_edges, labels, name)


def _of_idx(paths: tuple[Path, ...]) -> list[NDArray[np.uint8]]:
    return [read_idx(path, 3 if k % 2 == 0 else 1) for k, path in enumerate(paths)]


def _of_npz(path: Path) -> list[NDArray[np.uint8]]:
    with open_archive(path) as archive:
        missing = [key for key in KEYS if key not in archive.keys]
        if missing:
            raise InputError(
                f"data file {str(path)!r} has no array {missing[0]!r}: delete it to download its "
                "IDX files instead"
            )
        arrays = [archive.read(key) for key in KEYS]
    for key, array in zip(KEYS, arrays, strict=True):
        if array.dtype != np.uint8 or array.ndim != (3 if key.startswith("x") else 1):
            raise InputError(
                f"data file {str(path)!r} has no bytes of images or labels under {key!r}: delete "
                "it to download its IDX files instead"
            )
    return arrays
