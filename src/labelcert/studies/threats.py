"""The attacker of a study: what a unit's content says of it, and its threat model.

A unit holds of a table what decides the result, the name of a column or the SHA-256 of a file; its
path is among the unit's files. Which nodes are labeled is known only with the graph and the split,
so costs and groups are looked up by whoever computes the unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates import ThreatModel
from labelcert.certificates.attacker.node_threat import (
    costs_of,
    directions_of,
    group_budgets_of,
    groups_of,
)
from labelcert.data import Graph
from labelcert.data.node_ids import name_of, numbers_of
from labelcert.data.node_values import (
    NodeValues,
    as_name,
    near_column,
    read_node_list,
    refuse_mask,
    values_of_column,
    values_of_file,
)
from labelcert.data.table_files import CSV_SUFFIXES, PARQUET_SUFFIXES
from labelcert.intake.budgets import as_count
from labelcert.studies.choices import DEFAULT, DatasetChoice
from labelcert.studies.faults import Fault
from labelcert.studies.file_digests import check_file, file_digest
from labelcert.studies.graphs import table_rows
from labelcert.studies.spec import ThreatSpec
from labelcert.studies.spec_yaml import Path as FilePath

CELLS = {"costs": "cost", "groups": "group"}
"""The column beside "node" that a file of such values has."""


class NodeTables:
    """What the attacker on a data set depends on beside the graph, read when a study is expanded.

    content: for the units' content, only what is given. files: paths by role. columns: of the node
    table that are no features then.
    """

    def __init__(self, spec: ThreatSpec, dataset: DatasetChoice, folder: Path) -> None:
        self.content: dict[str, Any] = {}
        self.files: dict[str, str] = {}
        self.columns: list[str] = []
        if spec.trusted is not None:
            nodes = spec.trusted
            if isinstance(nodes, str):
                nodes = _node_list(folder / nodes, dataset)
            try:
                refuse_mask(nodes, "the list")
            except InputError as error:
                raise Fault(entry_of("trusted", dataset), f"is wrong: {error}") from None
            if nodes:
                self.content["trusted"] = sorted({str(node) for node in nodes})
        for role in CELLS:
            asked = getattr(spec, role)
            if asked is not None:
                self._add(role, asked, dataset, folder)
        if spec.group_budgets is not None:
            self.content["group_budgets"] = spec.group_budgets

    def _add(self, role: str, asked: str, dataset: DatasetChoice, folder: Path) -> None:
        table = dataset.spec.path
        has_columns = table is not None and _is_table(table)
        at = entry_of(role, dataset)
        if table and has_columns and _column(str(folder / table), asked, role) is not None:
            if asked == ("label" if dataset.spec.label is None else dataset.spec.label):
                raise Fault(at, f"names the label column {asked!r}: name another column.")
            self.content[role] = {"column": asked}
            self.columns.append(asked)
            return
        path = folder / asked
        if not path.is_file():
            source, near = "a column, as there is no table,", ""
            if table and has_columns:
                source = "a column of its table"
                near = near_column(str(folder / table), asked)
            raise Fault(
                at,
                f"is {asked!r}, for data set {dataset.title!r} neither {source} nor a file{near}: "
                f"check the spelling, or name a table with the columns node, {CELLS[role]}.",
            )
        self.content[role] = {"sha256": file_digest(str(path))}
        self.files[role] = str(path)


def entry_of(role: str, dataset: DatasetChoice) -> FilePath:
    """Where the study file says something of the attacker on a data set."""
    own = dataset.spec.threat
    inside = own is not None and role in own.model_fields_set
    return (*dataset.path, "threat", role) if inside else ("threat", role)


def _node_list(path: Path, dataset: DatasetChoice) -> list[str]:
    try:
        return read_node_list(path, "trusted")
    except InputError as error:
        raise Fault(entry_of("trusted", dataset), f"is wrong: {error}") from None


def threat_model(
    content: dict[str, Any], graph: Graph, labeled: np.ndarray, files: dict[str, str]
) -> ThreatModel:
    """The threat model of a unit for the labeled nodes (n,) of its graph.

    content: of the unit. Trusted nodes that are not labeled are left out; a budget above what all
    labels cost is cut to that. Raises InputError: a node that the graph lacks, a cost that is no
    positive integer, a labeled node without a group, a group that no node has, or a table that is
    not what it was.
    """
    threat = content["threat"]
    nodes = labeled.tolist()
    names = [name_of(graph, node) for node in nodes]
    costs = groups = budgets = None
    if "costs" in threat:
        found = _cells(content, graph, nodes, files, "costs")
        costs = costs_of(found.cells, names, found.where)
    if "groups" in threat:
        found = _cells(content, graph, nodes, files, "groups")
        groups = groups_of(found.cells, names, found.where)
        if "group_budgets" in threat:
            budgets = _group_budgets(threat["group_budgets"], groups, costs, found.everything)
    most = len(nodes) if costs is None else sum(costs)
    directions = threat["directions"]
    return ThreatModel(
        min(as_count(threat["max_flips"], most), most),
        trusted=_trusted(threat.get("trusted", []), nodes, graph),
        costs=costs,
        directions=None if directions is None else directions_of(directions, graph.labels[labeled]),
        groups=groups,
        group_budgets=budgets,
        bad_groups=threat.get("bad_groups", 0),
    )


class _Found(NamedTuple):
    """Cells of the labeled nodes, every value of their table, and how to call it."""

    cells: list[Any]
    everything: list[Any]
    where: str


def _cells(
    content: dict[str, Any], graph: Graph, nodes: Sequence[int], files: dict[str, str], role: str
) -> _Found:
    source, asked = content["dataset"], content["threat"][role]
    column = asked.get("column")
    rows = None
    if column is None:
        values = _read(files[role], asked["sha256"], None, role)
    else:
        values = _read(files["path"], source["sha256"]["path"], column, role)
        rows = table_rows(source, files)
    return _Found(values.of(nodes, graph, rows), values.all_values, values.where)


@lru_cache(maxsize=4)
def _read(path: str, digest: str, column: str | None, role: str) -> NodeValues:
    check_file(path, digest)
    if column is None:
        return values_of_file(path, CELLS[role], role, as_text=role == "groups")
    values = _column(path, column, role)
    assert values is not None  # the table is what it was when the study was expanded
    return values


def _column(path: str, column: str, role: str) -> NodeValues | None:
    return values_of_column(path, column, role, as_text=role == "groups")


def _is_table(path: str) -> bool:
    return Path(path).suffix.lower() in CSV_SUFFIXES + PARQUET_SUFFIXES


def _group_budgets(
    given: int | str | dict[str, int | str],
    groups: list[str],
    costs: list[int] | None,
    everything: list[Any],
) -> dict[str, int]:
    known = {as_name(value) for value in everything}
    if not isinstance(given, dict):
        return group_budgets_of(groups, costs, known, given, {})
    named = {name: budget for name, budget in given.items() if name != DEFAULT}
    return group_budgets_of(groups, costs, known, given.get(DEFAULT), named)


def _trusted(trusted: Sequence[str], nodes: Sequence[int], graph: Graph) -> list[int]:
    position = {node: i for i, node in enumerate(nodes)}
    found = numbers_of(graph, trusted, "trusted").values()
    return sorted(position[node] for node in found if node in position)
