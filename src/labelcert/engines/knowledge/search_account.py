"""The account of a tree search: every flip set lies in one region, open or closed for a reason.

"Nothing is left to search" proves something only if nothing got lost on the way: a node dropped by
a limit, an exception, or a comparison with something that is no number looks just like a node that
was closed. So each region gets a ticket, with the number of flip sets in it counted from the
region itself. Closing it, ruling out a part of it and splitting it are entries, and a split has to
add up. The account is complete only if no ticket is open and what was closed is all there was; one
entry that does not fit voids it for good. Forgetting an entry can therefore only lose a proof.
Source: our own note.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence


class SearchAccount:
    """Tickets of regions; sizes are exact integers, of any length."""

    def __init__(self, total: int):
        self.total, self.closed = total, 0
        self.root = 0
        self._open: dict[int, int] = {self.root: total}
        self._next, self._void = 1, False

    def close(self, ticket: int) -> None:
        """Note that a region is done with: proven, or retrained on and settled."""
        self.closed += self._take(ticket)

    def shrink(self, ticket: int, size: int) -> None:
        """Note that all but `size` of a region's flip sets are ruled out by a proof."""
        before = self._take(ticket)
        if not 0 <= size <= before:
            self._void = True
            return
        self.closed += before - size
        self._open[ticket] = size

    def split(self, ticket: int, sizes: Sequence[int]) -> list[int]:
        """Replace a region by its parts; returns their tickets."""
        if self._take(ticket) != sum(sizes):
            self._void = True
        tickets = list(range(self._next, self._next + len(sizes)))
        self._next += len(sizes)
        self._open.update(zip(tickets, sizes, strict=True))
        return tickets

    def _take(self, ticket: int) -> int:
        if ticket not in self._open:
            self._void = True
            return 0
        return self._open.pop(ticket)

    @property
    def complete(self) -> bool:
        """Whether every flip set was closed for a reason."""
        return not self._void and not self._open and self.closed == self.total

    def waits_in(self, tickets: Iterable[int]) -> bool:
        """Whether what is still open is just these regions: a bound on them bounds everything."""
        waiting = list(tickets)
        return (
            not self._void
            and len(waiting) == len(self._open)
            and self._open.keys() == set(waiting)
            and self.closed + sum(self._open.values()) == self.total
        )
