"""Splits of the user's own: node numbers or masks, such as those of PyTorch Geometric.

Planetoid's splits come as three masks; an ``.npz`` file or a column holds them as well.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelcert._errors import InputError
from labelcert.data.no_label import is_labeled, with_placeholders
from labelcert.data.splits import Split
from labelcert.intake.positions import as_positions


def own_split(labels: Any, train: Any, test: Any, validation: Any = ()) -> Split:
    """A split of one's own, checked.

    Args:
        labels: (n,) class labels as of a graph, with None where there is none.
        train: node numbers, or a mask of all n nodes (PyTorch Geometric: ``data.train_mask``).
        test: the same, of the nodes to certify; they need no label.
        validation: the same; the certified model trains on these too (`Split.labeled`).

    Returns the split, each part sorted.

    Raises InputError: numbers that are no nodes, masks of another length, a node in two parts, a
    node without a label among those that are trained on, or no training node at all.
    """
    values = with_placeholders(labels)
    parts = {
        name: _part(given, name, len(values))
        for name, given in (("train", train), ("validation", validation), ("test", test))
    }
    names = list(parts)
    for number, first in enumerate(names):
        for second in names[number + 1 :]:
            both = np.intersect1d(parts[first], parts[second])
            if len(both):
                raise InputError(
                    f"{first} and {second} both have node {int(both[0])}: put each node in one part"
                )
    if len(parts["train"]) == 0:
        raise InputError("train is empty: name the nodes to train on")
    for name in ("train", "validation"):
        without = parts[name][~is_labeled(values)[parts[name]]]
        if len(without):
            raise InputError(
                f"{name} has node {int(without[0])}, which has no label: leave it out, or give it "
                "one"
            )
    return Split(parts["train"], parts["validation"], parts["test"])


def _part(given: Any, name: str, count: int) -> NDArray[np.int64]:
    return np.sort(as_positions(_plain(given), name, count, "node", distinct=True))


def _plain(given: Any) -> Any:
    """Tensors as arrays; a mask of a tensor's type keeps being one."""
    return given.numpy() if hasattr(given, "numpy") and not hasattr(given, "iloc") else given
