"""Saturated SVMs from features: f_t(ỹ) = C Σ_i ỹ_i F_i·g_t while every dual variable stays at C.

The condition is that of `saturation`, ỹ_i (Kỹ)_i ≤ 1/C under every allowed relabeling, bounded
with the lengths of rows: with f_i = ‖F_i‖ and u_i = y_i F_i·(Fᵀy), r flips raise u_i by no more
than 2 f_i times the sum of the r largest f, and a flipped label has −u_i + 2 f_i² in place of u_i.
Cost: O(n d) a machine, no matrix of all pairs; it asks for a smaller C than the condition itself.
Source: ``math.md`` 4.2; our own note.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.knowledge.lead import rounding
from labelcert.engines.machines.linear_model import signs_of
from labelcert.intake.feature_matrix import blocks_of
from labelcert.learners.feature_system import TINY

FloatArray = NDArray[np.float64]


class SaturatedFeatures:
    """Weights s_t = C F g_t of features F (n, d), as `FeatureLearner`."""

    def __init__(self, features: NDArray[Any], C: float):
        self.features, self.C = features, C
        square, rows = np.zeros(features.shape[1]), np.zeros(len(features))
        for at, block in blocks_of(features):
            square += np.einsum("ij,ij->j", block, block)
            rows[at : at + len(block)] = np.sqrt(np.einsum("ij,ij->i", block, block))
        n, d = features.shape
        self._columns = np.sqrt(square) * (1 + rounding(n + 8, 1.0))
        self._rows = rows * (1 + rounding(d + 8, 1.0))

    def coefficients(self, tests: NDArray[Any]) -> tuple[FloatArray, FloatArray]:
        """C g_t (m, d), and bounds on the rounding of the weights."""
        found = self.C * np.asarray(tests, dtype=np.float64)
        reach = np.abs(found) @ self._columns
        d = self.features.shape[1]
        return found, rounding(2 * (d + 8), reach) + TINY

    def weights(self, coefficients: FloatArray) -> FloatArray:
        """(m, n) inner products with all features."""
        found = np.empty((len(coefficients), len(self.features)))
        for at, block in blocks_of(self.features):
            np.matmul(coefficients, block.T, out=found[:, at : at + len(block)])
        return found

    def weights_of(self, coefficients: FloatArray, points: NDArray[np.int64]) -> FloatArray:
        """(m, k) the same for some of the labels (k,)."""
        return coefficients @ self.features[points].astype(np.float64).T

    def most(self, space: RelabelSpace, budget: int) -> float:
        """An upper bound on ỹ_i (Kỹ)_i at all relabelings of a budget: saturated if ≤ 1/C."""
        flips = space.points.most_flips(budget)
        largest = np.sort(self._rows[space.changeable])[::-1]
        falls = [float(largest[:k].sum()) for k in (flips, max(flips - 1, 0))]
        off = rounding(len(self._rows) + self.features.shape[1] + 16, float(self._rows.sum()))
        largest_of = [0.0]
        for u in self._values(signs_of(space.labels, space.classes)).T:
            kept = u + self._rows * (2 * falls[0] + off)
            turned = -u + self._rows * (2 * self._rows + 2 * falls[1] + off)
            largest_of.append(float(kept.max(initial=0.0)))
            if flips:
                largest_of.append(float(turned[space.changeable].max(initial=0.0)))
        # NumPy's maximum, for Python's forgets what is no number.
        return float(np.max(largest_of)) * (1 + rounding(len(self._rows) + 8, 1.0))

    def _values(self, signs: FloatArray) -> FloatArray:
        """u (n, machines) of clean labels (n, machines) ±1."""
        sums = np.zeros((self.features.shape[1], signs.shape[1]))
        for at, block in blocks_of(self.features):
            sums += block.T @ signs[at : at + len(block)]
        found = np.empty_like(signs)
        for at, block in blocks_of(self.features):
            found[at : at + len(block)] = signs[at : at + len(block)] * (block @ sums)
        return found
