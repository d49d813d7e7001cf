"""Which budget of a prediction to try next."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Steps:
    """Which row of a prediction to try next: doubling steps until one fails, then halves.

    low: the last row proven; high: the first that failed, or one beyond the last that is asked for.
    """

    low: int
    high: int
    step: int = 1
    failed: bool = False

    @property
    def done(self) -> bool:
        """Whether no row is left to try."""
        return self.low + 1 >= self.high

    @property
    def row(self) -> int:
        """The row to try."""
        return (self.low + self.high) // 2 if self.failed else min(self.low + self.step,
                                                                   self.high - 1)  # fmt: skip

    def take(self, proven: bool) -> None:
        """Note what came of the row."""
        if proven:
            self.low, self.step = self.row, 2 * self.step
        else:
            self.high, self.failed = self.row, True
