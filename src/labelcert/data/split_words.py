"""The words of a column that says for each row whether it is trained on, validated or tested."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelcert._errors import InputError

SPLIT_WORDS = {
    "train": "train", "training": "train",
    "validation": "validation", "valid": "validation", "val": "validation",
    "test": "test",
}  # fmt: skip


def parts_of(cells: Sequence[Any], where: str) -> NDArray[np.str_]:
    """(n,) "train", "validation", "test", or "" where a cell is None or empty.

    Raises InputError: another word, told with where it stands.
    """
    words = ["" if cell is None else str(cell).strip().lower() for cell in cells]
    for cell, word in zip(cells, words, strict=True):
        if word and word not in SPLIT_WORDS:
            raise InputError(
                f"{where} holds {str(cell).strip()!r}: write train, validation or test."
            )
    return np.array([SPLIT_WORDS.get(word, "") for word in words], dtype=np.str_)
