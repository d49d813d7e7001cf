"""Replay what a solver proposes: retrain on its labels, and believe only that.

An incumbent satisfies the program up to tolerances only; on real data, label vectors that such a
solution called breaking did not break anything when retrained (``math.md`` 3).
Source: our own note; error bars ``math.md`` 2.
"""

from __future__ import annotations

import numpy as np

from labelcert.engines.machines.judge import ExactJudge
from labelcert.engines.machines.machine import Problem


class Replay:
    """Retrains on proposed flip sets at one budget. Not to be shared between threads."""

    def __init__(self, problem: Problem, sign: np.ndarray, budget: int, judge: ExactJudge):
        self.problem, self.sign, self.budget = problem, sign, budget
        self._judge = judge

    def flips(self, solution: np.ndarray, columns: np.ndarray) -> np.ndarray | None:
        """The flip set in the flip columns (n,) of a solution; None if the attacker may not."""
        flips = np.flatnonzero(solution[columns] > 0.5)
        return flips if self.problem.space.contains(flips, self.budget) else None

    def margins(self, flips: np.ndarray) -> np.ndarray:
        """Margins (m,) after retraining."""
        return self._judge.margins(flips, self.sign)[0]

    def broken(self, flips: np.ndarray, among: np.ndarray) -> np.ndarray:
        """Which of the test points `among` a flip set breaks for sure, (len(among),) bool.

        Margins inside their error bar are settled in exact arithmetic; where that is out of reach
        they do not count as broken.
        """
        margin, bar = self._judge.margins(flips, self.sign)
        margin, bar = margin[among], bar[among]
        broken = margin <= -bar
        unclear = np.flatnonzero(~broken & ~(margin > bar))
        exact = self._judge.signs(flips, among[unclear])
        for row, sign in zip(unclear, exact, strict=True):
            broken[row] = sign is not None and sign * self.sign[among[row]] <= 0
        return broken
