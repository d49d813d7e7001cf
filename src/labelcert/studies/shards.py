"""Shares of a study: the same units for the same share, wherever and whenever it is run.

A job array runs one share a job, each into a store of its own, and `merging` puts them together.
Units are dealt out by their keys, which are as good as random, so that no share gets all that is
slow; two shares differ by one unit at the most.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from labelcert._errors import InputError

_Unit = TypeVar("_Unit")
_WRITTEN = re.compile(r"\s*(\d{1,6})\s*/\s*(\d{1,6})\s*")


@dataclass(frozen=True)
class Shard:
    """Share `index` of `count`, counted from 1."""

    index: int
    count: int

    @classmethod
    def parse(cls, text: str) -> Shard:
        """From "3/10"; raises InputError for anything else."""
        found = _WRITTEN.fullmatch(text)
        index, count = (int(found[1]), int(found[2])) if found else (0, 0)
        if not 1 <= index <= count:
            raise InputError(
                f"shard {text!r} is no share: pass I/N with I from 1 to N, such as 1/8."
            )
        return cls(index, count)

    def of(self, units: Mapping[str, _Unit]) -> dict[str, _Unit]:
        """The units of this share, by key, in the order that they came in."""
        mine = set(sorted(units)[self.index - 1 :: self.count])
        return {key: unit for key, unit in units.items() if key in mine}
