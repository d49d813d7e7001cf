"""Features kept on disk, so that the same rows with the same settings are computed once.

What a map has learned from the rows it was fitted to is kept too, and everything is computed with
that: a second fit may learn something else, and features of the two do not go together. Files are
named by the SHA-256 of the map, its settings and the rows it was fitted to, those of features
besides by what was learned and by the rows it was applied to. They lie in the folder that
``LABELCERT_CACHE_DIR`` names, else in the system's cache folder, and may be deleted at any time.
Where nothing can be written nothing is kept.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelcert.features.feature_map import FittedMap, FloatMatrix, RestorableMap

ENVIRONMENT_VARIABLE = "LABELCERT_CACHE_DIR"
VERSION = 2
"""Of what maps compute; another number meets no old file."""

LEAST = 2**16
"""Matrices with fewer numbers are not kept."""


class Cached:
    """A feature map whose large results are kept on disk; name and settings are the map's."""

    def __init__(self, map_: RestorableMap):
        self._map = map_
        self.name = map_.name

    def settings(self) -> Mapping[str, Any]:
        """Of the map."""
        return self._map.settings()

    def fit(self, rows: NDArray[Any]) -> FittedMap:
        """Fitted when something has to be computed, and not before."""
        return _Kept(self._map, rows)

    def restore(self, rows: NDArray[Any], state: Mapping[str, NDArray[Any]]) -> FittedMap:
        """Of the map; nothing is kept."""
        return self._map.restore(rows, state)


class _Kept:
    def __init__(self, map_: RestorableMap, rows: NDArray[Any]):
        self._map, self._rows = map_, rows

    @cached_property
    def _about(self) -> bytes:
        told = [VERSION, self._map.name, dict(self._map.settings())]
        return json.dumps(told, sort_keys=True).encode() + digest_of(self._rows)

    @cached_property
    def _known(self) -> tuple[dict[str, NDArray[Any]], FittedMap | None]:
        """What was learned, and the fitted map where that had to be done now."""
        path = cache_folder() / f"{self._map.name}-{_name(self._about)}.npz"
        state = _read_state(path)
        if state is not None:
            return state, None
        fitted = self._map.fit(self._rows)
        state = fitted.state()
        _write(path, lambda file: np.savez(file, **state))  # pyright: ignore[reportArgumentType]
        return state, fitted

    @cached_property
    def _fitted(self) -> FittedMap:
        state, fitted = self._known
        return self._map.restore(self._rows, state) if fitted is None else fitted

    @cached_property
    def _learned(self) -> bytes:
        state = self._known[0]
        return self._about + b"".join(
            key.encode() + digest_of(np.atleast_1d(state[key])) for key in sorted(state)
        )

    def state(self) -> dict[str, NDArray[Any]]:
        """Of the fitted map."""
        return self._known[0]

    def __call__(self, rows: NDArray[Any]) -> FloatMatrix:
        key = _name(self._learned + digest_of(rows))
        path = cache_folder() / f"{self._map.name}-{key}.npy"
        found = _read(path, len(rows))
        if found is None:
            found = computed = self._fitted(rows)
            if found.size >= LEAST:
                _write(path, lambda file: np.save(file, computed, allow_pickle=False))
        return found


def _name(told: bytes) -> str:
    return hashlib.sha256(told).hexdigest()[:32]


def cache_folder() -> Path:
    """Where features are kept; it need not exist."""
    named = os.environ.get(ENVIRONMENT_VARIABLE)
    if named:
        return Path(named).expanduser()
    import pooch

    return Path(pooch.os_cache("labelcert")) / "features"


def digest_of(rows: NDArray[Any]) -> bytes:
    """SHA-256 of shape, type and numbers."""
    found = hashlib.sha256(f"{rows.shape} {rows.dtype.str}".encode())
    for first in range(0, len(rows), 4096):
        found.update(np.ascontiguousarray(rows[first : first + 4096]).tobytes())
    return found.digest()


def _read(path: Path, count: int) -> FloatMatrix | None:
    try:
        found: Any = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    fits = found.ndim == 2 and len(found) == count and found.dtype.kind == "f"
    return found if fits else None


def _read_state(path: Path) -> dict[str, NDArray[Any]] | None:
    try:
        with np.load(path, allow_pickle=False) as file:
            return {key: file[key] for key in file.files}
    except (OSError, ValueError, EOFError, KeyError, TypeError, zipfile.BadZipFile, zlib.error):
        return None


def _write(path: Path, save: Callable[[Any], None]) -> None:
    """Whole or not at all."""
    import tempfile

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            try:
                save(file)
            except OSError:
                os.unlink(file.name)
                return
        os.replace(file.name, path)
    except OSError:
        return
