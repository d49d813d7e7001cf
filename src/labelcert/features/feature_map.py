"""What a map from rows to features is: anything with a name, settings, `fit` and a call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from labelcert._errors import InputError

FloatMatrix = NDArray[np.floating[Any]]

BLOCK = 2**22
"""So many numbers are worked on at a time."""


@runtime_checkable
class FeatureMap(Protocol):
    """A map from rows to features; a constant object but for what `fit` returns.

    Two maps of one name and the same settings, fitted to the same rows in the same order, compute
    the same features.
    """

    @property
    def name(self) -> str:
        """Lower-case name, in records and in the shell."""
        ...

    def settings(self) -> Mapping[str, Any]:
        """The parameters, with values that JSON can hold."""
        ...

    def fit(self, rows: NDArray[Any]) -> RowFeatures:
        """Learn what there is to learn from rows (n, d), without labels; InputError if unfit."""
        ...


class RowFeatures(Protocol):
    """Whatever turns rows into features."""

    def __call__(self, rows: NDArray[Any]) -> FloatMatrix:
        """Features (n, e), float32 or float64, of rows (n, d)."""
        ...


class RestorableMap(FeatureMap, Protocol):
    """A map whose fits can be kept on disk."""

    def fit(self, rows: NDArray[Any]) -> FittedMap:
        """As of any map."""
        ...

    def restore(self, rows: NDArray[Any], state: Mapping[str, NDArray[Any]]) -> FittedMap:
        """What `fit` returned for these rows, from its `state`."""
        ...


class FittedMap(RowFeatures, Protocol):
    """What `RestorableMap.fit` returns."""

    def state(self) -> dict[str, NDArray[Any]]:
        """All that was learned. Another fit may learn something else: sums of several threads are
        rounded as they come, and eigenvectors have no sign."""
        ...


def blocks(n: int, width: int) -> Iterator[slice]:
    """Rows in blocks of about `BLOCK` numbers, each row taking `width` of them."""
    step = max(1, BLOCK // max(1, width))
    for first in range(0, n, step):
        yield slice(first, min(n, first + step))


def refuse_width(rows: NDArray[Any], width: int) -> None:
    """Raise InputError where rows have another number of columns than those fitted to."""
    if rows.shape[1] != width:
        raise InputError(
            f"X has {rows.shape[1]} columns and the rows fitted to had {width}: pass rows of the "
            "same kind."
        )
