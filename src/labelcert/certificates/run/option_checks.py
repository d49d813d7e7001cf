"""Check the options of `certify` that go into no problem: learner, engine, threads, limits."""

from __future__ import annotations

from typing import Any

from labelcert._errors import InputError
from labelcert.certificates.results.old_names import EXACTNESS
from labelcert.engines.registry import AUTO, OPTIONS
from labelcert.intake import numbers

DEFAULT_TIME_LIMIT = 60.0
"""Seconds."""


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
    """An engine of the registry by name, and the solver of the paper's program."""
    if engine not in OPTIONS:
        raise InputError(f"engine={engine!r} is unknown: pass one of {', '.join(OPTIONS)}.")
    if engine != AUTO and ridge is not None:
        raise InputError(f"engine={engine!r} is for the kernel SVM: leave it out with ridge.")
    if solver not in ("highs", "gurobi"):
        raise InputError(f"solver={solver!r} is unknown: pass highs or gurobi.")


def check_jobs(n_jobs: Any, name: str = "n_jobs") -> int:
    """Number of threads; None means all cores this process may use."""
    return numbers.jobs(n_jobs, name)


def check_margins(worst_margins: bool, engine: str, classes: int = 2, bad_groups: int = 0) -> None:
    """The paper's program only tells signs, and so do the engines of more than two classes and of
    bad groups."""
    if worst_margins and bad_groups:
        raise InputError(
            "worst_margins is not available with bad groups or annotators: leave it out."
        )
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
    if exactness == "relaxed" and engine != AUTO:
        raise InputError(f"relaxed does not go with engine={engine!r}: leave the engine to 'auto'.")
    return exactness


def check_time_limit(time_limit: Any, name: str = "time_limit") -> float | None:
    """Seconds ≥ 0, or None for no limit."""
    return numbers.seconds(time_limit, name)
