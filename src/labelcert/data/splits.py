"""Random splits of the nodes into training, validation and test nodes."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelcert._errors import InputError
from labelcert.data.no_label import is_labeled, with_placeholders
from labelcert.intake.numbers import whole


@dataclass(frozen=True, eq=False, repr=False)
class Split:
    """Node indices of a split: disjoint, sorted int64 arrays.

    Attributes:
        train: (a,) nodes to train on.
        validation: (b,) nodes to choose hyperparameters on.
        test: (m,) nodes to predict.
    """

    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    test: NDArray[np.int64]

    @property
    def labeled(self) -> NDArray[np.int64]:
        """(a + b,) nodes whose labels are known, training and validation together, sorted.

        The certified model is trained on all of them, as in Sabanayagam et al., ICLR 2025.
        """
        return np.union1d(self.train, self.validation)

    def __repr__(self) -> str:
        return f"Split(train={self.train.size}, validation={self.validation.size}, " + (
            f"labeled={self.labeled.size}, test={self.test.size})"
        )


def split(
    labels: Any,
    per_class: int = 5,
    seed: int = 0,
    *,
    validation: int | None = None,
    test: int | None = None,
) -> Split:
    """Draw the same number of training and of validation nodes from every class.

    Classes are visited in the order of their first node, so the split depends on who shares a
    class with whom and on the seed, not on what the classes are called. Nodes without a label are
    drawn for nothing.

    Args:
        labels: (n,) class labels, integers or strings; those of a graph, or with None where there
            is none.
        per_class: training nodes of each class, at least 1.
        seed: seed of ``np.random.default_rng``, at least 0.
        validation: validation nodes of each class, at least 0; None means as many as per_class.
        test: at most this many of the remaining nodes, at random (at least 1); None means all.

    Returns:
        The split. With two classes and per_class=5, 20 nodes are labeled.

    Raises:
        InputError: a number out of range, or a class with too few nodes.
    """
    values = with_placeholders(labels)
    per_class = whole(per_class, "per_class", 1)
    validation = per_class if validation is None else whole(validation, "validation", 0)
    test = None if test is None else whole(test, "test", 1)
    generator = np.random.default_rng(whole(seed, "seed", 0))

    train_parts, validation_parts = _draw(values, per_class, validation, generator)
    rest = is_labeled(values)
    rest[np.concatenate(train_parts + validation_parts)] = False
    remaining = np.flatnonzero(rest)
    if test is not None and test < remaining.size:
        remaining = generator.choice(remaining, size=test, replace=False)
    return Split(_sorted(train_parts), _sorted(validation_parts), _sorted([remaining]))


def _draw(
    values: NDArray[Any], per_class: int, validation: int, generator: np.random.Generator
) -> tuple[list[NDArray[np.int64]], list[NDArray[np.int64]]]:
    """Training and validation nodes of every class, classes in the order of their first node."""
    nodes = np.flatnonzero(is_labeled(values))
    classes, first, code = np.unique(values[nodes], return_index=True, return_inverse=True)
    train_parts, validation_parts = [], []
    for k in np.argsort(first):
        members = nodes[code == k]
        if members.size < per_class + validation:
            raise InputError(
                f"per_class={per_class} and validation={validation} ask for "
                f"{per_class + validation} nodes of class {classes[k].item()!r}, which has "
                f"{members.size}: ask for fewer, or leave the class out (graph.without_classes, in "
                f"the shell --drop-class {shlex.quote(str(classes[k]))}, in a study drop_classes)"
            )
        drawn = generator.permutation(members)
        train_parts.append(drawn[:per_class])
        validation_parts.append(drawn[per_class : per_class + validation])
    return train_parts, validation_parts


def _sorted(parts: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    return np.sort(np.concatenate(parts)).astype(np.int64)
