"""Patch features of images: k-means on whitened patches, without labels.

Every patch of size × size pixels is brought to mean 0 and length about 1 and whitened (ZCA); its
`centroids` features are max(0, mean distance to the centroids − distance to this one), the
"triangle" activation; they are added up over a grid of pool × pool fields of the image. The numbers
are then standardised over some of the rows fitted to, brought to length 1, and joined by a
constant.
Source: Coates, Ng and Lee, "An Analysis of Single-Layer Networks in Unsupervised Feature Learning"
(AISTATS 2011); settings of ``math.md`` 12. Cost: about 1 s for 1,000 images of 28 × 28 a core.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from labelcert._errors import InputError
from labelcert.features.feature_map import FloatMatrix, refuse_width
from labelcert.intake.numbers import jobs, real, whole

Float32 = NDArray[np.float32]

SAMPLE = 100_000
"""Patches that centroids are learned from, at the most."""

CONTRAST = 1e-2
"""Added to the variance of a patch, as a share of the mean variance of all: flat ones stay flat."""

MOMENTS = 10_000
"""Rows that means and deviations of the features are taken over, at the most."""

WHITENING = 0.1
"""Added to the eigenvalues of the patches' covariance, as a share of their mean."""

IMAGES = 4
"""Worked on at a time: their distances stay in the cache of a core."""


@dataclass(frozen=True)
class Patches:
    """Patch features of square images (rows of h · h numbers), float32, of length about 1.

    Args:
        centroids: features of a patch, at least 2.
        size: side of a patch in pixels, at least 2.
        pool: fields of the grid in each direction, at least 1.
        constant: a feature that all images share, at least 0.
        seed: of the sample of patches and of k-means, at least 0.

    Raises:
        InputError: a number out of range; on fitting, rows that are no square images, or too few.
    """

    name: ClassVar[str] = "patches"
    summary: ClassVar[str] = "k-means features of image patches, seeded (Coates and Ng 2011)"

    centroids: int = 200
    size: int = 6
    pool: int = 3
    constant: float = 0.2
    seed: int = 0

    def __post_init__(self) -> None:
        whole(self.centroids, "centroids", 2, 10_000)
        whole(self.size, "size", 2, 1000)
        whole(self.pool, "pool", 1, 100)
        real(self.constant, "constant", 0.0)
        whole(self.seed, "seed", 0, 2**32 - 1)

    def settings(self) -> Mapping[str, Any]:
        """All parameters."""
        return {
            "centroids": int(self.centroids),
            "size": int(self.size),
            "pool": int(self.pool),
            "constant": float(self.constant),
            "seed": int(self.seed),
        }

    def fit(self, rows: NDArray[Any]) -> _FittedPatches:
        """Centroids, and means and deviations of the features, from rows (n, h · h)."""
        side = self._side(rows.shape[1])
        sample = _sample(rows, side, self.size, self.seed)
        offset = float(np.float64(sample.var(axis=1)).mean()) * CONTRAST
        level = _levelled(sample, offset)
        mean, whitening = _whitening(level)
        white = ((level - mean) @ whitening).astype(np.float32)
        centers = self._centers(white)
        encode = _Encoder(side, self.size, self.pool, offset, mean, whitening, centers)
        step = -(-len(rows) // MOMENTS)
        center, scale = _moments(encode(rows[::step]))
        return _FittedPatches(encode, center, scale, self.constant)

    def restore(self, rows: NDArray[Any], state: Mapping[str, NDArray[Any]]) -> _FittedPatches:
        """Patches with the centroids and moments of an earlier fit."""
        encode = _Encoder(
            self._side(rows.shape[1]), self.size, self.pool, float(state["offset"]),
            state["mean"], state["whitening"], state["centers"],
        )  # fmt: skip
        return _FittedPatches(encode, state["center"], state["scale"], self.constant)

    def _side(self, width: int) -> int:
        side = math.isqrt(width)
        if side * side != width or side - self.size + 1 < self.pool:
            raise InputError(
                f"X has {width} columns, which are no square images that hold patches of "
                f"{self.size} × {self.size} in a grid of {self.pool} × {self.pool}: pass such "
                "images as rows, or other features."
            )
        return side

    def _centers(self, white: Float32) -> Float32:
        from sklearn.cluster import MiniBatchKMeans

        if len(np.unique(white, axis=0)) < self.centroids:
            raise InputError(
                f"X has fewer than {self.centroids} different patches: pass more rows, or other "
                "features."
            )
        starts: Any = 3
        found = MiniBatchKMeans(
            self.centroids, random_state=self.seed, n_init=starts, batch_size=4096, max_iter=30
        ).fit(white)
        return np.asarray(found.cluster_centers_, dtype=np.float32)


@dataclass(frozen=True, eq=False)
class _FittedPatches:
    encode: _Encoder
    center: Float32
    scale: Float32
    constant: float

    def __call__(self, rows: NDArray[Any]) -> FloatMatrix:
        pooled = self.encode(rows)
        found = np.empty((len(rows), pooled.shape[1] + 1), dtype=np.float32)
        found[:, -1] = self.constant
        for first in range(0, len(rows), 1024):
            part = (pooled[first : first + 1024] - self.center) * self.scale
            length = np.linalg.norm(part, axis=1, keepdims=True)
            part = np.divide(part, length, out=np.zeros_like(part), where=length > 0)
            found[first : first + 1024, :-1] = part
        return found

    def state(self) -> dict[str, NDArray[Any]]:
        """Whitening, centroids and moments."""
        encode = self.encode
        return {
            "offset": np.array(encode.offset),
            "mean": encode.mean,
            "whitening": encode.whitening,
            "centers": encode.centers,
            "center": self.center,
            "scale": self.scale,
        }


@dataclass(frozen=True, eq=False)
class _Encoder:
    """Sums of triangle activations over the fields of images."""

    side: int
    size: int
    pool: int
    offset: float
    mean: Float32
    whitening: Float32
    centers: Float32

    def __call__(self, rows: NDArray[Any]) -> Float32:
        """(n, pool² · centroids) of rows (n, side²); threads share the images."""
        from threadpoolctl import threadpool_limits

        refuse_width(rows, self.side**2)
        found = np.empty((len(rows), self.pool**2 * len(self.centers)), dtype=np.float32)
        firsts = range(0, len(rows), IMAGES)

        def one(first: int) -> None:
            found[first : first + IMAGES] = self._images(rows[first : first + IMAGES])

        one_core_each = threadpool_limits(limits=1, user_api="blas")
        with one_core_each, ThreadPoolExecutor(jobs(None, "n_jobs")) as pool:
            for _ in pool.map(one, firsts):
                pass
        return found

    def _images(self, rows: NDArray[Any]) -> Float32:
        side = self.side - self.size + 1
        patches = _patches_of(rows, self.side, self.size).reshape(-1, self.size**2)
        white = (_levelled(patches, self.offset) - self.mean) @ self.whitening
        distance = white @ (-2.0 * self.centers.T)
        distance += (white * white).sum(axis=1, keepdims=True)
        distance += (self.centers * self.centers).sum(axis=1)
        np.sqrt(np.maximum(distance, 0.0, out=distance), out=distance)
        np.subtract(distance.mean(axis=1, keepdims=True), distance, out=distance)
        np.maximum(distance, 0.0, out=distance)
        cube = distance.reshape(len(rows), side, side, len(self.centers))
        edges = np.linspace(0, side, self.pool + 1).round().astype(int)[:-1]
        pooled = np.add.reduceat(np.add.reduceat(cube, edges, axis=1), edges, axis=2)
        return pooled.reshape(len(rows), -1)


def _patches_of(rows: NDArray[Any], side: int, size: int) -> Float32:
    """(images, places, places, size, size) float32 copies of all patches."""
    images = rows.reshape(len(rows), side, side).astype(np.float32)
    views = np.lib.stride_tricks.sliding_window_view(images, (size, size), axis=(1, 2))
    return np.ascontiguousarray(views)


def _sample(rows: NDArray[Any], side: int, size: int, seed: int) -> Float32:
    """Patches (s, size²) at random places of random images."""
    drawn = np.random.default_rng(seed)
    count = min(SAMPLE, len(rows) * (side - size + 1) ** 2)
    image = np.sort(drawn.integers(len(rows), size=count))
    top, left = drawn.integers(side - size + 1, size=(2, count))
    steps = np.arange(size)
    at = (top[:, None] + steps)[:, :, None] * side + (left[:, None] + steps)[:, None, :]
    return rows[image[:, None], at.reshape(count, -1)].astype(np.float32)


def _levelled(patches: Float32, offset: float) -> Float32:
    """Patches with mean 0 and about variance 1."""
    level = patches - patches.mean(axis=1, keepdims=True)
    spread = np.sqrt((level * level).mean(axis=1, keepdims=True) + np.float32(offset))
    return np.divide(level, spread, out=np.zeros_like(level), where=spread > 0)


def _whitening(level: Float32) -> tuple[Float32, Float32]:
    """The mean of patches, and the symmetric matrix that makes their covariance about 1."""
    exact = level.astype(np.float64)
    mean = exact.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(exact - mean, rowvar=False))
    values = np.maximum(values, 0.0)
    scale = 1.0 / np.sqrt(values + WHITENING * values.mean() + 1e-12)
    matrix = (vectors * scale) @ vectors.T
    return mean.astype(np.float32), matrix.astype(np.float32)


def _moments(pooled: Float32) -> tuple[Float32, Float32]:
    """Means, and 1 over the deviations (1 where a feature does not vary)."""
    total, square = np.zeros((2, pooled.shape[1]))
    for first in range(0, len(pooled), 1024):
        part = pooled[first : first + 1024].astype(np.float64)
        total += part.sum(axis=0)
        square += (part * part).sum(axis=0)
    mean = total / len(pooled)
    deviation = np.sqrt(np.maximum(square / len(pooled) - mean * mean, 0.0))
    scale = np.where(deviation > 1e-6 * np.abs(mean) + 1e-12, 1.0 / np.maximum(deviation, 1e-30), 1)
    return mean.astype(np.float32), scale.astype(np.float32)
