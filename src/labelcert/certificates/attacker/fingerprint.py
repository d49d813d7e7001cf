"""What an attacker may do, as a short text to compare: of two certificates, and of files.

The budget is left out: it says how far one looks, and certificates have it. Groups count by which
labels are in them, not by their names.
"""

from __future__ import annotations

import hashlib

import numpy as np

from labelcert.engines.attacker import RelabelSpace


def fingerprint(space: RelabelSpace) -> str:
    """The same text for the same attacker on the same labels; 32 hexadecimal digits."""
    total = int(space.cost.sum())
    purses = np.minimum(space.group_budget, total)  # more than all cost is no limit
    free = space.free_changes
    parts = [
        np.array([space.free_groups, -1 if free is None else len(free)]),
        space.labels,
        space.allowed,
        space.cost,
        *_groups(space, purses),
        *([] if free is None else sorted(free, key=lambda one: one.tolist())),
    ]
    digest = hashlib.sha256()
    for part in parts:
        whole = np.ascontiguousarray(part, dtype="<i8")
        digest.update(np.array(whole.shape, dtype="<i8").tobytes() + whole.tobytes())
    return digest.hexdigest()[:32]


def _groups(space: RelabelSpace, purses: np.ndarray) -> list[np.ndarray]:
    """Groups numbered as they come, and their purses; none where they do not matter."""
    spent = np.zeros(len(purses), dtype=np.int64)
    np.add.at(spent, space.group, space.cost)
    by_groups = space.free_groups > 0 and space.free_changes is None
    if not by_groups and bool((purses >= spent).all()):
        return []
    _, first, found = np.unique(space.group, return_index=True, return_inverse=True)
    order = np.argsort(first)
    return [np.argsort(order)[found], np.minimum(purses, spent)[space.group]]
