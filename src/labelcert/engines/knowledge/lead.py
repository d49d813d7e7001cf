"""How far a computed margin, or the lead of one logit over another, can be from the truth.

The one home of these bars: no engine adds up a bar or a rounding constant of its own. A margin of a
solution with a bounded duality gap is off by sqrt(2 gap) · slope + floor at the most
(`labelcert.learners.error_bars`); a lead p_a − p_b by the bars of both, and by the rounding of the
difference. With two classes there is one machine, and a margin is its lead. A lead is surely robust
if it lies above its bar, surely broken if at or below minus its bar; what is no number is neither.
Source: ``math.md`` 2 and 6; our own note.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from labelcert._jit import inner

UNIT = float(np.finfo(float).eps)
"""What one operation in floats may be off by, as a share of its result: the only such number here.

What is subtracted from a bound for rounding is `rounding` of it.
"""

ROUNDING = 8 * UNIT
"""Of a difference of two logits and of sums of a few terms like it, as a share of their sizes."""


class Leads(NamedTuple):
    """Leads (m, K) of the predicted class over every other, with error bars (m, K).

    The predicted class itself has the lead +inf and the bar 0.
    """

    value: np.ndarray
    bar: np.ndarray

    @property
    def broken(self) -> np.ndarray:
        """(m,) bool: some rival surely catches up."""
        return np.asarray((self.value <= -self.bar).any(axis=1))

    @property
    def robust(self) -> np.ndarray:
        """(m,) bool: no rival does, for sure."""
        return np.asarray((self.value > self.bar).all(axis=1))

    @property
    def smallest(self) -> np.ndarray:
        """(m,) the smallest lead over a rival."""
        return self.value.min(axis=1)


def leads_of(values: np.ndarray, bars: np.ndarray, predicted: np.ndarray) -> Leads:
    """Leads of predicted classes (m,), from what machines say: values and their bars (m, machines).

    One machine has the value of class 1; with more, each class has its own.
    """
    rows = np.arange(len(predicted))
    if values.shape[1] == 1:
        sign = np.where(predicted == 1, 1.0, -1.0)
        value = np.repeat(values * sign[:, None], 2, axis=1)
        bar = np.repeat(bars, 2, axis=1)
    else:
        own, own_bar = values[rows, predicted][:, None], bars[rows, predicted][:, None]
        value, bar = own - values, lead_bar(own_bar, bars, own, values)
    value[rows, predicted], bar[rows, predicted] = np.inf, 0.0
    return Leads(value, bar)


def bars_of(core: Any, gap: float) -> np.ndarray:
    """Error bars (m,) of the margins of a solution with this duality gap; core: of its machine."""
    return np.sqrt(2 * gap) * core.bar_slope + core.bar_floor


def floor_after_flips(core: Any) -> np.ndarray:
    """(m,) how far a margin may move outside the span that slopes measure, whatever is flipped.

    The floor of a bar is for two β of one box with sides C. Flipped labels leave it: the new β less
    the mean of two others, one of them of the old labels, is no entry longer than 2C.
    """
    return np.asarray(2 * core.bar_floor)


def lead_bar(bar_a: Any, bar_b: Any, value_a: Any, value_b: Any) -> Any:
    """Error bar of value_a − value_b, whose own error bars are given; numbers or arrays."""
    return bar_a + bar_b + ROUNDING * (np.abs(value_a) + np.abs(value_b))


def sum_bar(bars: Sequence[float], sizes: Sequence[float]) -> float:
    """Error bar of a lead of one machine or two, from their bars and the sizes of their values."""
    if len(bars) == 1:
        return float(bars[0])
    return float(lead_bar(bars[0], bars[1], sizes[0], sizes[1]))


def linear_lead_bar(error: Any, machines: int = 2) -> Any:
    """Error bar of a lead of machines that are linear in the labels, each with this error.

    Of two, both may be off by it, and the clean lead and the fall that flips add to it are rounded
    once more each, by less than that.
    """
    return error if machines == 1 else 4 * error


def rounding(operations: float, size: Any) -> Any:
    """How far so many operations may be off, on terms whose sizes add up to `size`."""
    return operations * UNIT * size


def outward(bar: Any) -> Any:
    """A bar that was itself computed in a few operations, and no smaller than without rounding."""
    return bar * (1 + 4096 * UNIT)


def sides_bar(error: Any, count: int) -> Any:
    """How far a sum of `count` weights, each times −1, 0 or 1, is off by an error of their length.

    By Cauchy and Schwarz √count times the error of the whole vector.
    """
    return outward(np.sqrt(count) * np.asarray(error, dtype=np.float64))


@inner
def rounding_at(operations, size):
    """`rounding` for the hot loops."""
    return operations * UNIT * size


@inner
def bar_at(core, width, t):
    """Error bar of the margin of test point t; width = sqrt(2 gap)."""
    return width * core.bar_slope[t] + core.bar_floor[t]


@inner
def one_lead(slope, floor, margin, gap, sign, lead, low, high):
    """Write the leads sign · margin of one machine, and them less and more their bars, all (m,).

    slope, floor (m,): of its core. A lead is surely robust if low > 0, surely broken if high ≤ 0.
    """
    width = np.sqrt(2.0 * gap)
    for t in range(margin.shape[0]):
        value = sign * margin[t]
        bar = width * slope[t] + floor[t]
        lead[t] = value
        low[t] = value - bar
        high[t] = value + bar


@inner
def smallest_leads(values, bars, predicted, lead, low, high):
    """The same (m,) for the rivals together; values and bars (K, m) of a machine a class.

    What is no number stays so, and decides nothing.
    """
    classes, m = values.shape
    for t in range(m):
        a = predicted[t]
        own, own_bar = values[a, t], bars[a, t]
        least, below, above = np.inf, np.inf, np.inf
        for k in range(classes):
            if k == a:
                continue
            value = own - values[k, t]
            bar = own_bar + bars[k, t] + ROUNDING * (abs(own) + abs(values[k, t]))
            least = min(least, value)
            if not (np.isnan(below) or value - bar >= below):
                below = value - bar
            above = min(above, value + bar)
        lead[t], low[t], high[t] = least, below, above
