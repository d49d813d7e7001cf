"""Arrays that remember where they come from, where that decides what a certificate is worth.

A kernel of a network's own features says something about flipped labels only if these labels had no
part in the features. The matrix does not show it, so the kernels that could be spoilt that way
return arrays that carry what was declared. Slices and products keep it; `numpy.asarray` and files
lose it, and a matrix without an origin is taken as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelcert._errors import InputError


@dataclass(frozen=True)
class Origin:
    """Where a kernel or features come from.

    Attributes:
        told: sentences that every certificate on them repeats.
        refusal: why nothing may be certified on them, with the remedy; None if it may.
    """

    told: tuple[str, ...] = ()
    refusal: str | None = None


class OriginArray(np.ndarray[Any, Any]):
    """A NumPy array with an `Origin`; what is computed from it alone has the same."""

    origin: Origin | None = None

    def __array_finalize__(self, source: Any) -> None:
        if source is not None:
            self.origin = getattr(source, "origin", None)


def with_origin(array: NDArray[Any], origin: Origin | None) -> NDArray[Any]:
    """The same numbers, with where they come from; the array itself without an origin."""
    if origin is None:
        return array
    found = array.view(OriginArray)
    found.origin = origin
    return found


def origin_of(values: Any) -> Origin | None:
    """What an array remembers, None for all others."""
    return values.origin if isinstance(values, OriginArray) else None


def check_origins(*arrays: Any) -> tuple[str, ...]:
    """What certificates on these arrays must tell, each sentence once.

    Raises InputError where one of them may not be certified on.
    """
    return told_of([origin_of(array) for array in arrays])


def told_of(origins: Sequence[Origin | None]) -> tuple[str, ...]:
    """The same of origins that were taken from arrays before."""
    known = [origin for origin in origins if origin is not None]
    for origin in known:
        if origin.refusal is not None:
            raise InputError(origin.refusal)
    return tuple(dict.fromkeys(sentence for origin in known for sentence in origin.told))
