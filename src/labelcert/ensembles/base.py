"""What an ensemble asks of its bases: votes, what it costs to change them, and flips that do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from labelcert.engines.partition.flipping import Flips
from labelcert.engines.work.clock import Clock

IntArray = NDArray[np.int64]


class Part(NamedTuple):
    """One part: its rows in canonical order, and their class numbers (n,); equal (n,): numbers, the
    same for equal rows; given (n,): positions of the rows as given."""

    members: slice
    labels: IntArray
    classes: int
    equal: IntArray
    given: IntArray

    def order(self, labels: IntArray) -> IntArray:
        """The canonical order (n,) of the rows if they had class numbers (n,): labels decide among
        equal rows, so that flips may put them in another."""
        return np.lexsort((self.given, labels, self.equal))


Hint = tuple[IntArray, IntArray]
"""Points (k,) of a part and new class numbers (k,) that may change the vote of its base."""


class Answer(NamedTuple):
    """Votes (m,) of one base; free (m, K): the classes that it may vote for with no flip, the vote
    alone where it is a proven fact; cost (m, K) int32: least flips within the part after which it
    may vote for each class, None where nobody looked; hints (m,): where a search for flips may
    start, if anywhere."""

    votes: IntArray
    free: NDArray[np.bool_]
    cost: NDArray[np.int32] | None
    hints: Sequence[Hint | None] = ()


class Known(NamedTuple):
    """What a search for flips within one part knows: cost (m, K) and hints (m,) as in `Answer`, and
    the most flips that are of use."""

    cost: NDArray[np.int32]
    hints: Sequence[Hint | None]
    most: int


class Base(Protocol):
    """A kind of base, fitted to all rows without their labels."""

    def learner(self) -> Mapping[str, float]:
        """Name and value of its regularization, for results."""
        ...

    def prepare(self, rows: NDArray[Any]) -> Any:
        """Test points in the form that the other methods take, from rows (m, d)."""
        ...

    def answer(self, part: Part, points: Any, costs: bool, clock: Clock) -> Answer:
        """Votes for m prepared test points, and what it costs to change them where asked for."""
        ...

    def flips(
        self, part: Part, points: Any, wanted: Sequence[IntArray], known: Known, clock: Clock
    ) -> list[Flips]:
        """For each wanted (m,) flips after which the retrained base surely votes for it, −1 for
        none; what the clock leaves no time for is not found."""
        ...


def constant_answer(vote: int, count: int, classes: int, cost: int) -> Answer:
    """Of a base that votes for one class whatever the point, and for another at a cost."""
    free = np.zeros((count, classes), dtype=np.bool_)
    free[:, vote] = True
    return Answer(np.full(count, vote), free, np.where(free, 0, cost).astype(np.int32))
