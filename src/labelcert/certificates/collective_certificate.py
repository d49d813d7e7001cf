"""The collective certificate: how many predictions one attack can break at once, as data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates.arrays import IntArray, LabelArray
from labelcert.certificates.witness import Witness
from labelcert.intake.numbers import told, whole_or_none


@dataclass(frozen=True, eq=False, repr=False)
class CollectiveCertificate:
    """Most predictions broken by one flip set, for each budget, as a proven interval.

    broken_lower, broken_upper (max_flips + 1,): a flip set is known that breaks broken_lower[r] of
    the num_test predictions at budget r; none breaks more than broken_upper[r].
    flip_sets: for each budget the indices of that flip set; new_labels: what its labels become.
    A clean tie counts as broken always.
    Source: arXiv 2412.00537, section 3.
    """

    broken_lower: IntArray
    broken_upper: IntArray
    num_test: int
    flip_sets: tuple[IntArray, ...]
    seconds: float = 0.0
    stopped: str = ""
    new_labels: tuple[LabelArray, ...] = ()

    @property
    def max_flips(self) -> int:
        """The largest budget covered."""
        return len(self.broken_lower) - 1

    @property
    def exact(self) -> bool:
        """Whether the count is known exactly at every budget."""
        return bool(np.array_equal(self.broken_lower, self.broken_upper))

    def certified_ratio(self, r: int) -> tuple[float, float]:
        """Share of predictions that survive the worst attack of budget r: (lower, upper)."""
        self._check_budget(r)
        if self.num_test == 0:
            return float("nan"), float("nan")
        m = self.num_test
        return 1 - int(self.broken_upper[r]) / m, 1 - int(self.broken_lower[r]) / m

    def witness(self, r: int) -> IntArray:
        """Indices of a flip set of budget r that breaks broken_lower[r] predictions."""
        self._check_budget(r)
        return self.flip_sets[r]

    def relabeling(self, r: int) -> Witness:
        """`witness(r)` with the new labels."""
        self._check_budget(r)
        if not self.new_labels:
            raise InputError("new_labels are not known: certify anew to have them.")
        return Witness(self.flip_sets[r], self.new_labels[r])

    def _check_budget(self, r: int) -> None:
        number = whole_or_none(r)
        if number is None or not 0 <= number <= self.max_flips:
            raise InputError(
                f"r={told(r)} is out of range: this certificate covers 0 to {self.max_flips}, "
                "in whole numbers."
            )

    def __repr__(self) -> str:
        parts = [
            f"{low}" if low == high else f"{low} to {high}"
            for low, high in zip(self.broken_lower[1:6], self.broken_upper[1:6], strict=True)
        ]
        more = ", …" if self.max_flips > 5 else ""
        return (
            f"CollectiveCertificate({self.num_test} test points; broken at budgets 1, 2, …: "
            f"{', '.join(parts)}{more})"
        )
