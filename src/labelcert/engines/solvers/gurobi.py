"""Gurobi as a mixed-integer solver: the only file that imports gurobipy, an optional extra.

When to prefer it: to compare with the paper, which used it. The licence that comes with the pip
package covers 2,000 variables and 2,000 constraints, so the paper's program up to n = 20.
Source: Gurobi, through its own Python interface.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from labelcert._errors import InputError
from labelcert.engines.solvers.milp import (
    ABSOLUTE_GAP,
    TOLERANCE,
    MilpAnswer,
    MilpModel,
    Status,
    Watch,
)

if TYPE_CHECKING:
    import gurobipy  # pyright: ignore[reportMissingImports]


def load() -> Any:
    """The module gurobipy; InputError where it is not installed."""
    try:
        import gurobipy  # pyright: ignore[reportMissingImports]
    except ImportError:
        raise InputError(
            "engine paper_milp with backend gurobi needs gurobipy: pip install 'labelcert[gurobi]'."
        ) from None
    return gurobipy


def solve(model: MilpModel, watch: Watch) -> MilpAnswer:
    """Solve a model with Gurobi until it is solved or the watch says stop.

    Whatever else Gurobi refuses proves nothing. Raises InputError where gurobipy is missing, no
    licence is valid, or the model is larger than the licence allows.
    """
    gp = load()
    usable = model.in_reach()
    if usable is None:
        return watch.answer("failed", -np.inf, None, "Not a model for Gurobi")
    try:
        with gp.Env(empty=True) as env:
            _set_options(env, watch)
            env.start()
            with gp.Model(env=env) as task:
                _fill(gp, task, usable)
                task.optimize(_callback(gp, watch))
                return _read(gp, task, watch)
    except gp.GurobiError as error:
        wrong = _as_input_error(gp, error, model)
        if wrong is not None:
            raise wrong from None
        return watch.answer("failed", -np.inf, None, f"Gurobi failed: {error}")


def _set_options(env: gurobipy.Env, watch: Watch) -> None:
    options = {
        "OutputFlag": 0,
        "FeasibilityTol": TOLERANCE,
        "IntFeasTol": TOLERANCE,
        "OptimalityTol": TOLERANCE,
        "MIPGap": 0.0,
        "MIPGapAbs": ABSOLUTE_GAP,
        "Seed": 0,
        "Threads": watch.threads,
    }
    if np.isfinite(watch.seconds):
        options["TimeLimit"] = max(watch.seconds, 0.0)
    for name, value in options.items():
        env.setParam(name, value)


def _fill(gp: Any, task: Any, model: MilpModel) -> None:
    x = task.addMVar(
        len(model.objective),
        lb=model.lower,
        ub=model.upper,
        obj=model.minimised,
        vtype=[gp.GRB.BINARY if whole else gp.GRB.CONTINUOUS for whole in model.integer],
    )
    equal = model.row_lower == model.row_upper
    for chosen, sense, sides in (
        (equal, "=", model.row_upper),
        (~equal & np.isfinite(model.row_upper), "<", model.row_upper),
        (~equal & np.isfinite(model.row_lower), ">", model.row_lower),
    ):
        if chosen.any():
            task.addMConstr(model.rows[chosen], x, sense, sides[chosen])


def _callback(gp: Any, watch: Watch) -> Any:
    bounds = {
        gp.GRB.Callback.MIP: gp.GRB.Callback.MIP_OBJBND,
        gp.GRB.Callback.MIPSOL: gp.GRB.Callback.MIPSOL_OBJBND,
        gp.GRB.Callback.MIPNODE: gp.GRB.Callback.MIPNODE_OBJBND,
    }

    def look(task: Any, where: int) -> None:
        stop = watch.see_bound(task.cbGet(bounds[where]) if where in bounds else -np.inf)
        if where == gp.GRB.Callback.MIPSOL:
            solution = np.array(task.cbGetSolution(task.getVars()))
            stop = watch.see_solution(solution) or stop
        if stop:
            task.terminate()

    return look


def _read(gp: Any, task: Any, watch: Watch) -> MilpAnswer:
    known: dict[int, tuple[Status, str]] = {
        gp.GRB.OPTIMAL: ("optimal", "Optimal"),
        gp.GRB.TIME_LIMIT: ("stopped", "Time limit reached"),
        gp.GRB.INTERRUPTED: ("stopped", "Interrupted"),
    }
    status, reason = known.get(task.Status, ("failed", f"Gurobi status {task.Status}"))
    solution = np.array(task.getAttr("X", task.getVars())) if task.SolCount > 0 else None
    # Attributes that there are not raise an AttributeError.
    bound = -np.inf if status == "failed" else float(getattr(task, "ObjBound", -np.inf))
    # Gurobi writes 1e100 for infinity.
    return watch.answer(status, bound if abs(bound) < 1e99 else -np.inf, solution, reason)


def _as_input_error(gp: Any, error: Any, model: MilpModel) -> InputError | None:
    """What the user can mend, as a sentence; None for all else."""
    if error.errno == gp.GRB.Error.SIZE_LIMIT_EXCEEDED:
        rows, columns = len(model.row_lower), len(model.objective)
        return InputError(
            f"backend gurobi has a licence for 2000 variables and 2000 constraints, and this "
            f'program has {columns} and {rows}: pass backend "highs" or install a full licence.'
        )
    if error.errno == gp.GRB.Error.NO_LICENSE:
        return InputError(f'backend gurobi found no valid licence ({error}): pass backend "highs".')
    return None
