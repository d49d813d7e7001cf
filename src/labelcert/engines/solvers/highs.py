"""HiGHS as a mixed-integer solver: the file that imports highspy for that.

Cost: branch and bound; one thread unless the watch asks for more. When to prefer it: always; it is
free and has no limit on the size.
Source: HiGHS (Huangfu and Hall 2018), through its own Python interface.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from labelcert.engines.solvers.milp import (
    ABSOLUTE_GAP,
    TOLERANCE,
    MilpAnswer,
    MilpModel,
    Status,
    Watch,
)
from labelcert.engines.solvers.quiet_highs import quiet_highs
from labelcert.engines.solvers.refusal import accepted

if TYPE_CHECKING:
    import highspy


def solve(model: MilpModel, watch: Watch) -> MilpAnswer:
    """Solve a model with HiGHS until it is solved or the watch says stop.

    Only the statuses "optimal", "time limit" and "interrupted" carry a bound; any other one, an
    allegedly infeasible model included, proves nothing, and neither does a call that was refused.
    """
    import highspy

    usable = model.in_reach()
    # Without whole numbers HiGHS solves a linear program, and its bound of a tree means nothing.
    if usable is None or not model.integer.any():
        return watch.answer("failed", -np.inf, None, "Not a model for HiGHS")
    solver = quiet_highs()
    if not (_set_options(solver, watch) and accepted(solver.passModel, _to_highs(usable))):
        return watch.answer("failed", -np.inf, None, "Refused by HiGHS")
    _subscribe(solver, watch, len(model.objective))
    done = accepted(solver.run)
    if not done:
        # The scheduler of this thread may have been started with another number of threads.
        highspy.Highs.resetGlobalScheduler(True)
        done = accepted(solver.run)
    status = solver.getModelStatus()
    known: dict[Any, Status] = {
        highspy.HighsModelStatus.kOptimal: "optimal",
        highspy.HighsModelStatus.kTimeLimit: "stopped",
        highspy.HighsModelStatus.kInterrupt: "stopped",
    }
    info = solver.getInfo()
    feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    solution = np.array(solver.getSolution().col_value) if feasible else None
    if solution is not None and not _fits(solution, len(model.objective)):
        solution = None
    reason = solver.modelStatusToString(status)
    outcome: Status = known.get(status, "failed") if done else "failed"
    return watch.answer(outcome, info.mip_dual_bound, solution, reason)


def _fits(solution: np.ndarray, columns: int) -> bool:
    """Whether a solution has a number for each column."""
    return len(solution) == columns and bool(np.isfinite(solution).all())


def _set_options(solver: highspy.Highs, watch: Watch) -> bool:
    """Set what bounds rest on; whether HiGHS took all of it."""
    options = {
        "output_flag": False,
        "mip_feasibility_tolerance": TOLERANCE,
        "primal_feasibility_tolerance": TOLERANCE,
        "dual_feasibility_tolerance": TOLERANCE,
        "mip_rel_gap": 0.0,
        "mip_abs_gap": ABSOLUTE_GAP,
        "random_seed": 0,
        "threads": watch.threads,
        "parallel": "off" if watch.threads == 1 else "on",
    }
    if np.isfinite(watch.seconds):
        options["time_limit"] = max(watch.seconds, 0.0)
    return all(accepted(solver.setOptionValue, name, value) for name, value in options.items())


def _to_highs(model: MilpModel) -> highspy.HighsLp:
    import highspy

    lp: Any = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = len(model.row_lower), len(model.objective)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = model.minimised, model.lower, model.upper
    lp.row_lower_, lp.row_upper_ = model.row_lower, model.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = model.rows.indptr
    lp.a_matrix_.index_ = model.rows.indices
    lp.a_matrix_.value_ = model.rows.data
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    lp.integrality_ = [kinds[int(whole)] for whole in model.integer]
    return lp


def _subscribe(solver: highspy.Highs, watch: Watch, columns: int) -> None:
    def improved(event: Any) -> None:
        solution = np.array(event.data_out.mip_solution)
        if _fits(solution, columns):
            watch.see_solution(solution)

    def tick(event: Any) -> None:
        if watch.see_bound(float(event.data_out.mip_dual_bound)):
            event.interrupt()

    # Only the second kind of event can end the search; it comes at every node.
    solver.cbMipImprovingSolution += improved
    solver.cbMipInterrupt += tick
