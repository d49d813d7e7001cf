"""Splits that a column of a table or a list of nodes says, for the shell and for studies alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from labelcert.data.graph import Graph
from labelcert.data.node_ids import numbers_of
from labelcert.data.own_splits import own_split
from labelcert.data.split_words import parts_of
from labelcert.data.splits import Split
from labelcert.intake.numbers import whole


def column_split(
    graph: Graph, cells: Sequence[Any], where: str, column: str
) -> tuple[Split, tuple[str, ...]]:
    """The split that the cells (nodes,) of a column say, and sentences on what was left out.

    cells: train, validation or test, None where a row has no part; rows of train and validation
    without a label are left out. Raises InputError: another word, or nothing to train on.
    """
    names = parts_of(cells, where)
    trained = (names == "train") | (names == "validation")
    without = trained & ~graph.is_labeled
    notes = _counted(int(without.sum()), "rows of train or validation without a label left out")
    notes += _counted(int((names == "").sum()), f"rows without an entry in {column!r}")
    names[without] = ""
    train, validation, test = (
        np.flatnonzero(names == part) for part in ("train", "validation", "test")
    )
    return own_split(graph.labels, train, test, validation), notes


def list_split(graph: Graph, entries: Sequence[str], where: str) -> tuple[Split, tuple[str, ...]]:
    """The split that trains on the labeled ones of some nodes and tests all others.

    entries: numbers or ids. Raises InputError for nodes that the graph lacks.
    """
    named = np.array(list(numbers_of(graph, entries, where).values()), dtype=np.int64)
    nodes = np.unique(named)
    labeled = nodes[graph.is_labeled[nodes]]
    notes = _counted(len(nodes) - len(labeled), "of the train file without a label left out")
    rest = np.setdiff1d(np.arange(graph.num_nodes), nodes)
    return own_split(graph.labels, labeled, rest), notes


def some_of_test(split: Split, test: int | None, seed: int) -> Split:
    """The split with so many of its test nodes, drawn; all where `test` is None or not fewer."""
    if test is None or whole(test, "test", 1) >= len(split.test):
        return split
    chosen = np.random.default_rng(seed).choice(split.test, size=test, replace=False)
    return replace(split, test=np.sort(chosen))


def _counted(count: int, told: str) -> tuple[str, ...]:
    return (f"{count} {told}",) if count else ()
