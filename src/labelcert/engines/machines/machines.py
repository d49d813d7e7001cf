"""The kernel SVMs behind a prediction, and how its leads are made of them.

Two classes have one machine, f, and the lead of a class over the other is ±f. More have a machine
each, one-vs-all, and the lead of a over b is p_a − p_b. Everything else asks for the parts of a
lead and need not know which of the two it is.
Source: ``math.md`` 1 and 6.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.ladder import Ladder
from labelcert.engines.machines.machine import Machine, SharedBars
from labelcert.learners.gram import CheckedGram


class Part(NamedTuple):
    """One machine in a lead: its number, and the sign that its value has there."""

    machine: int
    sign: float


@dataclass(frozen=True, eq=False)
class Machines:
    """Kernel SVMs with labels 0 … K−1 under relabelings.

    gram: checked (n, n); cross (m, n); C > 0; space holds the labels and what the attacker may do;
    max_budget ≥ 0 bounds the budgets 0, 1, …, max_budget that are asked for.
    """

    gram: CheckedGram
    cross: np.ndarray
    C: float
    space: RelabelSpace
    max_budget: int

    @property
    def labels(self) -> np.ndarray:
        """(n,) int64 clean labels."""
        return self.space.labels

    @property
    def classes(self) -> int:
        """Number of classes K."""
        return self.space.classes

    @property
    def n(self) -> int:
        """Number of labeled points."""
        return self.space.n

    @property
    def m(self) -> int:
        """Number of test points."""
        return len(self.cross)

    @property
    def count(self) -> int:
        """Number of machines: 1 for two classes, else K."""
        return 1 if self.classes == 2 else self.classes

    @cached_property
    def ladder(self) -> Ladder:
        """What relabelings up to the largest budget can cost."""
        return self.space.points.ladder(self.max_budget)

    def class_of(self, machine: int) -> int:
        """The class whose members have the label +1 in a machine."""
        return 1 if self.count == 1 else machine

    @cached_property
    def each(self) -> tuple[Machine, ...]:
        """The machines, of which number k tells class `class_of(k)` from all others."""
        shared = SharedBars(self.gram, self.cross, self.C)
        return tuple(
            Machine(
                self.gram, self.cross, self.labels_of(k, self.labels), self.C,
                self.space.class_space(self.class_of(k)), self.max_budget, shared,
            )
            for k in range(self.count)
        )  # fmt: skip

    def labels_of(self, machine: int, labels: np.ndarray) -> np.ndarray:
        """(n,) ±1.0: what a machine sees of labels (n,)."""
        return np.where(labels == self.class_of(machine), 1.0, -1.0)

    def lead(self, a: int, b: int) -> tuple[Part, ...]:
        """The parts that add up to the lead of class a over class b."""
        if self.count == 1:
            return (Part(0, 1.0 if a == 1 else -1.0),)
        return (Part(a, 1.0), Part(b, -1.0))

    def of_test_points(self, rows: np.ndarray) -> Machines:
        """The same machines with some of the test points; what is computed already is kept."""
        part = replace(self, cross=self.cross[rows])
        if "ladder" in self.__dict__:
            part.__dict__["ladder"] = self.ladder
        if "each" in self.__dict__:
            part.__dict__["each"] = tuple(machine.of_test_points(rows) for machine in self.each)
        return part

    def under(self, space: RelabelSpace, max_budget: int) -> Machines:
        """The same machines against another attacker on the same labels; their fits are kept."""
        part = replace(self, space=space, max_budget=max_budget)
        if "each" in self.__dict__:
            part.__dict__["each"] = tuple(
                machine.under(space.class_space(self.class_of(k)), max_budget)
                for k, machine in enumerate(self.each)
            )
        return part

    def oriented(self, predicted: np.ndarray) -> Machine:
        """The machine of two classes, its values counted as leads of the predicted classes (m,)."""
        return self.each[0].oriented(np.where(predicted == 1, 1.0, -1.0))
