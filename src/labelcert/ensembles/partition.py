"""Which part of an ensemble each row belongs to, and the order of rows within it.

The part of a row is a hash of its own numbers and of nothing else, so that a label, another row or
the order of rows changes no row's part, and equal rows meet in one part. Rows are then put into one
order, by part, hash and label: what is computed from them is the same however they came.
Source: Levine and Feizi 2021 (SS-DPA sorts and hashes in the same spirit); ``math.md`` 12.
"""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

BLOCK = 2**20
"""So many numbers are hashed at a time."""


class Partition(NamedTuple):
    """Rows in canonical order, in `parts` parts.

    order (n,): positions of the rows as given, in canonical order. start (parts + 1,): part j has
    the canonical rows start[j] to start[j + 1] − 1. by_hash (n,): positions of the rows as given in
    the order of their hashes, in which no number of parts and no label has a say; rank (n,): where
    each canonical row stands in it. equal (n,): numbers of the canonical rows, ascending, the same
    for equal rows.
    """

    order: NDArray[np.int64]
    start: NDArray[np.int64]
    by_hash: NDArray[np.int64]
    rank: NDArray[np.int64]
    equal: NDArray[np.int64]

    def members(self, j: int) -> slice:
        """The canonical rows of part j."""
        return slice(int(self.start[j]), int(self.start[j + 1]))

    @property
    def part_of_row(self) -> NDArray[np.int64]:
        """(n,) the part of each row as given."""
        part = np.empty(len(self.order), dtype=np.int64)
        part[self.order] = np.repeat(np.arange(len(self.start) - 1), np.diff(self.start))
        return part


def partition(rows: NDArray[Any], labels: NDArray[np.int64], parts: int, seed: int) -> Partition:
    """Split rows (n, d) with class numbers (n,) into parts."""
    hashes = row_hashes(rows, seed)
    part = (hashes[:, 0] % np.uint64(parts)).astype(np.int64)
    order = np.lexsort((labels, hashes[:, 1], hashes[:, 0], part)).astype(np.int64)
    start = np.searchsorted(part[order], np.arange(parts + 1))
    by_hash = np.lexsort((hashes[:, 1], hashes[:, 0])).astype(np.int64)
    place = np.empty(len(rows), dtype=np.int64)
    place[by_hash] = np.arange(len(rows))
    other = (hashes[order[1:]] != hashes[order[:-1]]).any(axis=1)
    equal = np.concatenate([np.zeros(min(1, len(rows)), dtype=np.int64), np.cumsum(other)])
    return Partition(order, start, by_hash, place[order], equal)


def row_hashes(rows: NDArray[Any], seed: int) -> NDArray[np.uint64]:
    """(n, 2) 128 bits of BLAKE2 of each row's numbers as 64-bit floats; −0 counts as 0."""
    salt = hashlib.blake2b(str(seed).encode(), digest_size=16).digest()
    found = np.empty((len(rows), 2), dtype="<u8")
    step = max(1, BLOCK // max(1, rows.shape[1]))
    for first in range(0, len(rows), step):
        block = rows[first : first + step].astype("<f8") + 0.0
        for i, row in enumerate(block):
            digest = hashlib.blake2b(row.tobytes(), digest_size=16, salt=salt).digest()
            found[first + i] = np.frombuffer(digest, dtype="<u8")
    return found.astype(np.uint64)
