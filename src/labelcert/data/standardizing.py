"""Features with mean 0 and scale 1 over the rows that are trained on.

Labels play no part in it, so that what is certified afterwards covers it: an attacker who changes
labels changes neither means nor scales.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from scipy import sparse

from labelcert.data.graph import Graph

APART = 100.0
"""Scales of columns that differ by so much are worth a word."""

_SMALL = 0.1
"""Share of columns that may be smaller without a word: embeddings have dead columns of 1e-33."""


def standardized(graph: Graph, rows: Any) -> Graph:
    """The graph with features less the mean, over the standard deviation, of some rows.

    graph: a `labelcert.Graph`. rows: (n,) numbers of those that are trained on, `split.labeled`.
    A column that is constant there becomes 0 on them, and keeps its scale elsewhere. Told in its
    notes. Labels play no part, so certificates of these features are as valid as of any.
    """
    changed, constant = scaled(graph.features, rows)
    told = f"features standardized by the {len(rows)} rows that are trained on"
    if constant:
        told += f" ({constant} of {changed.shape[1]} columns are constant there)"
    return replace(graph, features=changed, notes=(*graph.notes, told))


def scaled(matrix: Any, rows: Any) -> tuple[np.ndarray, int]:
    """Features (n, d) standardized by some rows, and how many columns are constant on those."""
    features = _dense(matrix)
    mean, scale = features[rows].mean(axis=0), features[rows].std(axis=0)
    constant = ~(scale > 0)
    return (features - mean) / np.where(constant, 1.0, scale), int(constant.sum())


def scales_told(graph: Graph, rows: Any) -> tuple[str, ...]:
    """A sentence where the columns of a table differ in scale a hundredfold, else none.

    The smallest tenth of the columns is not looked at: to blow up a few dead ones helps nobody.
    """
    if sparse.issparse(graph.features) or graph.num_edges:
        return ()
    scale = np.asarray(graph.features)[rows].std(axis=0)
    scale = scale[scale > 0]
    if len(scale) < 2:
        return ()
    apart = float(scale.max() / np.quantile(scale, _SMALL, method="lower"))
    if apart < APART:
        return ()
    told = f"{apart:.0f}" if apart < 1e6 else f"{apart:.1e}"
    return (
        f"the scales of the columns differ {told}-fold, so that the "
        "largest decide: --standardize puts them on one",
    )


def _dense(features: Any) -> np.ndarray:
    return features.toarray() if sparse.issparse(features) else np.asarray(features, dtype=float)
