"""Class labels of nodes."""

from __future__ import annotations

from typing import Any

from labelcert.intake import labels as intake
from labelcert.intake.labels import LabelArray


def as_labels(labels: Any, num_nodes: int | None = None) -> LabelArray:
    """Labels of nodes, (n,), as `labelcert.intake.labels.as_labels` reads them.

    num_nodes: the n that there must be, or None for any n of at least 1. Raises InputError.
    """
    return intake.as_labels(labels, "labels", count=num_nodes, each="node")
