"""A linear program in HiGHS that is changed and solved again, warm, many times.

Only this file and its neighbour `highs` import highspy. What comes back are row multipliers:
callers prove their own bounds from them, so no status or tolerance of the solver is trusted.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np


class LpAnswer(NamedTuple):
    """Objective, columns and row multipliers of a solve; `optimal` is only the solver's opinion."""

    optimal: bool
    value: float
    columns: np.ndarray
    multipliers: np.ndarray


class HighsLp:
    """min c·x, lower ≤ x ≤ upper, row_lower ≤ Ax ≤ row_upper; rows may be added and dropped.

    matrix: A as a SciPy CSC array.
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

        self._highs: Any = highspy.Highs()
        self._optimal = highspy.HighsModelStatus.kOptimal
        self._error = highspy.HighsStatus.kError
        for option, value in (
            ("output_flag", False),
            ("threads", 1),
            ("random_seed", 0),
            ("presolve", "off"),
        ):
            self._highs.setOptionValue(option, value)
        program: Any = highspy.HighsLp()
        rows, columns = matrix.shape
        program.num_row_, program.num_col_ = rows, columns
        program.col_cost_ = np.zeros(matrix.shape[1])
        program.col_lower_, program.col_upper_ = lower, upper
        program.row_lower_, program.row_upper_ = row_lower, row_upper
        program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        program.a_matrix_.start_ = matrix.indptr.astype(np.int32)
        program.a_matrix_.index_ = matrix.indices.astype(np.int32)
        program.a_matrix_.value_ = matrix.data
        self._highs.passModel(program)
        self._all = np.arange(matrix.shape[1], dtype=np.int32)

    def set_cost(self, cost: np.ndarray) -> None:
        """Replace the objective c."""
        self._highs.changeColsCost(len(cost), self._all, np.ascontiguousarray(cost))

    def set_bounds(self, columns: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> None:
        """Replace the bounds of some columns."""
        index = np.ascontiguousarray(columns, dtype=np.int32)
        self._highs.changeColsBounds(len(index), index, lower, upper)

    def add_row(self, lower: float, values: np.ndarray) -> None:
        """Add a dense row values·x ≥ lower."""
        self._highs.addRow(lower, float("inf"), len(values), self._all, values)

    def drop_rows(self, rows: np.ndarray) -> None:
        """Delete rows by number; later rows move up."""
        self._highs.deleteRows(len(rows), np.ascontiguousarray(rows, dtype=np.int32))

    def solve(self, time_limit: float = float("inf")) -> LpAnswer:
        """Solve from the last basis."""
        if np.isfinite(time_limit):
            budget = self._highs.getRunTime() + max(time_limit, 0.01)
            self._highs.setOptionValue("time_limit", float(budget))
        if self._highs.run() == self._error:
            # The scheduler of this thread may have been started with another number of threads.
            type(self._highs).resetGlobalScheduler(True)
            self._highs.run()
        solution = self._highs.getSolution()
        return LpAnswer(
            self._highs.getModelStatus() == self._optimal,
            float(self._highs.getInfo().objective_function_value),
            np.array(solution.col_value),
            np.array(solution.row_dual),
        )
