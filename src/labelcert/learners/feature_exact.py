"""Ridge regression from features in exact rational arithmetic, where leads are too close to tell.

The smaller of FᵀF and FFᵀ over the rationals, one elimination a test point. Every float is a
rational number, so the features handed in define the problem exactly.
Source: ``math.md`` 11; our own note.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelcert.learners.exact import never, solve, to_fractions

EXACT_SIZE = 60
"""Largest matrix that is eliminated exactly, a second at the most."""

EXACT_PRODUCTS = 10**6
"""So many products of fractions make up the matrix at the most, about a second."""


@dataclass(frozen=True, eq=False)
class ExactFeatures:
    """Features (n, d) with exact weights of test points; λ as a float."""

    features: NDArray[Any]
    ridge: float

    @property
    def within_reach(self) -> bool:
        """Whether exact weights take no more than about a second."""
        n, d = self.features.shape
        p = min(n, d)
        return p <= EXACT_SIZE and n * d * max(p, 1) <= EXACT_PRODUCTS

    @cached_property
    def _rows(self) -> list[list[Fraction]]:
        return to_fractions(np.asarray(self.features))

    @cached_property
    def _system(self) -> list[list[Fraction]]:
        """FᵀF + λI, or FFᵀ + λI where that is smaller."""
        n, d = self.features.shape
        vectors = self._rows if d > n else [[row[j] for row in self._rows] for j in range(d)]
        p = len(vectors)
        system = [[Fraction(0)] * p for _ in range(p)]
        for i in range(p):
            for j in range(i + 1):
                system[i][j] = system[j][i] = _dot(vectors[i], vectors[j])
            system[i][i] += Fraction(self.ridge)
        return system

    def weights(
        self, row: NDArray[Any], expired: Callable[[], bool] = never
    ) -> list[Fraction] | None:
        """s (n,) of a test point (d,); None if that is out of reach, or once `expired`."""
        if not self.within_reach:
            return None
        n, d = self.features.shape
        test = [Fraction(float(value)) for value in row]
        if d > n:
            return solve(self._system, [_dot(own, test) for own in self._rows], expired)
        found = solve(self._system, test, expired)
        return None if found is None else [_dot(own, found) for own in self._rows]


def _dot(first: list[Fraction], second: list[Fraction]) -> Fraction:
    pairs = zip(first, second, strict=True)
    return sum((a * b for a, b in pairs if a != 0 and b != 0), Fraction(0))
