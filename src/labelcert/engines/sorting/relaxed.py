"""Radii by independent worst cases, where machines are linear in the labels; many classes."""

from __future__ import annotations

import numpy as np

from labelcert.engines.attacker import FlipSpace, RelabelSpace
from labelcert.engines.knowledge.lead import linear_lead_bar
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.ladder import Ladder
from labelcert.engines.machines.linear_model import LinearModel
from labelcert.engines.sorting.worst_flips import worst_flips
from labelcert.engines.work.clock import Clock

SORTS = 64
"""Test points between two looks at the clock."""


def relaxed_radius(
    model: LinearModel, space: RelabelSpace, ledger: Ledger, clock: Clock
) -> np.ndarray:
    """(m,) radii with the predicted class at its lowest logit and each rival at its highest, with
    the whole budget each: sound, and never above the exact radius.

    0 for what is not reached before the clock expires.
    """
    ladder = ledger.ladder.cut(model.max_budget)
    radius = np.full(ledger.m, ladder.budget, dtype=np.int64)
    spaces = [space.class_space(k) for k in range(space.classes)]
    signs = [np.where(space.labels == k, 1.0, -1.0) for k in range(space.classes)]
    for t, a in enumerate(ledger.predicted):
        if t % SORTS == SORTS - 1 and clock.expired:
            radius[t:] = 0
            break
        weights, error = model.weights[t], linear_lead_bar(float(model.error[t]))
        low = _extremes(weights * signs[a], spaces[a], ladder, 1.0, clock)
        for b in ledger.rivals(t):
            high = _extremes(weights * signs[b], spaces[b], ladder, -1.0, clock)
            if low is None or high is None:
                radius[t] = 0
                break
            robust = low + high > error
            if not robust.all():
                first = int(np.argmin(robust))
                radius[t] = min(radius[t], int(ladder.levels[first]) - 1)
    return radius


def _extremes(
    terms: np.ndarray, space: FlipSpace, ladder: Ladder, sign: float, clock: Clock
) -> np.ndarray | None:
    """sign · Σ terms at its smallest, for every level; a flip turns the sign of a term."""
    found = worst_flips(2 * sign * terms, space, ladder, clock)
    return None if found is None else sign * float(terms.sum()) - found[0]
