"""A linear program in HiGHS that is changed and solved again, warm, many times.

Only the files of this folder import highspy. What comes back are row multipliers: callers prove
their own bounds from them, so no status or tolerance of the solver is trusted. Rows and objective
are brought to size 1 before HiGHS sees them (`labelcert.engines.solvers.scaling`), and multipliers
are returned in the caller's units. What HiGHS refuses is noticed at once
(`labelcert.engines.solvers.refusal`): a row that it did not take is not counted, and a program that
may no longer be the caller's answers nothing at all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from labelcert.engines.solvers.quiet_highs import quiet_highs
from labelcert.engines.solvers.refusal import FAILURES, accepted
from labelcert.engines.solvers.scaling import divided_rows, largest_of_rows, power_of_two_above


class LpAnswer(NamedTuple):
    """Objective, columns and row multipliers of a solve; `optimal` is only the solver's opinion.

    Columns and multipliers are empty where the solver gave no answer that fits the program.
    """

    optimal: bool
    value: float
    columns: np.ndarray
    multipliers: np.ndarray


NOTHING = LpAnswer(False, float("nan"), np.zeros(0), np.zeros(0))
"""The answer of a solver that has none."""


class HighsLp:
    """min c·x, lower ≤ x ≤ upper, row_lower ≤ Ax ≤ row_upper; rows may be added and dropped.

    matrix: A as a SciPy array; columns are best of size 1. `refused` tells that HiGHS did not carry
    out something that cannot be done without: from then on `solve` knows nothing.
    """

    def __init__(
        self,
        matrix: Any,
        lower: np.ndarray,
        upper: np.ndarray,
        row_lower: np.ndarray,
        row_upper: np.ndarray,
    ):
        import highspy

        self.refused = False
        self._highs: Any = quiet_highs()
        self._optimal = highspy.HighsModelStatus.kOptimal
        self._all = np.arange(matrix.shape[1], dtype=np.int32)
        self._cost_unit = 1.0
        rows = sparse.csr_array(matrix)
        self._unit = power_of_two_above(largest_of_rows(rows))
        for option, value in (
            ("output_flag", False),
            ("threads", 1),
            ("random_seed", 0),
            ("presolve", "off"),
        ):
            self._do(self._highs.setOptionValue, option, value)
        scaled = sparse.csc_array(divided_rows(rows, self._unit))
        sides = row_lower / self._unit, row_upper / self._unit
        self._pass(scaled, np.asarray(lower, float), np.asarray(upper, float), *sides)

    def _pass(self, matrix: Any, *sides: np.ndarray) -> None:
        import highspy

        program: Any = highspy.HighsLp()
        program.num_row_, program.num_col_ = matrix.shape
        program.col_cost_ = np.zeros(matrix.shape[1])
        program.col_lower_, program.col_upper_, program.row_lower_, program.row_upper_ = sides
        program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        program.a_matrix_.start_ = matrix.indptr.astype(np.int32)
        program.a_matrix_.index_ = matrix.indices.astype(np.int32)
        program.a_matrix_.value_ = matrix.data
        if not np.isfinite(matrix.data).all() or any(np.isnan(side).any() for side in sides):
            self.refused = True
        self._do(self._highs.passModel, program)
        self._count()

    def _do(self, call: Callable[..., Any], *arguments: Any) -> None:
        """Make a change that the program cannot do without."""
        self.refused = self.refused or not accepted(call, *arguments)

    def _count(self) -> None:
        """Compare the solver's number of rows with the one kept here."""
        self.refused = self.refused or self._highs.getNumRow() != len(self._unit)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self._unit)

    def set_cost(self, cost: np.ndarray) -> None:
        """Replace the objective c."""
        self._cost_unit = float(power_of_two_above(np.abs(cost).max(initial=0.0)))
        scaled = np.ascontiguousarray(cost / self._cost_unit)
        self._do(self._highs.changeColsCost, len(cost), self._all, scaled)

    def set_bounds(self, columns: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> None:
        """Replace the bounds of some columns."""
        index = np.ascontiguousarray(columns, dtype=np.int32)
        self._do(self._highs.changeColsBounds, len(index), index, lower, upper)

    def add_row(self, lower: float, values: np.ndarray) -> bool:
        """Add a dense row values·x ≥ lower; False if HiGHS refused it, and it is not there."""
        unit = float(power_of_two_above(np.abs(values).max(initial=0.0)))
        scaled = np.ascontiguousarray(values / unit)
        if self.refused or not np.isfinite(lower / unit) or not np.isfinite(scaled).all():
            return False
        arguments = (lower / unit, float("inf"), len(scaled), self._all, scaled)
        if not accepted(self._highs.addRow, *arguments):
            self._count()
            return False
        self._unit = np.append(self._unit, unit)
        self._count()
        return not self.refused

    def drop_rows(self, rows: np.ndarray) -> None:
        """Delete rows by number; later rows move up."""
        self._do(self._highs.deleteRows, len(rows), np.ascontiguousarray(rows, dtype=np.int32))
        self._unit = np.delete(self._unit, rows)
        self._count()

    def solve(self, time_limit: float = float("inf")) -> LpAnswer:
        """Solve from the last basis."""
        if np.isfinite(time_limit) and not self.refused:
            budget = self._highs.getRunTime() + max(time_limit, 0.01)
            self._do(self._highs.setOptionValue, "time_limit", float(budget))
        if self.refused:
            return NOTHING
        if not accepted(self._highs.run):
            # The scheduler of this thread may have been started with another number of threads.
            type(self._highs).resetGlobalScheduler(True)
            if not accepted(self._highs.run):
                return NOTHING
        try:
            return self._read()
        except FAILURES:
            return NOTHING

    def _read(self) -> LpAnswer:
        solution = self._highs.getSolution()
        columns, duals = np.array(solution.col_value), np.array(solution.row_dual)
        fits = len(columns) == len(self._all) and len(duals) == self.rows
        if not (solution.dual_valid and fits):
            return NOTHING
        with np.errstate(over="ignore", invalid="ignore"):
            multipliers = duals * (self._cost_unit / self._unit)
        return LpAnswer(
            self._highs.getModelStatus() == self._optimal,
            float(self._highs.getInfo().objective_function_value) * self._cost_unit,
            columns,
            multipliers,
        )
