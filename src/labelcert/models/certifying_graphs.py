"""`certify_graph`: a graph, a split and a kernel in, a certificate of the test nodes out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Unpack

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates import Certificate, certify
from labelcert.certificates.run.settings import Options, shows_options
from labelcert.data.no_label import is_labeled, with_placeholders
from labelcert.intake.positions import as_positions
from labelcert.kernels import as_kernel
from labelcert.kernels.checked_block import block_of
from labelcert.kernels.inputs import refuse_other_graphs


@shows_options()
def certify_graph(
    graph: Any,
    split: Any,
    kernel: Callable[..., Any],
    **options: Unpack[Options],
) -> Certificate:
    """Certify the predictions of a split's test nodes against flips of its labeled nodes' labels.

    Args:
        graph: a `labelcert.Graph`, or anything with features (n, d), adjacency (n, n) and labels
            (n,).
        split: a split of `labelcert.datasets`, or anything with node numbers or masks of all nodes
            as `labeled` (trained on) and `test` (certified). Its `validation` nodes, where it has
            some among the labeled ones, price what `Certificate.advice` names, unless the option
            `validation` says otherwise.
        kernel: a kernel of `labelcert.kernels`, a `labelcert.kernels.Kernel`, or a function of two
            feature matrices (`labelcert.kernels.as_kernel`).
        options: those of `labelcert.certify`; a threat model counts positions among
            ``split.labeled``, in its order.

    Returns the certificate; its rows are the nodes of ``split.test``, in their order.
    Raises InputError: a part that is missing, a node without a label among the labeled, or what
    `labelcert.certify` refuses.
    """
    refuse_other_graphs(graph)
    for name, value, parts in (
        ("graph", graph, ("features", "adjacency", "labels")),
        ("split", split, ("labeled", "test")),
    ):
        for part in parts:
            if getattr(value, part, None) is None:
                raise InputError(f"{name} has no {part}: pass one that has.")
    known = as_kernel(kernel)
    labels = with_placeholders(graph.labels)
    labeled = as_positions(split.labeled, "split.labeled", len(labels), "node")
    test = as_positions(split.test, "split.test", len(labels), "node")
    missing = labeled[~is_labeled(labels)[labeled]]
    if len(missing):
        raise InputError(
            f"split.labeled holds node {int(missing[0])}, which has no label: leave it out."
        )
    if len(np.intersect1d(labeled, test)):
        node = int(np.intersect1d(labeled, test)[0])
        raise InputError(
            f"split has node {node} in both labeled and test: certify nodes that are not trained "
            "on."
        )
    if "validation" not in options:
        options["validation"] = _held_out(split, labeled, len(labels))
    gram, cross = block_of(known, graph, labeled), block_of(known, graph, test, labeled)
    return certify(gram, cross, labels[labeled], **options)


def _held_out(split: Any, labeled: np.ndarray, nodes: int) -> np.ndarray | None:
    """Positions among labeled (n,) of the split's validation nodes, None where nothing is left
    to train on without them, or nothing to validate on."""
    named = getattr(split, "validation", None)
    if named is None:
        return None
    validation = as_positions(named, "split.validation", nodes, "node")
    held = np.flatnonzero(np.isin(labeled, validation))
    return held if 0 < len(held) < len(labeled) else None
