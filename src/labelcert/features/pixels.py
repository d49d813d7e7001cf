"""Rows as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from labelcert.features.feature_map import FloatMatrix, refuse_width


@dataclass(frozen=True)
class Pixels:
    """The numbers of each row as given, no scaling: float32 where that holds them exactly."""

    name: ClassVar[str] = "pixels"
    summary: ClassVar[str] = "rows as given"

    def settings(self) -> Mapping[str, Any]:
        """None."""
        return {}

    def fit(self, rows: NDArray[Any]) -> _AsGiven:
        """Nothing is learned."""
        return _AsGiven(rows.shape[1])

    def restore(self, rows: NDArray[Any], state: Mapping[str, NDArray[Any]]) -> _AsGiven:
        """The same."""
        return self.fit(rows)


@dataclass(frozen=True)
class _AsGiven:
    width: int

    def __call__(self, rows: NDArray[Any]) -> FloatMatrix:
        refuse_width(rows, self.width)
        small = rows.dtype.kind in "biu" and rows.dtype.itemsize <= 2
        if small or (rows.dtype.kind == "f" and rows.dtype.itemsize <= 4):
            return rows.astype(np.float32)
        return rows.astype(np.float64)

    def state(self) -> dict[str, NDArray[Any]]:
        """Nothing was learned."""
        return {}
