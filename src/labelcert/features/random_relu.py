"""Random ReLU features: the hidden layer of a wide network whose last layer alone is trained.

φ(x) = sqrt(2 / width) · max(0, W x / ‖x‖) with rows of W standard normal, so that φ(x)·φ(x') tends
to the arc-cosine kernel of order 1 of the directions of x and x' (Cho and Saul 2009) as the width
grows. Rows of length 0 stay 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from labelcert.features.feature_map import FloatMatrix, blocks, refuse_width
from labelcert.intake.numbers import whole


@dataclass(frozen=True)
class RandomReLU:
    """Random ReLU features of the direction of each row, float32, of squared length about 1.

    Args:
        width: number of features, at least 1.
        seed: of the random weights, at least 0.

    Raises:
        InputError: a number out of range.
    """

    name: ClassVar[str] = "random_relu"
    summary: ClassVar[str] = "random ReLU features of each row's direction, seeded"

    width: int = 2000
    seed: int = 0

    def __post_init__(self) -> None:
        whole(self.width, "width", 1, 10**6)
        whole(self.seed, "seed", 0)

    def settings(self) -> Mapping[str, Any]:
        """Width and seed."""
        return {"width": int(self.width), "seed": int(self.seed)}

    def fit(self, rows: NDArray[Any]) -> _RandomLayer:
        """Draw the weights for the number of columns; the rows themselves play no part."""
        drawn = np.random.default_rng(self.seed)
        weights = drawn.standard_normal((rows.shape[1], self.width), dtype=np.float32)
        return _RandomLayer(weights * np.float32(np.sqrt(2.0 / self.width)))

    def restore(self, rows: NDArray[Any], state: Mapping[str, NDArray[Any]]) -> _RandomLayer:
        """The same weights: the seed has them."""
        return self.fit(rows)


@dataclass(frozen=True, eq=False)
class _RandomLayer:
    weights: NDArray[np.float32]

    def __call__(self, rows: NDArray[Any]) -> FloatMatrix:
        refuse_width(rows, len(self.weights))
        found = np.empty((len(rows), self.weights.shape[1]), dtype=np.float32)
        for block in blocks(len(rows), self.weights.shape[1] + rows.shape[1]):
            part = rows[block].astype(np.float64)
            largest = np.abs(part).max(axis=1, keepdims=True)
            part = np.divide(part, largest, out=np.zeros_like(part), where=largest > 0)
            length = np.linalg.norm(part, axis=1, keepdims=True)
            part = np.divide(part, length, out=np.zeros_like(part), where=length > 0)
            np.maximum(part.astype(np.float32) @ self.weights, 0.0, out=found[block])
        return found

    def state(self) -> dict[str, NDArray[Any]]:
        """Nothing was learned."""
        return {}
