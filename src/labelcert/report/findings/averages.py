"""Means over seeds, with standard errors."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple


class Estimate(NamedTuple):
    """A mean with the standard error of that mean.

    error: sample standard deviation over √number; None for fewer than two values, where nothing is
    known of it. number: how many values.
    """

    mean: float
    error: float | None
    number: int


def estimate(values: Iterable[float]) -> Estimate:
    """Mean and standard error of independent values; the mean of none is NaN."""
    numbers = [float(v) for v in values]
    count = len(numbers)
    if count == 0:
        return Estimate(math.nan, None, 0)
    mean = math.fsum(numbers) / count
    if count == 1:
        return Estimate(mean, None, 1)
    variance = math.fsum((v - mean) ** 2 for v in numbers) / (count - 1)
    return Estimate(mean, math.sqrt(variance / count), count)
