"""What the synthetic graphs have in common: two balanced classes with Gaussian features.

Contextual stochastic block model (``csbm.py``) and contextual Barabási–Albert model (``cba.py``) of
Gosch et al. 2023 ("Revisiting robustness in graph machine learning") with the parameters of
Sabanayagam et al., ICLR 2025.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from labelcert._errors import InputError
from labelcert.intake.numbers import real, whole

# p = 3.17 % and q = 0.74 % at n = 1,000 in the paper, as average degrees.
DEGREE_WITHIN = 15.85
DEGREE_BETWEEN = 3.7
# From here on the number of features no longer grows by default: 200,000 nodes would need 2 GB.
_FEATURES_GROW_UNTIL = 10_000


def balanced_labels(n: int, generator: np.random.Generator) -> NDArray[np.int64]:
    """Return (n,) labels 0 and 1 in random order; where n is odd there is one 0 more."""
    return generator.permutation(np.arange(n, dtype=np.int64) % 2)


def gaussian_features(
    labels: NDArray[np.int64],
    distance: float,
    width: float,
    num_features: int | None,
    generator: np.random.Generator,
) -> NDArray[np.float64]:
    """Return (n, d) features, normal around (2y − 1) μ, where μ is distance · width / (2 √d) · 1.

    Args:
        labels: (n,) zeros and ones.
        distance: distance of the class means in units of width, at least 0.
        width: standard deviation, positive.
        num_features: d; None takes round(n / ln² n), with n at most 10,000.
        generator: source of randomness.

    Raises:
        InputError: a parameter out of range.
    """
    distance = real(distance, "distance", 0.0)
    width = real(width, "width", 0.0)
    if width == 0.0:
        raise InputError("width is 0: pass a positive standard deviation")
    if num_features is None:
        size = min(labels.size, _FEATURES_GROW_UNTIL)
        columns = max(1, round(size / math.log(size) ** 2))
    else:
        columns = whole(num_features, "num_features", 1)
    mean = distance * width / (2.0 * math.sqrt(columns))
    features = generator.standard_normal((labels.size, columns))
    features *= width
    features += (mean * (2 * labels - 1))[:, None]
    return features


def symmetric_adjacency(source: NDArray[np.int64], target: NDArray[np.int64], n: int) -> csr_array:
    """Return the (n, n) adjacency of (E,) distinct undirected edges, weight 1."""
    ends = (np.concatenate([source, target]), np.concatenate([target, source]))
    return csr_array(coo_array((np.ones(2 * source.size), ends), shape=(n, n)))
