"""How far clean predictions lead, from decision values and their error bars as certificates keep
them."""

from __future__ import annotations

import numpy as np

from labelcert.certificates.array_types import FloatArray, IntArray


def predicted_numbers(decision: FloatArray) -> IntArray:
    """(m,) the number of the predicted class; decision: (m,) with two classes, else (m, K)."""
    if decision.ndim == 1:
        return (decision > 0).astype(np.int64)
    return decision.argmax(axis=1)


def leads_with_bars(
    decision: FloatArray, bars: FloatArray, numbers: IntArray
) -> tuple[FloatArray, FloatArray]:
    """(m,) leads of the classes `numbers` over the next ones, and how far each may be off.

    decision, bars: (m,) with two classes, else (m, K).
    """
    if decision.ndim == 1:
        return np.abs(decision), bars
    at = np.arange(len(decision)), numbers
    rivals, others = decision.copy(), bars.copy()
    rivals[at], others[at] = -np.inf, 0.0
    best = rivals.max(axis=1)
    # Both the difference and the sum of the bars are rounded once.
    rounding = np.spacing(np.abs(decision[at]) + np.abs(best))
    bar = np.nextafter(bars[at] + others.max(axis=1), np.inf)
    return decision[at] - best, np.nextafter(bar + rounding, np.inf)
