"""The ten architectures that the benchmarks certify, with the C used for each.

C is chosen so that most points are free support vectors, the slow case of the solver; it is not
tuned for accuracy.
"""

from __future__ import annotations

import labelcert as lc


def ten_architectures() -> dict[str, tuple[object, float]]:
    """Name -> (kernel, C)."""
    k = lc.kernels
    return {
        "MLP": (k.MLP(), 0.1),
        "GCN": (k.GCN(), 0.075),
        "SGC": (k.SGC(), 0.075),
        "GraphSAGE": (k.GraphSAGE(), 0.0075),
        "APPNP": (k.APPNP(alpha=0.0), 0.5),
        "GIN": (k.GIN(), 0.0125),
        "GCN depth 2": (k.GCN(depth=2), 0.1),
        "GCN depth 4": (k.GCN(depth=4), 0.1),
        "GCN skip-PC": (k.GCN(skip="pc"), 0.075),
        "GCN skip-alpha": (k.GCN(skip="alpha"), 0.1),
    }
