"""How far a computed margin, or the lead of one logit over another, can be from the truth.

The one home of these bars: no engine adds up a bar or a rounding constant of its own. A margin of a
solution with a bounded duality gap is off by sqrt(2 gap) · slope + floor at the most
(`labelcert.learners.error_bars`); a lead p_a − p_b by the bars of both, and by the rounding of the
difference. With two classes there is one machine, and a margin is its lead.
Source: ``math.md`` 2 and 6; our own note.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from labelcert._jit import inner
from labelcert.engines.machines.retraining import Core

ROUNDING = 8 * float(np.finfo(float).eps)
"""Of a difference of two logits and of sums of a few terms like it, as a share of their sizes."""


def bars_of(core: Core, gap: float) -> np.ndarray:
    """Error bars (m,) of the margins of a solution with this duality gap."""
    return np.sqrt(2 * gap) * core.bar_slope + core.bar_floor


def lead_bar(bar_a: Any, bar_b: Any, value_a: Any, value_b: Any) -> Any:
    """Error bar of value_a − value_b, whose own error bars are given; numbers or arrays."""
    return bar_a + bar_b + ROUNDING * (np.abs(value_a) + np.abs(value_b))


def linear_lead_bar(error: Any) -> Any:
    """Error bar of a lead of two logits that are linear in the labels, each with this error.

    Both may be off by it, and the clean lead and the fall that flips add to it are rounded once
    more each, by less than that.
    """
    return 4 * error


@inner
def bar_at(core, width, t):
    """Error bar of the margin of test point t; width = sqrt(2 gap)."""
    return width * core.bar_slope[t] + core.bar_floor[t]


@inner
def lead_bar_at(bar_a, bar_b, value_a, value_b):
    """`lead_bar` for the hot loops."""
    return bar_a + bar_b + ROUNDING * (abs(value_a) + abs(value_b))
