"""Check what users hand to `certify`, once, and turn it into what engines work on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates.arrays import FloatArray, IntArray, LabelArray
from labelcert.certificates.certificate import EXACTNESS
from labelcert.certificates.labels import check_classes, class_numbers
from labelcert.certificates.one_order import in_one_order
from labelcert.certificates.threat import ThreatModel
from labelcert.certificates.witness import Witness
from labelcert.engines.cascade import ENGINES
from labelcert.engines.flips import FlipSpace
from labelcert.engines.multiclass.relabels import RelabelSpace
from labelcert.intake import numbers
from labelcert.intake.arrays import dense_matrix
from labelcert.intake.budgets import as_count
from labelcert.intake.labels import as_labels
from labelcert.learners.gram import CheckedGram, check_gram


@dataclass(frozen=True, eq=False)
class CheckedInput:
    """What is checked of any problem, with m test points and n labels of K classes."""

    gram: CheckedGram
    cross: FloatArray  # (m, n)
    labels: LabelArray  # (n,)
    classes: LabelArray  # (K,)
    numbers: IntArray  # (n,) position of each label in classes
    C: float | None
    ridge: float | None
    max_flips: int


@dataclass(frozen=True, eq=False)
class BinaryInput(CheckedInput):
    """Two classes; engines write a flip set as the indices of its points."""

    space: FlipSpace

    @property
    def y(self) -> FloatArray:
        """(n,) +1 for classes[1] and −1 for classes[0]."""
        return np.where(self.numbers == 1, 1.0, -1.0)

    def witness(self, flips: IntArray) -> Witness:
        """A flip set of the engines with its new labels."""
        return Witness(flips, self.classes[1 - self.numbers[flips]])


@dataclass(frozen=True, eq=False)
class MulticlassInput(CheckedInput):
    """More than two classes; engines write the change of point i to class k as i·K + k."""

    space: RelabelSpace

    def witness(self, changes: IntArray) -> Witness:
        """Changes of the engines as points and their new labels."""
        count = len(self.classes)
        return Witness(changes // count, self.classes[changes % count])


def check_input(
    gram: Any,
    cross: Any,
    labels: Any,
    C: float | None,
    ridge: float | None,
    max_flips: int | str | None,
    threat: ThreatModel | Any | None,
    classes: Sequence[Any] | None,
) -> BinaryInput | MulticlassInput:
    """Validate the arguments of `certify`; raises InputError."""
    gram, cross, labels, threat = in_one_order(gram, cross, labels, threat)
    given = as_labels(labels)
    names = check_classes(given, classes)
    checked, rows = _check_kernel(gram, cross, len(given))
    weight, penalty = check_learner(C, ridge)
    if threat is not None and max_flips is not None:
        raise InputError("max_flips and threat both give a budget: pass one of them.")
    if threat is not None and not isinstance(threat, ThreatModel):
        raise InputError(f"threat={threat!r} is no threat model: pass ThreatModel(budget, …).")
    if threat is None:
        if max_flips is None:
            raise InputError("max_flips is missing: pass the largest number of flips, or threat.")
        budget, attacker = as_count(max_flips, len(given)), ThreatModel(0)
    else:
        budget, attacker = threat.count(len(given)), threat
    number = class_numbers(given, names)
    if len(names) == 2:
        space = attacker.flip_space(given, names)
        return BinaryInput(checked, rows, given, names, number, weight, penalty, budget, space)
    space = attacker.relabel_space(given, names)
    return MulticlassInput(checked, rows, given, names, number, weight, penalty, budget, space)


def _check_kernel(gram: Any, cross: Any, n: int) -> tuple[CheckedGram, FloatArray]:
    checked = check_gram(gram)
    rows = dense_matrix(cross, "cross")
    if len(checked.matrix) != n:
        raise InputError(
            f"gram is {len(checked.matrix)}×{len(checked.matrix)} but there are {n} labels: "
            "pass the kernel of the labeled points."
        )
    if rows.shape[1] != n:
        raise InputError(
            f"cross has {rows.shape[1]} columns but there are {n} labels: "
            "pass one row a test point and one column a labeled point."
        )
    return checked, rows


def check_learner(C: Any, ridge: Any) -> tuple[float | None, float | None]:
    """C and ridge, exactly one of them, as a float; raises InputError.

    Numbers of any kind are taken, rounded to the nearest float; booleans and text are none.
    """
    if C is None and ridge is None:
        raise InputError(
            "C is missing: pass either C (kernel SVM) or ridge (kernel ridge regression)."
        )
    if C is not None and ridge is not None:
        raise InputError("pass either C (kernel SVM) or ridge (kernel ridge regression), not both.")
    if C is not None:
        return numbers.positive(C, "C"), None
    return None, numbers.positive(ridge, "ridge")


def check_engine(engine: str, solver: str, ridge: float | None) -> None:
    """An engine of the cascade by name, and the solver of the paper's program."""
    names = ["auto", *ENGINES]
    if engine not in names:
        raise InputError(f"engine={engine!r} is unknown: pass one of {', '.join(names)}.")
    if engine != "auto" and ridge is not None:
        raise InputError(f"engine={engine!r} is for the kernel SVM: leave it out with ridge.")
    if solver not in ("highs", "gurobi"):
        raise InputError(f"solver={solver!r} is unknown: pass highs or gurobi.")


def check_jobs(n_jobs: Any, name: str = "n_jobs") -> int:
    """Number of threads; None means all cores this process may use."""
    return numbers.jobs(n_jobs, name)


def check_margins(worst_margins: bool, engine: str, classes: int = 2) -> None:
    """The paper's program only tells signs, and so do the engines of more than two classes."""
    if worst_margins and engine == "paper_milp":
        raise InputError(
            "worst_margins is not available with engine='paper_milp': leave the engine to 'auto'."
        )
    if worst_margins and classes > 2:
        raise InputError(
            f"worst_margins is not available for {classes} classes: leave it out, or keep two "
            "classes (in the shell: --binary)."
        )


def check_exactness(exactness: str, engine: str) -> str:
    """One of `EXACTNESS`; an engine by name is not relaxed."""
    if exactness not in EXACTNESS:
        raise InputError(f"exactness={exactness!r} is unknown: pass one of {', '.join(EXACTNESS)}.")
    if exactness == "relaxed" and engine != "auto":
        raise InputError(
            f"exactness='relaxed' does not go with engine={engine!r}: leave the engine to 'auto'."
        )
    return exactness


def check_time_limit(time_limit: Any, name: str = "time_limit") -> float | None:
    """Seconds ≥ 0, or None for no limit."""
    return numbers.seconds(time_limit, name)
