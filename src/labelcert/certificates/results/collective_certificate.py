"""The collective certificate: how many predictions one attack can break at once, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates.array_types import IntArray, LabelArray
from labelcert.certificates.results.witness import Witness
from labelcert.intake.numbers import told, whole_or_none


@dataclass(frozen=True, eq=False, repr=False)
class CollectiveCertificate:
    """Most predictions broken by one flip set, for each budget, as a proven interval.

    broken_lower, broken_upper (L,): at each of `budgets` a flip set is known that breaks so many of
    the num_test predictions, and none breaks more. witnesses (L,): these flip sets, see
    `witness`. A clean tie counts as broken always.
    levels: the budgets where they are not all from 0 to max_flips, see `budgets`; asked: the budget
    asked for, where that is more than all labels cost together (max_flips).
    Source: arXiv 2412.00537, section 3.
    """

    broken_lower: IntArray
    broken_upper: IntArray
    num_test: int
    witnesses: tuple[Witness, ...]
    seconds: float = 0.0
    stopped: str = ""
    levels: IntArray | None = None
    asked: int | None = None

    @property
    def max_flips(self) -> int:
        """The largest budget covered, no more than all labels cost together."""
        if self.levels is None:
            return len(self.broken_lower) - 1
        return int(self.levels[-1]) if self.asked is None else self.asked

    @property
    def budgets(self) -> IntArray:
        """(L,) budgets of the entries: all from 0 to max_flips, or those that change anything."""
        return np.arange(len(self.broken_lower)) if self.levels is None else self.levels

    def row(self, r: int) -> int:
        """Where in the arrays a budget r is found."""
        budget = covered(r, self.max_flips, self.asked)
        return int(np.searchsorted(self.budgets, budget, side="right")) - 1

    @property
    def exact(self) -> bool:
        """Whether the count is known exactly at every budget."""
        return bool(np.array_equal(self.broken_lower, self.broken_upper))

    def certified_ratio(self, r: int) -> tuple[float, float]:
        """Share of predictions that survive the worst attack of budget r: (lower, upper)."""
        row = self.row(r)
        if self.num_test == 0:
            return float("nan"), float("nan")
        m = self.num_test
        return 1 - int(self.broken_upper[row]) / m, 1 - int(self.broken_lower[row]) / m

    def witness(self, r: int) -> Witness:
        """A flip set of budget r that breaks broken_lower of r predictions: indices, new labels.

        Raises InputError where new labels are not known, of more than two classes in old files.
        """
        found = self.witnesses[self.row(r)]
        if len(found.labels) < len(found.indices):
            raise InputError("new_labels are not known: certify anew to have them.")
        return found

    def relabeling(self, r: int) -> Witness:
        """Old name of `witness`."""
        return self.witness(r)

    @property
    def flip_sets(self) -> tuple[IntArray, ...]:
        """(L,) the indices of `witnesses`, from before there were these."""
        return tuple(witness.indices for witness in self.witnesses)

    @property
    def new_labels(self) -> tuple[LabelArray, ...]:
        """(L,) the labels of `witnesses`, from before there were these."""
        return tuple(witness.labels for witness in self.witnesses)

    def __repr__(self) -> str:
        parts = [
            f"{low}" if low == high else f"{low} to {high}"
            for low, high in zip(self.broken_lower[1:6], self.broken_upper[1:6], strict=True)
        ]
        more = ", …" if len(self.broken_lower) > 6 else ""
        budgets = ", ".join(str(r) for r in self.budgets[1:3].tolist())
        return (
            f"CollectiveCertificate({self.num_test} test points; broken at budgets {budgets}, …: "
            f"{', '.join(parts)}{more})"
        )


def covered(r: Any, max_flips: int, asked: int | None) -> int:
    """A budget that a certificate covers, max_flips for what lies beyond and was asked for.

    Raises InputError for anything else.
    """
    number = whole_or_none(r)
    most = max_flips if asked is None else max(asked, max_flips)
    if number is None or not 0 <= number <= most:
        raise InputError(
            f"r={told(r)} is out of range: this certificate covers 0 to {most}, in whole numbers."
        )
    return min(number, max_flips)
