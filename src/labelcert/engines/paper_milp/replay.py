"""Replay what a solver proposes: retrain on its labels, and believe only that.

An incumbent satisfies the program up to tolerances only; on real data, label vectors that such a
solution called breaking did not break anything when retrained (``math.md`` 3).
Source: our own note; error bars ``math.md`` 2.
"""

from __future__ import annotations

import numpy as np

from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.knowledge.lead import Leads
from labelcert.engines.knowledge.settle import Trainer
from labelcert.engines.paper_milp.choice import Choice


class Replay:
    """Retrains on proposed relabelings; predicted (m,). Not to be shared between threads."""

    def __init__(self, trainer: Trainer, space: RelabelSpace, predicted: np.ndarray):
        self.space, self.predicted = space, predicted
        self._trainer = trainer

    def changes(self, solution: np.ndarray, choice: Choice, budget: int) -> np.ndarray | None:
        """The relabeling that a solution proposes; None if the attacker may not."""
        changes = choice.changes(solution)
        return changes if self.space.contains(changes, budget) else None

    def leads(self, changes: np.ndarray) -> Leads:
        """Leads of the predicted classes after retraining."""
        return self._trainer.leads(self.space.apply(changes), self.predicted)

    def broken(self, changes: np.ndarray, among: np.ndarray) -> np.ndarray:
        """Which of the test points `among` a relabeling breaks for sure, (len(among),) bool.

        Leads inside their error bar are settled in exact arithmetic; where that is out of reach
        they do not count as broken.
        """
        leads = self.leads(changes)
        broken = leads.broken[among]
        near = ~broken[:, None] & ~(leads.value > leads.bar)[among]
        rows, rivals = np.nonzero(near)
        points = among[rows]
        labels = self.space.apply(changes)
        signs = self._trainer.signs(labels, points, self.predicted[points], rivals)
        for row, sign in zip(rows.tolist(), signs, strict=True):
            broken[row] |= sign is not None and sign <= 0
        return broken
