"""Whether a block of a kernel fits into memory, told before it is made.

Counted are arrays of the size of the block that lie in memory at one time, as measured with blocks
of 0.4 GB: 4.4 where a network is layered, 2 where features are multiplied.
"""

from __future__ import annotations

from labelcert._errors import InputError
from labelcert._memory import RESERVE, free_bytes, told_size

OF_LAYERS, OF_PRODUCTS = 4, 2
"""Arrays of the block's size."""

_SMALL = 2**28
"""Bytes of a block that is made without asking the system, which takes a moment."""


def check_room(p: int, q: int, name: str, arrays: int = OF_PRODUCTS) -> None:
    """Refuse a block (p, q) that does not fit; raises InputError with the figures."""
    if 8 * p * q < _SMALL:
        return
    needed, free = 8 * arrays * p * q, free_bytes()
    if free is None or needed <= RESERVE * free:
        return
    raise InputError(
        f"the {name} kernel of {p} rows with {q} columns needs about {told_size(needed)} of memory "
        f"and {told_size(free)} are free: ask for fewer rows, or go without a kernel matrix, from "
        "features (certify_linear, in the shell --features, with a ridge)."
    )
