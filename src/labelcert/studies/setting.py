"""What the models of a unit are certified on: its graph, split and attacker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates import ThreatModel
from labelcert.data import Graph, Split, datasets
from labelcert.data.mask_splits import mask_split
from labelcert.data.node_values import values_of_column
from labelcert.data.standard_splits import drawn_standard_split
from labelcert.data.told_splits import column_split, list_split, some_of_test
from labelcert.studies.graphs import cuts_of, graph_of, table_rows
from labelcert.studies.threats import threat_model


@dataclass(frozen=True, eq=False)
class Setting:
    """A graph with its split, and the attacker on the labeled nodes."""

    graph: Graph
    split: Split
    threat: ThreatModel

    @property
    def labels(self) -> np.ndarray:
        """(n,) labels of the labeled nodes."""
        return self.graph.labels[self.split.labeled]


def setting_of(content: dict[str, Any], files: dict[str, str]) -> Setting:
    """The setting of a unit's content; raises InputError where data and content do not fit."""
    graph = graph_of(content["dataset"], files)
    split = _split(graph, content, files)
    return Setting(graph, split, threat_model(content, graph, split.labeled, files))


def _split(graph: Graph, content: dict[str, Any], files: dict[str, str]) -> Split:
    wanted, source = content["split"], content["dataset"]
    if wanted.get("standard"):
        return drawn_standard_split(source["name"], cuts_of(source), wanted["test"], wanted["seed"])
    if "per_class" not in wanted:
        return some_of_test(_own(graph, wanted, source, files), wanted["test"], wanted["seed"])
    split = datasets.split(
        graph.labels,
        wanted["per_class"],
        wanted["seed"],
        validation=wanted["validation"],
        test=wanted["test"],
    )
    if len(split.test) == 0:
        raise InputError(
            f"per_class={wanted['per_class']} and validation={wanted['validation']} leave no test "
            "nodes: lower them."
        )
    return split


def _own(
    graph: Graph, wanted: dict[str, Any], source: dict[str, Any], files: dict[str, str]
) -> Split:
    """A split of the user's own; raises InputError where the data do not say one."""
    if "train" in wanted:
        split, _ = list_split(graph, wanted["train"], "train")
    else:
        rows = table_rows(source, files)
        if "masks" in wanted:
            path = files["path"]
            split = mask_split(path, graph.labels, number=wanted["seed"], rows=rows)
        else:
            column = wanted["column"]
            values = values_of_column(files["path"], column, "split", as_text=True)
            assert values is not None  # the table is what it was when the study was expanded
            cells = values.of(range(graph.num_nodes), graph, rows)
            split, _ = column_split(graph, cells, values.where, column)
    if len(split.test) == 0:
        raise InputError("split leaves nothing to certify: name nodes of test.")
    return split
