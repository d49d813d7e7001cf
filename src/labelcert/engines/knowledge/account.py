"""The account that a proof by exhaustion rests on: every label vector is there, and is good.

A prediction is robust at a budget if it is robust under each label vector that the budget pays for.
How many those are follows from the attacker alone (`labelcert.engines.ladder`); how many of them
were noted as robust is counted where they are retrained on, and where unclear ones are settled.
Only if the two numbers are equal at every level up to the budget is there a proof. A note that is
lost, a walk that is cut, a piece of work that dies or a margin that is NaN leaves the count short:
proofs are missed then, never made. The same holds for the most predictions that one attack breaks.
Source: our own note.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from labelcert.engines.knowledge.evidence import Exhausted


class Noted(Protocol):
    """What records of two and of many classes have in common."""

    @property
    def robust(self) -> np.ndarray:
        """(rows, m) label vectors under which a prediction is surely robust."""
        ...

    @property
    def seen(self) -> np.ndarray:
        """(rows,) label vectors that `over` holds for."""
        ...

    @property
    def over(self) -> np.ndarray:
        """(rows,) most predictions not surely robust under one of those."""
        ...

    @property
    def visited(self) -> np.ndarray:
        """(rows,) label vectors retrained on."""
        ...


@dataclass(eq=False)
class Account:
    """expected (rows,): label vectors that cost exactly each level; the rest as noted."""

    expected: Sequence[int]
    robust: np.ndarray
    seen: np.ndarray
    over: np.ndarray
    visited: np.ndarray

    @classmethod
    def of(cls, expected: Sequence[int], records: Sequence[Noted]) -> Account:
        """Add up what the records of all threads have noted; each label vector once at the most."""
        return cls(
            expected,
            robust=np.sum([record.robust for record in records], axis=0),
            seen=np.sum([record.seen for record in records], axis=0),
            over=np.max([record.over for record in records], axis=0),
            visited=np.sum([record.visited for record in records], axis=0),
        )

    def note(self, row: int, robust: np.ndarray) -> None:
        """Note a kept label vector as settled; robust (m,) bool: who is surely robust under it."""
        self.robust[row] += robust
        self.seen[row] += 1
        self.over[row] = max(int(self.over[row]), int((~robust).sum()))

    def robust_row(self, t: int) -> int:
        """The last row up to which t is robust under every label vector; −1 if there is none."""
        return last_complete(self.expected, self.robust[:, t].tolist())

    def evidence(self, t: int, row: int, levels: np.ndarray) -> Exhausted:
        """What a proof of t up to a row rests on; levels (rows,): what each row costs."""
        rows = slice(row + 1)
        return Exhausted(
            levels=tuple(levels[rows].tolist()),
            due=tuple(self.expected[rows]),
            noted=tuple(self.robust[rows, t].tolist()),
        )

    def all_robust(self, t: int, row: int) -> bool:
        """Whether t is robust under all label vectors that were retrained on, up to a row."""
        return bool(np.array_equal(self.robust[: row + 1, t], self.visited[: row + 1]))

    @property
    def seen_row(self) -> int:
        """The last row up to which the broken predictions of every label vector are bounded."""
        return last_complete(self.expected, self.seen.tolist())

    @property
    def visited_row(self) -> int:
        """The last row up to which every label vector was retrained on; −1 if there is none."""
        return last_complete(self.expected, self.visited.tolist())


def last_complete(expected: Sequence[int], noted: Sequence[int]) -> int:
    """The last row up to which all that is due was noted; −1 if there is none."""
    for row, (due, found) in enumerate(zip(expected, noted, strict=True)):
        if due != found:
            return row - 1
    return len(expected) - 1
