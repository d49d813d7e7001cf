"""A stratified hold-out: a part of the labeled rows to certify, the rest to train on."""

from __future__ import annotations

from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.data.no_label import is_labeled, with_placeholders
from labelcert.data.splits import Split
from labelcert.intake.numbers import whole

SHARE = 5
"""One labeled row in so many is held out."""

MOST = 1000
"""Rows that are held out at most unless more are asked for."""


def hold_out(labels: Any, seed: int = 0, *, test: int | None = None) -> Split:
    """Hold out a fifth of the labeled rows, 1,000 at the most, of every class its share.

    Shares are rounded by largest remainders, ties to the class that comes first in sorted order,
    and every class keeps a row to train on.

    Args:
        labels: (n,) class labels; those of a graph, or with None where there is none.
        seed: seed of ``np.random.default_rng``, at least 0.
        test: hold out this many rows instead, at least 1.

    Returns the split, without validation rows.

    Raises InputError: a number out of range, or rows too few for as many to be held out.
    """
    values = with_placeholders(labels)
    generator = np.random.default_rng(whole(seed, "seed", 0))
    rows = np.flatnonzero(is_labeled(values))
    wanted = min(MOST, len(rows) // SHARE) if test is None else whole(test, "test", 1)
    _, code, counts = np.unique(values[rows], return_inverse=True, return_counts=True)
    if wanted == 0 or wanted > len(rows) - len(counts):
        raise InputError(
            f"labels are {len(rows)} of {len(counts)} classes, of which {max(wanted, 1)} cannot be "
            "held out with a row of every class left to train on: add rows, or ask for fewer with "
            "test (in the shell --test)."
        )
    quota = _shares(counts, wanted)
    held = [
        generator.permutation(rows[code == k])[:count] for k, count in enumerate(quota.tolist())
    ]
    chosen = np.sort(np.concatenate(held)).astype(np.int64)
    return Split(np.setdiff1d(rows, chosen), np.zeros(0, dtype=np.int64), chosen)


def _shares(counts: np.ndarray, wanted: int) -> np.ndarray:
    """(K,) how many of each class are held out: `wanted` together, and below its count."""
    total = int(counts.sum())
    quota = np.minimum(counts * wanted // total, counts - 1)
    rest = (counts * wanted) % total
    while (left := wanted - int(quota.sum())) > 0:
        room = np.flatnonzero(quota < counts - 1)
        order = room[np.argsort(-rest[room], kind="stable")]
        quota[order[:left]] += 1
    return quota
