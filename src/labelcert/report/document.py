"""A run as one JSON document: what was certified, how, and the certificate itself.

::

    {
      "format": "labelcert run", "version": 1,
      "software": {"labelcert": …, "python": …, "numpy": …, "scipy": …, "numba": …},
      "dataset":  {"name": …, "path": … or null, "edges_path": … or null, "nodes": …, "edges": …,
                   "features": …, "classes": [...], "class_names": {...} or null, "binary": …,
                   "largest_component": …, "drop_classes": [...], "unlabeled": …,
                   "notes": [...], "word": … or null},
      "model":    {"name": "gcn", "parameters": {"depth": 1, ...}},
      "learner":  {"C": 1.0} or {"ridge": …},
      "threat":   {"max_flips": …, "trusted": [nodes], "directions": [[from, to], ...],
                   "costs": [integers] or null, "groups": [names] or null,
                   "group_budgets": {name: …} or null, "bad_groups": …},
      "split":    {"per_class": …, "validation": …, "seed": …, "how": …},
      "labeled":  {"nodes": [...], "ids": [...] or null, "labels": [...]},
      "test":     {"nodes": [...], "ids": [...] or null, "true_labels": [...],
                   "predictions": [...]},
      "seconds":  {"load": …, "kernel": …, "certify": …},
      "peak_memory_mb": … or null,
      "certificate": {"format": "labelcert certificate", "version": 1, "radius": [...], ...}
    }

"threat" is the attacker: "max_flips" the budget (with "costs", of all flips together), no entry in
"directions" means that all flips are allowed, "costs" and "groups" have an entry for each node of
"labeled", groups that "group_budgets" leaves out have no budget of their own, and "bad_groups" is
how many groups may be wrong anywhere. "ids" are what
the user's table calls the nodes, null where it does not. "path" and
"edges_path" name the files of own data, and "notes" says what was read of them and what was left
out; "unlabeled" counts the nodes without a label, and "word" is what one node is called (mail),
null for node or row. "class_names" says what the classes were called
before ``--binary`` renumbered them. "split" says "how" the trained rows
were chosen where they were not drawn by class, and else null; "true_labels" holds null where
a row has none. "peak_memory_mb" is the peak memory of the process, its imports
included, and of its workers, in 10⁶ bytes; it is null where the system does not tell.

Of data that are split by their publisher "split" holds "standard": true and the seed, and "learner"
of an ensemble holds the number of its parts besides.

"certificate" is the document of `Certificate.to_json`, with every field of `Certificate` by its
name, so `Certificate.from_json` reads it back (``json.dumps(document["certificate"])``). Its
witnesses are positions in "labeled".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert._software import software
from labelcert.certificates import Certificate
from labelcert.data.no_label import is_labeled

MOST_LETTERS = 30
"""Of what one node is called."""

FORMAT = "labelcert run"
VERSION = 1


@dataclass(frozen=True, eq=False)
class Run:
    """Everything about one run: the certificate, and what it is a certificate of.

    labeled (n,), test (m,): node numbers; y_true (m,): labels of the test nodes. ids: what the
    user's table calls these nodes, by number; empty where it does not. dataset, model,
    threat, split, seconds, peak_memory_mb: as in the document, see the module.
    """

    certificate: Certificate
    dataset: dict[str, Any]
    model: dict[str, Any]
    threat: dict[str, Any]
    split: dict[str, Any]
    labeled: np.ndarray
    test: np.ndarray
    y_true: np.ndarray
    seconds: dict[str, float]
    peak_memory_mb: float | None = None
    ids: Mapping[int, str] = field(default_factory=dict)

    @property
    def known(self) -> np.ndarray:
        """(m,) bool: test nodes whose true label there is."""
        return is_labeled(self.y_true)

    @property
    def word(self) -> str:
        """What a node is called: as the user said, or "row" in a table, "point" where only matrices
        are known."""
        if self.dataset.get("word"):
            return self.dataset["word"]
        if self.dataset["features"] is None:
            return "point"
        return "node" if self.dataset["edges"] else "row"

    @property
    def on_kernel(self) -> bool:
        """Whether the model is a network, and not one of features."""
        return "kernel" in self.seconds

    def called(self, node: int) -> str:
        """The id of a node, or its number."""
        return self.ids.get(node, str(node))

    def ids_of(self, nodes: np.ndarray) -> list[str] | None:
        """The ids of labeled or test nodes, None where they have none."""
        return [self.ids[node] for node in nodes.tolist()] if self.ids else None


def check_word(word: object, name: str) -> str:
    """What one node is called, without blanks around it; InputError where it is no word."""
    if not isinstance(word, str):
        raise InputError(f"{name} is of type {type(word).__name__}: pass text such as 'mail'.")
    if not 0 < len(word.strip()) <= MOST_LETTERS or not word.strip().isprintable():
        raise InputError(
            f"{name} {word!r} is no word of 1 to {MOST_LETTERS} letters: write one such as 'mail'."
        )
    return word.strip()


def to_json(run: Run, indent: int | None = 1) -> str:
    """The document of a run as JSON text."""
    certificate = run.certificate
    document = {
        "format": FORMAT,
        "version": VERSION,
        "software": software(),
        "dataset": run.dataset,
        "model": run.model,
        "learner": certificate.learner,
        "threat": run.threat,
        "split": run.split,
        "labeled": {
            "nodes": run.labeled.tolist(),
            "ids": run.ids_of(run.labeled),
            "labels": certificate.labels.tolist(),
        },
        "test": {
            "nodes": run.test.tolist(),
            "ids": run.ids_of(run.test),
            "true_labels": [
                label if known else None
                for label, known in zip(run.y_true.tolist(), run.known.tolist(), strict=True)
            ],
            "predictions": certificate.prediction.tolist(),
        },
        "seconds": run.seconds,
        "peak_memory_mb": run.peak_memory_mb,
        "certificate": json.loads(certificate.to_json()),
    }
    return json.dumps(document, indent=indent, allow_nan=False, ensure_ascii=False) + "\n"
