"""What the other labels say of each label: decision values of models trained without it.

Ridge regression: of the weights H = K(K + λI)⁻¹ of the labeled points themselves, the value without
label i is ((Hy)_i − H_ii y_i) / (1 − H_ii), exactly; what H is off by is known row by row.

SVM: with α_i = 0 the fit is the one without i. Else, of the margin z = y_i f(x_i) with all labels
and z' without i,  z − α_i K_ii ≤ z' ≤ z  (Jaakkola and Haussler, AISTATS 1999; the upper end since
a label can only pull its own margin up). For a feasible α of duality gap g the lower end is
q·α₋ᵢ − g/α_i, with q·α₋ᵢ = z − α_i K_ii: α is within g of the best α' with the same α_i, and α₋ᵢ no
better than the optimum without i. And α₋ᵢ itself has a gap of at most g + α_i (1 − q·α₋ᵢ) −
½ α_i² K_ii there, so that z' is within sqrt(2 gap K_ii) of q·α₋ᵢ: tight where α_i is small.

Source: the closed form is classical (Allen's PRESS); error bars and the second bound are our own.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from labelcert.learners.feature_system import FeatureRidge
from labelcert.learners.gram import CheckedGram
from labelcert.learners.gram_rows import GramRows
from labelcert.learners.ridge_weights import ridge_weights
from labelcert.learners.svm import DualSolution, fit_dual

UNIT = float(np.finfo(float).eps)

ROWS = 1024
"""Labels that are looked at together."""


class LeftOut(NamedTuple):
    """Proven bounds low ≤ value ≤ high, each (n, machines), on the values without each label."""

    low: np.ndarray
    high: np.ndarray


def ridge_left_out(gram: CheckedGram, targets: np.ndarray, ridge: float) -> LeftOut:
    """For targets (n, machines) ±1; raises InputError where λ is lost in rounding. O(n³)."""
    n = len(targets)
    weights, error = ridge_weights(gram, gram.given, ridge)
    value = weights @ targets
    rounding = 2 * (n + 4) * UNIT * np.abs(weights).sum(axis=1)
    return _closed(value, weights.diagonal(), targets, np.sqrt(n) * error + rounding, error)


def features_left_out(learner: FeatureRidge, targets: np.ndarray) -> LeftOut:
    """The same for ridge regression from features (n, d), in O(n d²), or O(n³) where d > n."""
    system, n = learner.system, len(targets)
    features = system.features
    reach = np.sqrt(n) * system.length
    sums = np.zeros((features.shape[1], targets.shape[1]))
    if not system.wide:
        for at in range(0, n, ROWS):
            sums += (
                np.asarray(features[at : at + ROWS], dtype=np.float64).T @ targets[at : at + ROWS]
            )
    parts: list[LeftOut] = []
    for at in range(0, n, ROWS):
        rows = np.ascontiguousarray(features[at : at + ROWS], dtype=np.float64)
        found, error = learner.coefficients(features[at : at + ROWS])
        if system.wide:
            value, own = found @ targets, found[np.arange(len(rows)), at + np.arange(len(rows))]
            size = np.abs(found).sum(axis=1)
        else:
            value, own = found @ sums, np.einsum("id,id->i", rows, found)
            size = np.abs(found) @ reach
        rounding = 2 * (n + features.shape[1] + 8) * UNIT * size
        both = np.sqrt(n) * error + rounding, error + rounding
        parts.append(_closed(value, own, targets[at : at + ROWS], *both))
    return LeftOut(
        np.concatenate([part.low for part in parts]), np.concatenate([part.high for part in parts])
    )


def _closed(
    value: np.ndarray, own: np.ndarray, targets: np.ndarray, off: np.ndarray, own_off: np.ndarray
) -> LeftOut:
    """From values (n, machines) off by `off` (n,), and shares own = H_ii (n,) off by `own_off`."""
    rest = (1 - own)[:, None]
    rest_off = (own_off + 4 * UNIT)[:, None]
    numerator = value - own[:, None] * targets
    numerator_off = off[:, None] + own_off[:, None] + 4 * UNIT * (np.abs(value) + 1)
    least = rest - rest_off  # in truth 1 − H_ii > 0
    known = least > 0
    safe = np.where(known, rest, 1.0)
    found = np.where(known, numerator / safe, 0.0)
    error = (numerator_off + np.abs(found) * rest_off) / np.where(known, least, 1.0)
    error = np.where(known, error * (1 + 8 * UNIT) + 4 * UNIT * np.abs(found), np.inf)
    return LeftOut(found - error, found + error)


def svm_left_out(gram: CheckedGram, y: np.ndarray, C: float) -> LeftOut:
    """Bounds from one fit of labels y (n,) ±1, as one machine; they meet where α_i = 0."""
    fitted = fit_dual(gram, y, C)
    alpha = np.maximum(y * fitted.beta, 0.0)
    diagonal = gram.scaled.diagonal()
    margin, rounding = _margins(gram, fitted, y)
    without = margin - alpha * diagonal
    gap = max(fitted.gap, 0.0)
    slope = np.sqrt(np.maximum(diagonal, 0.0))
    rounding = rounding + 4 * UNIT * (np.abs(margin) + alpha * diagonal)
    own = gap + alpha * np.maximum(1 - without + rounding, 0.0) - 0.5 * alpha**2 * diagonal
    near = np.sqrt(2 * np.maximum(own + 8 * UNIT * alpha, gap)) * slope
    with np.errstate(divide="ignore"):
        slack = np.where(alpha > 0, gap / np.where(alpha > 0, alpha, 1.0), np.inf)
    low = np.maximum(without - slack, without - near) - rounding
    high = np.minimum(margin + np.sqrt(2 * gap) * slope, without + near) + rounding
    return LeftOut(np.minimum(y * low, y * high)[:, None], np.maximum(y * low, y * high)[:, None])


def svm_without(gram: CheckedGram, y: np.ndarray, C: float, i: int) -> tuple[float, float]:
    """Bounds on the value of label i, retrained without it."""
    kept = np.delete(np.arange(len(y)), i)
    if len(kept) == 0:
        return 0.0, 0.0
    part = CheckedGram(GramRows(gram.source.part(kept, kept)), gram.shift)
    fitted = fit_dual(part, y[kept], C)
    row = gram.source.part([i], kept)[0] / part.scale
    value = float(row @ fitted.beta)
    rounding = 2 * (len(y) + 4) * UNIT * float(np.abs(row) @ np.abs(fitted.beta))
    bar = np.sqrt(2 * max(fitted.gap, 0.0) * max(float(gram.diagonal[i]) / part.scale, 0.0))
    return value - float(bar) - rounding, value + float(bar) + rounding


def _margins(
    gram: CheckedGram, fitted: DualSolution, y: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """y f (n,) of a fit, and how far rounding can take it."""
    matrix = gram.scaled
    reach = np.sqrt(np.maximum(matrix.diagonal(), 0.0))
    rounding = 2 * (len(y) + 4) * UNIT * reach * float(reach @ np.abs(fitted.beta))
    return y * (matrix @ fitted.beta), rounding
