"""What a tree search looks for: a relabeling that breaks, or the smallest lead there is.

A goal has a limit: relabelings with a lead above it need not be looked at. It may fall on the way.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np


class Goal(Protocol):
    """What the retrained leads of a region are held against."""

    @property
    def limit(self) -> float:
        """Leads above this do not matter."""
        ...

    def take(self, lead: float, bar: float, changes: np.ndarray, cost: int) -> bool:
        """Note a retrained lead with its error bar; whether the search can end with it."""
        ...

    def best(self, lead: np.ndarray, cost: np.ndarray, bar: float) -> int:
        """The index of the one to take of leads (N,) ascending, that cost so much (N,)."""
        ...

    def unclear(self, lead: np.ndarray, bar: float) -> np.ndarray:
        """Indices of leads (N,) that exact arithmetic has to settle."""
        ...


class Breaking:
    """Is there a relabeling with a lead ≤ 0?"""

    limit = 0.0

    def take(self, lead: float, bar: float, changes: np.ndarray, cost: int) -> bool:
        """Whether the relabeling surely breaks."""
        return lead <= -bar

    def best(self, lead: np.ndarray, cost: np.ndarray, bar: float) -> int:
        """The cheapest one that surely breaks."""
        sure = int(np.searchsorted(lead, -bar, side="right"))
        return int(np.argmin(cost[: max(sure, 1)]))

    def unclear(self, lead: np.ndarray, bar: float) -> np.ndarray:
        """Those inside their bar."""
        return np.flatnonzero(~(lead > bar) & ~(lead <= -bar))


class Smallest:
    """Which lead is the smallest? Holds the smallest one retrained so far.

    precision: leads closer than this to the smallest one are not told apart.
    """

    def __init__(self, precision: float):
        self.precision = precision
        self.lead, self.bar, self.cost = np.inf, 0.0, 0
        self.changes = np.zeros(0, dtype=np.int64)

    @property
    def limit(self) -> float:
        """Just below the smallest lead so far."""
        return self.lead - self.precision

    def take(self, lead: float, bar: float, changes: np.ndarray, cost: int) -> bool:
        """Keep the smallest lead, of equal ones the cheapest; never ends a search."""
        if lead < self.lead or (lead == self.lead and cost < self.cost):
            self.lead, self.changes, self.cost = lead, changes, cost
        self.bar = max(self.bar, bar)
        return False

    def best(self, lead: np.ndarray, cost: np.ndarray, bar: float) -> int:
        """The smallest one, of equals the cheapest."""
        return int(np.argmin(cost[lead == lead[0]]))

    def unclear(self, lead: np.ndarray, bar: float) -> np.ndarray:
        """None: a lead is known as well as its bar says."""
        return np.zeros(0, dtype=np.int64)
