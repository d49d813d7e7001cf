"""What the user's table calls its nodes, and which nodes a file of the user's names.

A file that names nodes (trusted ones, costs, groups) names them as the node table does, by the ids
of its column of identifiers; nodes of a graph without ids are named by their numbers, from 0.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from labelcert._errors import InputError
from labelcert.intake.items import items_of
from labelcert.intake.missing import is_blank, refuse_missing
from labelcert.intake.names import refuse_look_alikes
from labelcert.intake.numbers import told

if TYPE_CHECKING:
    from labelcert.data.graph import Graph

_NUMBER = re.compile(r"-?[0-9]{1,18}")


def as_node_ids(ids: Any, num_nodes: int) -> NDArray[np.str_] | None:
    """Return (n,) different ids as text, or None for None.

    Raises InputError: another length, a missing or blank id, or two that are or look the same.
    """
    if ids is None:
        return None
    items = items_of(ids, "node_ids", "one id for each node")
    if len(items) != num_nodes:
        raise InputError(f"node_ids has {len(items)} entries for {num_nodes} nodes: pass one each")
    refuse_missing(items, "node_ids", "name that node")
    texts = [id_text(value, "node_ids") for value in items]
    if any(is_blank(text) for text in texts):
        raise InputError("node_ids holds a blank text: name that node")
    if len(set(texts)) < len(texts):
        raise InputError("node_ids names two nodes alike: pass different ids")
    refuse_look_alikes(texts, "node_ids")
    return np.array(texts, dtype=np.str_)


def id_text(value: Any, where: str) -> str:
    """An id as text: bytes decoded, whole floats (a habit of tables) as the integers they are.

    Raises InputError for bytes that are no text.
    """
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            raise InputError(f"{where} holds {told(value)}, no UTF-8 text: pass text") from None
    if isinstance(value, (float, np.floating)) and float(value).is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value)


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
    # Not all that int() reads: 1_0 is no 10.
    if not _NUMBER.fullmatch(entry):
        raise InputError(f"{where} names the node {told(entry)}: write node numbers.")
    number = int(entry)
    if not 0 <= number < num_nodes:
        raise InputError(f"{where} names node {number}: pass numbers from 0 to {num_nodes - 1}.")
    return number
