"""Witnesses that are made when they are asked for, so that certificates of many labels stay small.

A witness of a model that is linear in the labels is the relabelings with the largest gains against
one rival: a recipe of two numbers a test point, whatever the number of flips.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, overload

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates.array_types import IntArray
from labelcert.certificates.results.witness import Witness


class WitnessRecipe(Sequence[Witness | None]):
    """Witnesses of m test points, each made anew when it is asked for.

    rival (m,): the position in `Certificate.classes` of the class that overtakes the predicted one,
    −1 where no witness is known. make: from a test point to its witness; None in a certificate that
    was read from a file or came from another process, which knows the recipe but has no features to
    follow it with.
    """

    def __init__(self, rival: IntArray, make: Callable[[int], Witness | None] | None = None):
        self.rival = rival
        self._make = make

    @property
    def can_make(self) -> bool:
        """Whether the features are at hand."""
        return self._make is not None

    def __len__(self) -> int:
        return len(self.rival)

    @overload
    def __getitem__(self, index: int) -> Witness | None: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Witness | None]: ...
    def __getitem__(self, index: int | slice) -> Witness | Sequence[Witness | None] | None:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        at = range(len(self))[index]
        if self.rival[at] < 0:
            return None
        if self._make is None:
            raise InputError(
                "witnesses of this certificate are a recipe, the labels with the largest gains, "
                "and its features are not at hand: call certify_linear on the features again."
            )
        return self._make(at)

    def __iter__(self) -> Iterator[Witness | None]:
        return (self[i] for i in range(len(self)))

    def __getstate__(self) -> dict[str, Any]:
        return {"rival": np.asarray(self.rival), "_make": None}
