"""Check what users hand to `certify`, once, and turn it into what engines work on."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates.arrays import FloatArray, LabelArray
from labelcert.certificates.budget import as_count
from labelcert.certificates.threat import ThreatModel
from labelcert.engines.cascade import ENGINES
from labelcert.engines.flips import FlipSpace
from labelcert.learners.gram import CheckedGram, check_gram, finite_matrix


@dataclass(frozen=True, eq=False)
class BinaryInput:
    """A checked binary problem: y is +1 for classes[1] and −1 for classes[0]."""

    gram: CheckedGram
    cross: FloatArray  # (m, n)
    labels: LabelArray  # (n,)
    classes: LabelArray  # (2,)
    y: FloatArray  # (n,) ±1
    C: float | None
    ridge: float | None
    max_flips: int
    space: FlipSpace


def check_binary(
    gram: Any,
    cross: Any,
    labels: Any,
    C: float | None,
    ridge: float | None,
    max_flips: int | str | None,
    threat: ThreatModel | None,
    classes: Sequence[Any] | None,
) -> BinaryInput:
    """Validate the arguments of `certify`; raises InputError."""
    given = check_labels(labels)
    names = check_classes(given, classes)
    checked = check_gram(gram)
    rows = finite_matrix(cross, "cross")
    n = len(given)
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
    check_learner(C, ridge)
    if threat is not None and max_flips is not None:
        raise InputError("max_flips and threat both give a budget: pass one of them.")
    if threat is None:
        if max_flips is None:
            raise InputError("max_flips is missing: pass the largest number of flips, or threat.")
        budget, space = as_count(max_flips, n), FlipSpace.unrestricted(n)
    else:
        budget, space = threat.count(n), threat.flip_space(given, names)
    y = np.where(given == names[1], 1.0, -1.0)
    return BinaryInput(checked, rows, given, names, y, C, ridge, budget, space)


def check_labels(labels: Any) -> LabelArray:
    """Labels as a 1-d integer or string array."""
    array = np.asarray(labels)
    if array.dtype.kind == "O":
        if not all(isinstance(v, str) for v in array.ravel()):
            raise InputError("labels mix types: pass all integers or all strings.")
        array = array.astype(str)
    if array.ndim != 1 or len(array) == 0:
        raise InputError(f"labels has shape {array.shape}: pass one label for each labeled point.")
    if array.dtype.kind == "f":
        if not np.isfinite(array).all() or bool((array != np.round(array)).any()):
            raise InputError("labels must be classes: pass integers or strings, not real numbers.")
        array = array.astype(np.int64)
    if array.dtype.kind == "b":
        array = array.astype(np.int64)
    if array.dtype.kind not in "iuUS":
        raise InputError(f"labels have type {array.dtype}: pass integers or strings.")
    return array


def check_classes(labels: LabelArray, classes: Sequence[Any] | None) -> LabelArray:
    """The two classes, negative one first; from the labels (sorted) unless given."""
    present: LabelArray = np.unique(labels)
    if classes is not None:
        names = np.asarray(classes)
        if names.shape != (2,) or names[0] == names[1]:
            raise InputError("classes must name two different classes, the negative one first.")
        if not set(present.tolist()) <= set(names.tolist()):
            raise InputError(f"labels contain classes other than {names.tolist()}.")
        return names
    if len(present) == 1:
        raise InputError(
            f"labels are all {present[0]!s}: pass two classes, or name both with classes=."
        )
    if len(present) > 2:
        raise InputError(
            f"labels have {len(present)} classes and this version certifies two: "
            "keep two classes (datasets: binary=True, shell: --binary)."
        )
    return present


def check_learner(C: float | None, ridge: float | None) -> None:
    """Exactly one of C and ridge, positive and finite."""
    if (C is None) == (ridge is None):
        raise InputError("pass either C (kernel SVM) or ridge (kernel ridge regression), not both.")
    name, value = ("C", C) if C is not None else ("ridge", ridge)
    if not isinstance(value, (int, float, np.number)) or not math.isfinite(value) or value <= 0:
        raise InputError(f"{name}={value!r} is not allowed: pass a positive number.")
    if not 1e-100 < value < 1e100:
        raise InputError(
            f"{name}={value!r} is out of range: pass a value between 1e-100 and 1e100."
        )


def check_engine(engine: str, solver: str, ridge: float | None) -> None:
    """An engine of the cascade by name, and the solver of the paper's program."""
    names = ["auto", *ENGINES]
    if engine not in names:
        raise InputError(f"engine={engine!r} is unknown: pass one of {', '.join(names)}.")
    if engine != "auto" and ridge is not None:
        raise InputError(f"engine={engine!r} is for the kernel SVM: leave it out with ridge.")
    if solver not in ("highs", "gurobi"):
        raise InputError(f"solver={solver!r} is unknown: pass highs or gurobi.")


def check_jobs(n_jobs: int | None) -> int:
    """Number of threads; None means all cores this process may use."""
    if n_jobs is None or n_jobs == -1:
        if hasattr(os, "sched_getaffinity"):
            return len(os.sched_getaffinity(0))
        return os.cpu_count() or 1
    if n_jobs < 1:
        raise InputError(f"n_jobs={n_jobs} is not allowed: pass 1 or more, or -1 for all cores.")
    return int(n_jobs)


def check_margins(worst_margins: bool, engine: str) -> None:
    """The paper's program only tells signs."""
    if worst_margins and engine == "paper_milp":
        raise InputError(
            "worst_margins is not available with engine='paper_milp': leave the engine to 'auto'."
        )


def check_time_limit(time_limit: float | None, name: str = "time_limit") -> float | None:
    """Seconds ≥ 0, or None for no limit."""
    if time_limit is None:
        return None
    if math.isnan(time_limit) or time_limit < 0:
        raise InputError(f"{name}={time_limit!r} is not allowed: pass seconds, or None.")
    return None if math.isinf(time_limit) else float(time_limit)
