"""Attack on the number of predictions that one relabeling breaks at once, by greedy choice.

What it decides: lower ends of the collective counts, by relabelings that were retrained on.
Cost: K n retrainings a step. Source: our own note; ``math.md`` 4.1 and 6.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from labelcert.engines.multiclass.attack import Found, surely_broken, write
from labelcert.engines.multiclass.relabels import RelabelSpace
from labelcert.engines.multiclass.rivals import Rivals
from labelcert.engines.work.clock import Clock

STAGE = "collective attack"

REACHES = (0.1, 0.5, 2.0)
"""How far from a tie a lead still counts as a near miss, in units of the median clean lead."""


class Trained(Protocol):
    """A model that can be changed one label at a time: `Retrainer` or `LinearLogits`."""

    labels: np.ndarray

    @property
    def space(self) -> RelabelSpace:
        """What the attacker may do."""
        ...

    @property
    def changes(self) -> np.ndarray:
        """The changes made."""
        ...

    def reset(self) -> None:
        """Return to the clean labels."""
        ...

    def relabel(self, i: int, label: int) -> None:
        """Give point i a label."""
        ...

    def logits(self) -> tuple[np.ndarray, np.ndarray]:
        """Logits (m, K) and error bars (m, K)."""
        ...

    def after_flips(self, k: int, points: np.ndarray) -> np.ndarray:
        """Logits (c, m) of class k if one of points (c,) joined or left it."""
        ...


def attack_count(trained: Trained, rivals: Rivals, budget: int, clock: Clock) -> None:
    """Greedily break as many predictions as possible within a budget, once for each reach.

    budget: no more than `trained` is right up to (a saturated model is linear only so far).
    """
    if len(rivals.predicted) == 0 or clock.expired:
        return
    trained.reset()
    clean, _ = trained.logits()
    unit = float(np.median(leads(clean, rivals.predicted))) or 1.0
    for number, reach in enumerate(REACHES):
        trained.reset()
        spent = 0
        while not clock.expired:
            move = _best_move(trained, rivals, reach * unit, budget - spent)
            if move is None:
                break
            trained.relabel(*move)
            changes = trained.changes
            spent = trained.space.cost_of(changes)
            broken = surely_broken(*trained.logits(), rivals.predicted)
            write(rivals, Found(spent, changes, broken))
        clock.report(STAGE, (number + 1) / len(REACHES))


def leads(logits: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """(m,) logit of the predicted class less the largest other one."""
    rows = np.arange(len(logits))
    others = logits.copy()
    others[rows, predicted] = -np.inf
    return logits[rows, predicted] - others.max(axis=1)


def _best_move(trained: Trained, rivals: Rivals, unit: float, left: int) -> tuple[int, int] | None:
    """The change (point, label) after which most predictions are broken or nearly so."""
    space, predicted = trained.space, rivals.predicted
    changed = np.flatnonzero(trained.labels != space.labels)
    purse = space.points.purses_after(changed)
    may = space.changeable & (space.cost <= left) & (space.cost <= purse[space.group])
    may[changed] = False
    points = np.flatnonzero(may)
    if len(points) == 0:
        return None
    now, _ = trained.logits()
    after = [trained.after_flips(k, points) for k in range(space.classes)]
    base = _score(leads(now, predicted), unit)
    best = None
    for row, i in enumerate(points):
        old = int(trained.labels[i])
        for label in np.flatnonzero(space.alternatives[i]):
            logits = now.copy()
            logits[:, old], logits[:, label] = after[old][row], after[label][row]
            slope = (_score(leads(logits, predicted), unit) - base) / space.cost[i]
            if best is None or slope < best[0]:
                best = (slope, int(i), int(label))
    return None if best is None else best[1:]


def _score(lead: np.ndarray, unit: float) -> float:
    """The predictions that stand, and a share for how firmly."""
    return float((lead > 0).sum() + 0.5 * np.clip(lead / unit, 0.0, 1.0).sum())
