"""One multi-class certification problem as the engines see it: numbers only, checked once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from labelcert.engines.ladder import Ladder
from labelcert.engines.machines.machine import Problem, SharedBars
from labelcert.engines.multiclass.relabels import RelabelSpace
from labelcert.learners.gram import CheckedGram


@dataclass(frozen=True, eq=False)
class MulticlassProblem:
    """One-vs-all kernel SVMs with labels 0 … K−1 under relabelings.

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

    @cached_property
    def ladder(self) -> Ladder:
        """What relabelings up to the largest budget can cost."""
        return self.space.points.ladder(self.max_budget)

    @cached_property
    def class_problems(self) -> tuple[Problem, ...]:
        """The binary problem of each class: +1 where the label is k."""
        shared = SharedBars(self.gram, self.cross, self.C)
        return tuple(
            Problem(
                self.gram, self.cross, np.where(self.labels == k, 1.0, -1.0), self.C,
                self.space.class_space(k), self.max_budget, shared,
            )
            for k in range(self.classes)
        )  # fmt: skip

    def of_test_points(self, rows: np.ndarray) -> MulticlassProblem:
        """The same problem with some of the test points; what is computed already is kept."""
        part = replace(self, cross=self.cross[rows])
        if "ladder" in self.__dict__:
            part.__dict__["ladder"] = self.ladder
        if "class_problems" in self.__dict__:
            problems = tuple(problem.of_test_points(rows) for problem in self.class_problems)
            part.__dict__["class_problems"] = problems
        return part
