"""Many classes with logits that are linear in the labels: exact by one sort per rival.

What it decides: every radius and witness, for any number of points and classes, where the logits
are p_k(ỹ) = Σ_i h_ti ỹ^k_i: kernel ridge regression always (``math.md`` 7), the SVMs where all of
them are saturated (``math.md`` 4.2). A rival b of the predicted class a sees three states of a
point (a, b, other), and the lead p_a − p_b = 2 Σ_i h_ti s_i with s = +1, −1, 0 for them; so each
point has one most harmful relabel, whose effect does not depend on the other points.
Cost: O(n log n) a test point and rival. When to prefer it: whenever it applies.
Source: ``math.md`` 6; for two classes [EC] arXiv 2604.11416.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from labelcert.engines.by_sort import SORTS, LinearModel, worst_flips, worst_flips_exactly
from labelcert.engines.flips import FlipSpace
from labelcert.engines.knowledge.evidence import Sorted
from labelcert.engines.knowledge.lead import linear_lead_bar
from labelcert.engines.ladder import Ladder
from labelcert.engines.multiclass.relabels import RelabelSpace
from labelcert.engines.multiclass.rivals import Rivals
from labelcert.engines.work.clock import Clock


def side_of(labels: np.ndarray, a: int, b: int) -> np.ndarray:
    """+1 for class a, −1 for class b, 0 for any other."""
    return (labels == a).astype(np.int64) - (labels == b).astype(np.int64)


def relabel_effects(
    weights: Sequence[Any] | np.ndarray, space: RelabelSpace, a: int, b: int
) -> tuple[list[Any], np.ndarray]:
    """How far the best relabel of each point lowers p_a − p_b, and the new label (n,).

    weights (n,) of one test point, floats or fractions; a point that no relabel helps has 0.
    """
    now = side_of(space.labels, a, b)
    new_side = side_of(np.arange(space.classes), a, b)
    best: list[Any] = [0] * space.n
    label = space.labels.copy()
    for i in np.flatnonzero(space.changeable).tolist():
        for k in np.flatnonzero(space.alternatives[i]):
            gain = 2 * weights[i] * int(now[i] - new_side[k])
            if gain > best[i]:
                best[i], label[i] = gain, k
    return best, label


def fast_effects(
    weights: np.ndarray, space: RelabelSpace, a: int, b: int
) -> tuple[np.ndarray, np.ndarray]:
    """`relabel_effects` for floats, all points at once."""
    now = side_of(space.labels, a, b)
    new_side = side_of(np.arange(space.classes), a, b)
    gain = 2 * weights[:, None] * (now[:, None] - new_side[None, :])
    gain = np.where(space.alternatives, gain, 0.0)
    label = gain.argmax(axis=1)
    best = gain[np.arange(space.n), label]
    return np.maximum(best, 0.0), np.where(best > 0, label, space.labels)


def decide(
    model: LinearModel, space: RelabelSpace, rivals: Rivals, clock: Clock | None = None
) -> None:
    """Write what is exact of every test point and rival, up to the model's largest budget.

    What is not reached before the clock expires stays open.
    """
    clock = clock or Clock()
    ladder = rivals.ledger.ladder.cut(model.max_budget)
    for t in range(len(rivals.predicted)):
        a = int(rivals.predicted[t])
        if t % SORTS == SORTS - 1 and clock.expired:
            return
        for b in range(space.classes):
            if b != a:
                _decide_pair(model, space, rivals, t, a, b, ladder, clock)


def _decide_pair(
    model: LinearModel,
    space: RelabelSpace,
    rivals: Rivals,
    t: int,
    a: int,
    b: int,
    ladder: Ladder,
    clock: Clock,
) -> None:
    weights = model.weights[t]
    gain, label = fast_effects(weights, space, a, b)
    found = worst_flips(gain, space.points, ladder, clock)
    if found is None:
        return
    fall, sets = found
    margins = 2 * float(weights @ side_of(space.labels, a, b)) - fall
    exact: list[tuple[int, np.ndarray]] | None = None
    levels = ladder.levels.tolist()
    for row, margin in enumerate(margins):
        verdict = int(margin > 0) - int(margin < 0)
        changes = sets[row] * space.classes + label[sets[row]]
        error = float(linear_lead_bar(model.error[t]))
        found = Sorted(float(margin), error, exactly=False)
        if not abs(margin) > error:
            if exact is None:
                exact = _exact_verdicts(model, space, t, a, b, ladder, clock)
            if exact is None:
                return
            verdict, changes = exact[row]
            found = Sorted(float(margin), error, exactly=True)
        if verdict <= 0:
            rivals.ledger.break_(t, levels[row], changes, model.name, found)
            return
        rivals.prove(t, b, levels[row], model.name, found)


def _exact_verdicts(
    model: LinearModel, space: RelabelSpace, t: int, a: int, b: int, ladder: Ladder, clock: Clock
) -> list[tuple[int, np.ndarray]] | None:
    """For every level the sign of the smallest lead in exact arithmetic, and its changes."""
    weights: list[Fraction] | None = model.exact_weights(t)
    if weights is None:
        return None
    gain, label = relabel_effects(weights, space, a, b)
    side = side_of(space.labels, a, b)
    clean = sum((2 * int(s) * h for s, h in zip(side, weights, strict=True)), Fraction(0))
    worst = worst_flips_exactly(gain, space.points, ladder, clock)
    if worst is None:
        return None
    found = []
    for fall, points in zip(*worst, strict=True):
        value = clean - fall
        found.append(((value > 0) - (value < 0), points * space.classes + label[points]))
    return found


def relaxed_radius(
    model: LinearModel, space: RelabelSpace, rivals: Rivals, clock: Clock | None = None
) -> np.ndarray:
    """(m,) radii by independent worst cases: the predicted class at its lowest logit, each rival at
    its highest, with the whole budget each. Sound, never above the exact radius; 0 for what is not
    reached before the clock expires."""
    clock = clock or Clock()
    ladder = rivals.ledger.ladder.cut(model.max_budget)
    radius = np.full(len(rivals.predicted), ladder.budget, dtype=np.int64)
    spaces = [space.class_space(k) for k in range(space.classes)]
    signs = [np.where(space.labels == k, 1.0, -1.0) for k in range(space.classes)]
    for t, a in enumerate(rivals.predicted):
        if t % SORTS == SORTS - 1 and clock.expired:
            radius[t:] = 0
            break
        weights, error = model.weights[t], linear_lead_bar(float(model.error[t]))
        low = _extremes(weights * signs[a], spaces[a], ladder, 1.0, clock)
        for b in range(space.classes):
            if b == a:
                continue
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
