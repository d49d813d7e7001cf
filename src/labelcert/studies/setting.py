"""What the models of a unit are certified on: its graph, split and attacker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates import ThreatModel
from labelcert.data import Graph, Split, datasets
from labelcert.data.standard_splits import drawn_standard_split
from labelcert.studies.graphs import cuts_of, graph_of
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
    split = _split(graph, content)
    return Setting(graph, split, threat_model(content, graph, split.labeled, files))


def _split(graph: Graph, content: dict[str, Any]) -> Split:
    wanted, source = content["split"], content["dataset"]
    if wanted.get("standard"):
        return drawn_standard_split(source["name"], cuts_of(source), wanted["test"], wanted["seed"])
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
