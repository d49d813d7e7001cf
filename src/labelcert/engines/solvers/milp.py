"""A mixed-integer linear program, its answer, and who watches the search: plain data.

Every solver gets the same tolerances, the tightest that both HiGHS and Gurobi accept. A bound that
a solver proves in floating point holds only up to them; whoever reads one keeps a safety margin.
Source: our own note.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np
from scipy import sparse

from labelcert.engines.solvers.scaling import divided_rows, largest_of_rows, power_of_two_above

TOLERANCE = 1e-9
"""Feasibility of rows and bounds, integrality, and reduced costs may be violated by this much."""

ABSOLUTE_GAP = 1e-9
"""A search is complete when bound and incumbent are this close; the relative gap is 0."""

NEGLIGIBLE = 1e-8
"""Coefficients below this, in a row of size 1, are taken out of the row: HiGHS would drop those
below 1e-9 and say nothing, which is another program."""

Status = Literal["optimal", "stopped", "failed"]
"""optimal: search complete; stopped: a limit or the watch; failed: the bound means nothing."""


@dataclass(frozen=True, eq=False)
class MilpModel:
    """Minimise (or maximise) objective·x with row_lower ≤ rows x ≤ row_upper, lower ≤ x ≤ upper.

    objective, lower, upper (cols,), all bounds of columns finite; integer (cols,) bool;
    rows (rows, cols) sparse; row_lower, row_upper (rows,), infinite where a side is free.
    """

    objective: np.ndarray
    maximise: bool
    rows: sparse.csr_array
    row_lower: np.ndarray
    row_upper: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    integer: np.ndarray

    @property
    def minimised(self) -> np.ndarray:
        """The objective (cols,) as every solver gets it: to be minimised."""
        return -self.objective if self.maximise else self.objective

    def in_reach(self) -> MilpModel | None:
        """The model in numbers that solvers take, with no solution lost; None if there is none.

        Rows are divided by powers of two to size 1. Of a negligible coefficient only the range of
        what it can add is kept, in the row's sides: its bound is at most a little worse.
        """
        sides = (self.row_lower, self.row_upper)
        numbers = (self.objective, self.rows.data, self.lower, self.upper)
        if not all(np.isfinite(x).all() for x in numbers) or any(np.isnan(x).any() for x in sides):
            return None
        unit = power_of_two_above(largest_of_rows(self.rows))
        rows = divided_rows(self.rows, unit)
        small = rows.copy()
        small.data[np.abs(small.data) >= NEGLIGIBLE] = 0.0
        up, down = small.maximum(0.0), small.minimum(0.0)
        most = up @ self.upper + down @ self.lower
        least = up @ self.lower + down @ self.upper
        kept = sparse.csr_array(rows - small)
        kept.eliminate_zeros()
        return replace(
            self,
            rows=kept,
            row_lower=self.row_lower / unit - most,
            row_upper=self.row_upper / unit - least,
        )


@dataclass(frozen=True, eq=False)
class MilpAnswer:
    """What a solver knows at the end.

    bound: no feasible point has a better objective, up to the tolerances; −inf (+inf where the
    model is maximised) if nothing was proven. solution (cols,): the incumbent, None without one; it
    is a proposal to be checked, not a fact. reason: the solver's own word for its status.
    """

    status: Status
    bound: float
    solution: np.ndarray | None
    reason: str


class Watch:
    """Looks on while a solver searches, and tells it when to stop.

    expired(): whether time is up. bound_suffices(bound) and solution_suffices(solution (cols,))
    are asked at every new bound and every improved incumbent, in the sense of the model. What they
    raise stops the search and is raised again by `reraise`, outside the solver's own code. seconds:
    the solver's own time limit, for where it does not ask. threads: the solver's.
    """

    def __init__(
        self,
        maximise: bool = False,
        expired: Callable[[], bool] = lambda: False,
        bound_suffices: Callable[[float], bool] = lambda bound: False,
        solution_suffices: Callable[[np.ndarray], bool] = lambda solution: False,
        seconds: float = np.inf,
        threads: int = 1,
    ):
        self.maximise = maximise
        self.seconds = seconds
        self.threads = threads
        self.best_minimised = -np.inf
        self._expired = expired
        self._bound_suffices = bound_suffices
        self._solution_suffices = solution_suffices
        self._done = False
        self._error: BaseException | None = None

    def see_bound(self, minimised: float) -> bool:
        """Note a bound of the minimised objective; returns whether to stop now."""
        try:
            if np.isfinite(minimised) and minimised > self.best_minimised:
                self.best_minimised = float(minimised)
                self._done = self._done or self._bound_suffices(self.bound)
            return self._done or self._expired()
        except BaseException as error:
            self._error, self._done = error, True
            return True

    def see_solution(self, solution: np.ndarray) -> bool:
        """Note an incumbent (cols,); returns whether to stop now."""
        try:
            self._done = self._done or self._solution_suffices(solution)
        except BaseException as error:
            self._error, self._done = error, True
        return self._done

    @property
    def bound(self) -> float:
        """The best bound seen, in the sense of the model."""
        return -self.best_minimised if self.maximise else self.best_minimised

    def reraise(self) -> None:
        """Raise what a question asked during the search has raised."""
        if self._error is not None:
            raise self._error

    def answer(
        self, status: Status, minimised: float, solution: np.ndarray | None, reason: str
    ) -> MilpAnswer:
        """The answer at the end of the search; a failed one keeps no bound."""
        self.reraise()
        if status == "failed":
            return MilpAnswer(status, np.inf if self.maximise else -np.inf, solution, reason)
        if np.isfinite(minimised):
            self.best_minimised = max(self.best_minimised, float(minimised))
        return MilpAnswer(status, self.bound, solution, reason)


class MilpSolver(Protocol):
    """Solves a model under a watch; raises InputError where its licence or size forbids it."""

    def __call__(self, model: MilpModel, watch: Watch) -> MilpAnswer:
        """Search until the model is solved or the watch says stop."""
        ...
