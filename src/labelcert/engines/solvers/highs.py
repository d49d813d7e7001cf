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

if TYPE_CHECKING:
    import highspy


def solve(model: MilpModel, watch: Watch) -> MilpAnswer:
    """Solve a model with HiGHS until it is solved or the watch says stop.

    Only the statuses "optimal", "time limit" and "interrupted" carry a bound; any other one, an
    allegedly infeasible model included, proves nothing.
    """
    import highspy

    solver = highspy.Highs()
    _set_options(solver, watch)
    solver.passModel(_to_highs(model))
    _subscribe(solver, watch)
    if solver.run() == highspy.HighsStatus.kError:
        # The scheduler of this thread may have been started with another number of threads.
        highspy.Highs.resetGlobalScheduler(True)
        solver.run()
    status = solver.getModelStatus()
    known: dict[Any, Status] = {
        highspy.HighsModelStatus.kOptimal: "optimal",
        highspy.HighsModelStatus.kTimeLimit: "stopped",
        highspy.HighsModelStatus.kInterrupt: "stopped",
    }
    info = solver.getInfo()
    feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    solution = np.array(solver.getSolution().col_value) if feasible else None
    reason = solver.modelStatusToString(status)
    return watch.answer(known.get(status, "failed"), info.mip_dual_bound, solution, reason)


def _set_options(solver: highspy.Highs, watch: Watch) -> None:
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
    for name, value in options.items():
        solver.setOptionValue(name, value)


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


def _subscribe(solver: highspy.Highs, watch: Watch) -> None:
    def improved(event: Any) -> None:
        watch.see_solution(np.array(event.data_out.mip_solution))

    def tick(event: Any) -> None:
        if watch.see_bound(float(event.data_out.mip_dual_bound)):
            event.interrupt()

    # Only the second kind of event can end the search; it comes at every node.
    solver.cbMipImprovingSolution += improved
    solver.cbMipInterrupt += tick
