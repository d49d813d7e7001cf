"""What the user's table calls its nodes, and which nodes a file of the user's names.

A file that names nodes (trusted ones, costs, groups) names them as the node table does, by the ids
of its column of identifiers; nodes of a graph without ids are named by their numbers, from 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from labelcert._errors import InputError

if TYPE_CHECKING:
    from labelcert.data.graph import Graph


def as_node_ids(ids: Any, num_nodes: int) -> NDArray[np.str_] | None:
    """Return (n,) different ids as text, or None for None; raises InputError."""
    if ids is None:
        return None
    found = np.asarray(ids)
    if found.shape != (num_nodes,):
        raise InputError(f"node_ids has shape {found.shape}: pass one for each node, {num_nodes}")
    texts = np.array([str(value) for value in found.tolist()], dtype=np.str_)
    if np.unique(texts).size < texts.size:
        raise InputError("node_ids names two nodes alike: pass different ids")
    return texts


def numbers_of(graph: Graph, entries: Sequence[str], where: str) -> dict[str, int]:
    """Numbers of the nodes that entries name, by id or, in a graph without ids, by number.

    Ids of nodes that were cut from the graph are left out: one file serves the whole and its cuts.
    where: how to call the entries in messages. Raises InputError: no such node, or one named twice.
    """
    if graph.node_ids is None:
        numbers = {entry: _number(entry, graph.num_nodes, where) for entry in entries}
    else:
        position = {name: i for i, name in enumerate(graph.node_ids.tolist())}
        for entry in entries:
            if entry not in position and entry not in graph.cut_ids:
                raise InputError(
                    f"{where} names the node {entry!r}, which the node table does not have: use "
                    "its ids."
                )
        numbers = {entry: position[entry] for entry in entries if entry in position}
    if len(set(numbers.values())) < len(numbers) or len(set(entries)) < len(entries):
        raise InputError(f"{where} lists node {_twice(numbers, entries)} twice: keep one.")
    return numbers


def _twice(numbers: Mapping[str, int], entries: Sequence[str]) -> str:
    """The first entry whose node was named before."""
    seen: set[int | str] = set()
    for entry in entries:
        node = numbers.get(entry, entry)
        if node in seen:
            return entry
        seen.add(node)
    raise AssertionError("unreachable")


def name_of(graph: Graph, node: int) -> str:
    """The id of a node, or its number."""
    return str(node) if graph.node_ids is None else str(graph.node_ids[node])


def _number(entry: str, num_nodes: int, where: str) -> int:
    try:
        number = int(entry)
    except ValueError:
        raise InputError(f"{where} names the node {entry!r}: write node numbers.") from None
    if not 0 <= number < num_nodes:
        raise InputError(f"{where} names node {number}: pass numbers from 0 to {num_nodes - 1}.")
    return number
