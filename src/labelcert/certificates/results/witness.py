"""A witness: which labels to change, and to what."""

from __future__ import annotations

from typing import NamedTuple

from labelcert.certificates.array_types import IntArray, LabelArray


class Witness(NamedTuple):
    """A flip set: indices (k,) into the labeled points, and their new labels (k,)."""

    indices: IntArray
    labels: LabelArray
