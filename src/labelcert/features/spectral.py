"""Spectral features: slow coordinates of a random walk among all rows, without labels.

The rows' features are brought to few dimensions (principal components), each row is joined with its
nearest neighbours, and the features of a row are its entries in the leading eigenvectors of the
random walk on that graph, times the eigenvalues' `time`-th power: what is left of a start at this
row after so many steps (a diffusion map). Rows that many short steps lead between come to lie
together, so that a model of a few labels does well, which is what the parts of an ensemble have. A
new row gets the mean over its neighbours among the rows fitted to, one step of the walk, and
changes no other row.
Cost: for 60,000 rows about two minutes on two cores, besides the features that it starts from.
Source: Belkin and Niyogi, "Laplacian Eigenmaps" (Neural Computation 2003); Coifman and Lafon,
"Diffusion maps" (ACHA 2006).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from labelcert._errors import InputError
from labelcert.features.cached import Cached
from labelcert.features.feature_map import FittedMap, FloatMatrix, RestorableMap
from labelcert.features.patches import Patches
from labelcert.intake.numbers import real, whole

BASE = "base."
"""Before the names of what the base has learned."""


@dataclass(frozen=True)
class Spectral:
    """Diffusion coordinates of each row, float32, of length about 1.

    Args:
        base: the map that neighbours are found with, patches of images by default.
        components: principal components of it that distances are measured in, at least 1.
        neighbors: that each row is joined with, at least 1.
        vectors: eigenvectors, at least 2; the constant one among them is left out.
        time: steps of the walk, at least 1: the more, the less the faster vectors count.
        constant: a feature that all rows share, at least 0.
        seed: of the eigenvectors' start, at least 0.

    Raises:
        InputError: a number out of range; on fitting, fewer rows than vectors or neighbours need.
    """

    name: ClassVar[str] = "spectral"
    summary: ClassVar[str] = "diffusion coordinates of each row among all rows (label-free)"

    base: RestorableMap = field(default_factory=lambda: _kept_patches(0))
    components: int = 100
    neighbors: int = 10
    vectors: int = 60
    time: int = 16
    constant: float = 0.2
    seed: int = 0

    def __post_init__(self) -> None:
        whole(self.components, "components", 1)
        whole(self.neighbors, "neighbors", 1)
        whole(self.vectors, "vectors", 2)
        whole(self.time, "time", 1)
        real(self.constant, "constant", 0.0)
        whole(self.seed, "seed", 0, 2**32 - 1)

    def settings(self) -> Mapping[str, Any]:
        """All parameters, those of the base among them."""
        return {
            "base": {"name": self.base.name, **self.base.settings()},
            "components": int(self.components),
            "neighbors": int(self.neighbors),
            "vectors": int(self.vectors),
            "time": int(self.time),
            "constant": float(self.constant),
            "seed": int(self.seed),
        }

    def fit(self, rows: NDArray[Any]) -> _Walk:
        """Neighbours and eigenvectors of rows (n, d)."""
        from sklearn.decomposition import PCA
        from sklearn.neighbors import NearestNeighbors

        if len(rows) <= max(self.vectors, self.neighbors) + 1:
            raise InputError(
                f"X has {len(rows)} rows, too few for {self.vectors} vectors and {self.neighbors} "
                "neighbours: pass more rows, or smaller numbers."
            )
        fitted = self.base.fit(rows)
        given = np.asarray(fitted(rows))
        size = min(self.components, *given.shape)
        principal = PCA(size, svd_solver="covariance_eigh").fit(given)
        center, axes = given.mean(axis=0), np.asarray(principal.components_).T
        points = ((given - center) @ axes).astype(np.float32)
        near = NearestNeighbors(n_neighbors=self.neighbors, algorithm="brute").fit(points)
        values, vectors = _slowest(near.kneighbors_graph(), self.vectors, self.seed)
        # A step to the mean of one's neighbours takes the factor `values` off by itself.
        own, new = vectors * values**self.time, vectors * values ** (self.time - 1)
        state = {"center": center, "axes": axes, "points": points, "own": own, "new": new}
        return self._walk(rows, fitted, state)

    def restore(self, rows: NDArray[Any], state: Mapping[str, NDArray[Any]]) -> _Walk:
        """Neighbours and eigenvectors of an earlier fit."""
        of_base = {key[len(BASE) :]: state[key] for key in state if key.startswith(BASE)}
        return self._walk(rows, self.base.restore(rows, of_base), state)

    def _walk(
        self, rows: NDArray[Any], base: FittedMap, state: Mapping[str, NDArray[Any]]
    ) -> _Walk:
        place: dict[bytes, int] = {}
        for i, key in enumerate(_keys(rows)):
            place.setdefault(key, i)  # equal rows are to have equal features
        learned = {key: state[key] for key in ("center", "axes", "points", "own", "new")}
        return _Walk(base=base, place=place, neighbors=self.neighbors, constant=self.constant,
                     **learned)  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Walk:
    """center (e,), axes (e, components): the principal components of the base's features; points
    (n, components): the rows fitted to; own, new (n, vectors): their coordinates, and what other
    rows average; place: where each of them comes first."""

    base: FittedMap
    center: NDArray[Any]
    axes: NDArray[Any]
    points: NDArray[np.float32]
    own: NDArray[np.float64]
    new: NDArray[np.float64]
    place: dict[bytes, int]
    neighbors: int
    constant: float

    def state(self) -> dict[str, NDArray[Any]]:
        """Components, points, eigenvectors, and what the base has learned."""
        learned = {"center": self.center, "axes": self.axes, "points": self.points,
                   "own": self.own, "new": self.new}  # fmt: skip
        return learned | {BASE + key: value for key, value in self.base.state().items()}

    @cached_property
    def _near(self) -> Any:
        from sklearn.neighbors import NearestNeighbors

        return NearestNeighbors(n_neighbors=self.neighbors, algorithm="brute").fit(self.points)

    def __call__(self, rows: NDArray[Any]) -> FloatMatrix:
        """Features (n, vectors) of rows, each a function of that row alone."""
        at = np.array([self.place.get(key, -1) for key in _keys(rows)], dtype=np.int64)
        found = self.own[at]
        others = np.flatnonzero(at < 0)
        if len(others):
            points = (np.asarray(self.base(rows[others])) - self.center) @ self.axes
            near = self._near.kneighbors(points.astype(np.float32), return_distance=False)
            found[others] = self.new[near].mean(axis=1)
        length = np.linalg.norm(found, axis=1, keepdims=True)
        unit = np.divide(found, length, out=np.zeros_like(found), where=length > 0)
        return np.hstack([unit, np.full((len(unit), 1), self.constant)]).astype(np.float32)


def _kept_patches(seed: int) -> Cached:
    patches: Any = Patches(seed=seed)
    return Cached(patches)


def _keys(rows: NDArray[Any]) -> Iterator[bytes]:
    """A digest of the numbers of each row, whatever their type."""
    for first in range(0, len(rows), 4096):
        part = np.ascontiguousarray(rows[first : first + 4096], dtype=np.float64) + 0.0
        for row in part:
            yield hashlib.blake2b(row.tobytes(), digest_size=16).digest()


def _slowest(graph: Any, count: int, seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The largest eigenvalues of the walk but the first, and the eigenvectors as columns."""
    from scipy import sparse
    from scipy.sparse.linalg import LinearOperator, eigsh

    joined = graph.maximum(graph.T)
    degree = np.asarray(joined.sum(axis=1)).ravel()
    half = sparse.diags_array(1 / np.sqrt(degree))
    step = (half @ joined @ half).tocsr()
    # Without the constant vector, also where the graph falls apart and 1 is no simple eigenvalue.
    constant = np.sqrt(degree / degree.sum())

    def rest(x: NDArray[np.float64]) -> NDArray[np.float64]:
        flat = x.ravel()
        moved: NDArray[np.float64] = step @ flat - constant * (constant @ flat)
        return moved

    kind: Any = LinearOperator
    operator = kind(step.shape, matvec=rest, dtype=np.float64)
    start = np.random.default_rng(seed).standard_normal(len(degree))
    values, vectors = eigsh(operator, k=count - 1, which="LA", v0=start)
    order = np.argsort(-values, kind="stable")
    scale = np.sqrt(len(degree) / degree)[:, None]
    return np.maximum(values[order], 0.0), vectors[:, order] * scale
