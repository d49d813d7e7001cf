"""What is to be decided: the attacker, the model, the predictions, and what is known of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any

import numpy as np

from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.knowledge.settle import Settling, Trainer
from labelcert.engines.machines import saturation
from labelcert.engines.machines.linear_model import LinearModel, LinearTrainer
from labelcert.engines.machines.machines import Machines
from labelcert.engines.machines.svm_trainer import SvmTrainer
from labelcert.engines.work.clock import Clock


class Question(Enum):
    """What can be asked of a task."""

    RADII = "how many flips each prediction survives"
    MARGINS = "how far each prediction can be pushed at every budget"
    COUNTS = "how many predictions one attack breaks"


@dataclass(frozen=True)
class Wishes:
    """What is asked for, with how many threads, and which engine.

    margins: worst margins at every budget besides the radii. exactness: "relaxed" leaves out what
    takes long with many classes (two are always exact). seconds_a_point: limit for the search
    of one test point by branch and bound or by the paper's program. enough: a search ends after a
    batch of test points of which less than this share was decided.
    """

    sample_wise: bool = True
    collective: bool = False
    jobs: int = 1
    engine: str = "auto"
    solver: str = "highs"
    margins: bool = False
    exactness: str = "exact"
    seconds_a_point: float = float("inf")
    enough: float = 0.0


@dataclass(eq=False)
class Task:
    """The certification of m predictions whose clean classes are without ties.

    attacker: what may be changed; machines: the kernel SVMs, None for ridge regression; linear: the
    model where its values are linear in the labels, up to its own largest budget, None if it is not
    (known to be); ledger: what is known, which is all that engines write to. memory: what engines
    compute once and share, such as bounds, under names of their own.
    """

    attacker: RelabelSpace
    ledger: Ledger
    wishes: Wishes
    machines: Machines | None = None
    linear: LinearModel | None = None
    memory: dict[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if self.attacker.free_groups:
            raise AssertionError("a choice among attackers is no task: take each of its cases")

    @property
    def pace(self) -> tuple[float, int]:
        """Seconds of the last search, and how many steps of budget it proved."""
        found: tuple[float, int] = self.memory.get("pace", (0.0, 0))
        return found

    def note_pace(self, seconds: float, steps: int) -> None:
        """Note how far the last search came."""
        self.memory["pace"] = seconds, steps

    @classmethod
    def of_machines(
        cls, machines: Machines, predicted: np.ndarray, wishes: Wishes, clock: Clock | None = None
    ) -> Task:
        """The task of kernel SVMs; predicted (m,): the clean classes.

        clock: limits the look at whether they are saturated; None to leave that out.
        """
        ledger = Ledger(machines.ladder, predicted, machines.classes)
        budget = -1 if clock is None else saturation.saturated_budget(machines, clock)
        linear = None
        if budget >= 0:
            linear = saturation.linear_model(machines, min(budget, machines.max_budget))
        return cls(machines.space, ledger, wishes, machines=machines, linear=linear)

    @classmethod
    def of_linear(
        cls, model: LinearModel, space: RelabelSpace, predicted: np.ndarray, wishes: Wishes
    ) -> Task:
        """The task of a model that is linear at every budget up to its own."""
        ledger = Ledger(space.points.ladder(model.max_budget), predicted, space.classes)
        return cls(space, ledger, wishes, linear=model)

    @property
    def predicted(self) -> np.ndarray:
        """(m,) the clean classes."""
        return self.ledger.predicted

    @property
    def svms(self) -> Machines:
        """The kernel SVMs; engines that ask for them accept no task without."""
        if self.machines is None:
            raise AssertionError("this task has no kernel SVM")
        return self.machines

    @property
    def n(self) -> int:
        """Number of labeled points."""
        return self.attacker.n

    @property
    def m(self) -> int:
        """Number of predictions."""
        return self.ledger.m

    @cached_property
    def two_classes(self) -> bool:
        """Whether one machine tells the classes apart."""
        return self.attacker.classes == 2

    @property
    def exact(self) -> bool:
        """Whether what takes long is wanted; with two classes it always is."""
        return self.two_classes or self.wishes.exactness == "exact"

    @property
    def asked(self) -> frozenset[Question]:
        """The questions that are asked."""
        wishes = self.wishes
        wanted = {
            Question.RADII: wishes.sample_wise,
            Question.MARGINS: wishes.margins,
            Question.COUNTS: wishes.collective,
        }
        return frozenset(question for question, asked in wanted.items() if asked)

    def needed_budget(self, questions: frozenset[Question]) -> int:
        """The largest budget at which one of some questions is asked and open; −1 if none."""
        ledger = self.ledger
        still = {
            Question.RADII: ledger.needed_budget,
            Question.MARGINS: ledger.open_margin,
            Question.COUNTS: ledger.open_count,
        }
        return max((still[question] for question in questions & self.asked), default=-1)

    def trainer(self, clock: Clock) -> Trainer:
        """What trains on any labels and compares exactly; one a thread."""
        if self.machines is not None:
            return SvmTrainer(self.machines, clock)
        assert self.linear is not None
        return LinearTrainer(self.linear, self.attacker.classes)

    def settling(self, engine: str, clock: Clock) -> Settling:
        """What writes the records of an engine into the ledger."""
        return Settling(self.attacker, self.trainer(clock), self.ledger, engine, clock)
