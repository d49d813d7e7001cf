"""Splits of the user's own: node numbers or masks, such as those of PyTorch Geometric.

Planetoid's splits come as three masks; an ``.npz`` file or a column holds them as well.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelcert._errors import InputError
from labelcert.data.no_label import is_labeled, with_placeholders
from labelcert.data.split_words import parts_of
from labelcert.data.splits import Split
from labelcert.intake.items import items_of
from labelcert.intake.missing import is_missing
from labelcert.intake.positions import as_positions


def own_split(
    labels: Any, train: Any = None, test: Any = None, validation: Any = (), *, parts: Any = None
) -> Split:
    """A split of one's own, checked.

    Args:
        labels: (n,) class labels as of a graph, with None where there is none.
        train: node numbers, or a mask of all n nodes (PyTorch Geometric: ``data.train_mask``).
        test: the same, of the nodes to certify; they need no label.
        validation: the same; the certified model trains on these too (`Split.labeled`).
        parts: (n,) in place of the three, a column that says train, validation or test, and
            nothing where a node has no part; of the first two, nodes without a label are left out.

    Returns the split, each part sorted.

    Raises InputError: another word than these, numbers that are no nodes, masks of another length,
    a node in two parts, a node without a label among those that are trained on, or no training node
    at all.
    """
    values = with_placeholders(labels)
    if parts is not None:
        if train is not None or test is not None or not _is_empty(validation):
            raise InputError("parts says what train, test and validation say: pass one of both.")
        train, test, validation = _said(parts, is_labeled(values))
    elif train is None or test is None:
        raise InputError(
            "train and test are both needed: pass node numbers or masks, or a column that says "
            "train, validation and test as parts."
        )
    by_name = {
        name: _part(given, name, len(values))
        for name, given in (("train", train), ("validation", validation), ("test", test))
    }
    names = list(by_name)
    for number, first in enumerate(names):
        for second in names[number + 1 :]:
            both = np.intersect1d(by_name[first], by_name[second])
            if len(both):
                raise InputError(
                    f"{first} and {second} both have node {int(both[0])}: put each node in one part"
                )
    if len(by_name["train"]) == 0:
        raise InputError("train is empty: name the nodes to train on")
    for name in ("train", "validation"):
        without = by_name[name][~is_labeled(values)[by_name[name]]]
        if len(without):
            raise InputError(
                f"{name} has node {int(without[0])}, which has no label: leave it out, or give it "
                "one"
            )
    return Split(by_name["train"], by_name["validation"], by_name["test"])


def _is_empty(given: Any) -> bool:
    return given is None or (hasattr(given, "__len__") and len(given) == 0)


def _said(parts: Any, known: NDArray[np.bool_]) -> tuple[Any, Any, Any]:
    """Numbers of training, test and validation nodes by the words of a column."""
    cells = items_of(parts, "parts", "train, validation or test for each node")
    if len(cells) != len(known):
        raise InputError(
            f"parts has {len(cells)} entries for {len(known)} nodes: pass one for each."
        )
    names = parts_of([None if is_missing(cell) else cell for cell in cells], "parts")
    train, validation = (np.flatnonzero((names == n) & known) for n in ("train", "validation"))
    return train, np.flatnonzero(names == "test"), validation


def _part(given: Any, name: str, count: int) -> NDArray[np.int64]:
    return np.sort(as_positions(_plain(given), name, count, "node", distinct=True))


def _plain(given: Any) -> Any:
    """Tensors as arrays; a mask of a tensor's type keeps being one."""
    return given.numpy() if hasattr(given, "numpy") and not hasattr(given, "iloc") else given
