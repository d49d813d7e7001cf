"""Array types of this room, and the shape of a SciPy array as a type checker can follow it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.int64]
FeatureMatrix = sparse.csr_array | FloatArray
"""A matrix that is dense or CSR."""


def shape_of(matrix: Any) -> tuple[int, int]:
    """Shape of a two-dimensional array; SciPy's sparse arrays declare theirs as None."""
    rows, cols = matrix.shape
    return int(rows), int(cols)
