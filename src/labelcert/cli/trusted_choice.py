"""The labels that --trusted names: a COLUMN of the node table, or a FILE with a node a line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates.attacker.node_threat import trusted_of
from labelcert.cli.graphs import is_table
from labelcert.cli.node_values import GivenValues
from labelcert.cli.request import Request
from labelcert.data import Graph
from labelcert.data.node_ids import name_of, numbers_of
from labelcert.data.node_values import near_column, read_node_list, values_of_column


@dataclass(frozen=True)
class Trusted:
    """positions (k,) among the labeled nodes, ascending, and their nodes; unlabeled: how many nodes
    are trusted besides, which have no label that anybody trains on."""

    positions: list[int]
    nodes: list[int]
    unlabeled: int

    @property
    def told(self) -> str:
        """For the line on the attacker, "" where none is trusted."""
        if not self.nodes and not self.unlabeled:
            return ""
        besides = ""
        if self.unlabeled:
            verb = "is" if self.unlabeled == 1 else "are"
            besides = f" ({self.unlabeled} more {verb} not labeled)"
        return f", {len(self.nodes)} trusted{besides}"


def read_trusted_column(request: Request) -> GivenValues | None:
    """The column that --trusted names, None where it is a file or nothing.

    Raises InputError: neither a column nor a file, or the column of the labels.
    """
    asked = request.trusted
    if asked is None:
        return None
    near = ""
    if is_table(request.dataset):
        found = values_of_column(request.dataset, asked, "trusted", as_text=False)
        if found is not None and asked == ("label" if request.label is None else request.label):
            raise InputError(f"trusted names the label column {asked!r}: name another column.")
        if found is not None:
            return GivenValues(asked, found)
        near = near_column(request.dataset, asked)
    if not Path(asked).exists():
        table = "a column of the table" if is_table(request.dataset) else "a column (no table)"
        raise InputError(
            f"trusted {asked!r} is neither {table} nor a file{near}: check the spelling, or pass a "
            "text file with a node a line."
        )
    return None


def choose_trusted(
    request: Request, graph: Graph, labeled: np.ndarray, column: GivenValues | None
) -> Trusted:
    """The trusted ones among the labeled nodes (n,) of a graph; column: `read_trusted_column`.

    Nodes that are not labeled are counted and otherwise passed over. Raises InputError: a node that
    the graph lacks, or a cell that says neither yes nor no.
    """
    if request.trusted is None:
        return Trusted([], [], 0)
    if column is None:
        entries = read_node_list(request.trusted, "trusted")
        found = numbers_of(graph, entries, f"trusted file {request.trusted!r}")
        chosen = set(found.values())
    else:
        # New rows are not in the table that has the column, and nobody trains on them.
        every = np.arange(min(graph.num_nodes, len(column.values.values)))
        names = [name_of(graph, node) for node in every.tolist()]
        flags = trusted_of(column.of(request, graph, every), names, column.values.where)
        chosen = set(np.flatnonzero(flags).tolist())
    positions = [i for i, node in enumerate(labeled.tolist()) if node in chosen]
    nodes = sorted(labeled[positions].tolist())
    return Trusted(positions, nodes, len(chosen) - len(nodes))
