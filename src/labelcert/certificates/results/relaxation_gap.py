"""How much of the radii of many classes the relaxation alone gives, in a few figures."""

from __future__ import annotations

from typing import NamedTuple

from labelcert.certificates.array_types import IntArray


class RelaxationGap(NamedTuple):
    """Radii by independent worst cases against what is known, over predictions without a tie.

    compared: how many predictions. settled: those whose radius the relaxation gives, proven by it
    alone and matched by a witness (or by max_flips). mean_low, mean_high: how far it lies below
    the radius on average, as an interval where radii are open; NaN where nothing is compared.
    """

    compared: int
    settled: int
    mean_low: float
    mean_high: float

    @property
    def told(self) -> str:
        """One clause, as "gives 31 of 50 radii, 0.40 below on average"."""
        head = f"gives {self.settled} of {self.compared} radii"
        if self.compared == 0 or self.mean_high == 0:
            return head
        low, high = f"{self.mean_low:.2f}", f"{self.mean_high:.2f}"
        return f"{head}, {low if low == high else f'{low} to {high}'} below on average"


def relaxation_gap(relaxed: IntArray, radius: IntArray, upper: IntArray) -> RelaxationGap:
    """Compare relaxed radii (m,) with radius (m,) and radius_upper (m,) of a certificate."""
    known = radius >= 0
    relaxed, radius, upper = relaxed[known], radius[known], upper[known]
    compared = int(known.sum())
    if compared == 0:
        return RelaxationGap(0, 0, float("nan"), float("nan"))
    return RelaxationGap(
        compared,
        int((relaxed == upper).sum()),
        float((radius - relaxed).mean()),
        float((upper - relaxed).mean()),
    )
