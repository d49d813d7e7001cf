"""Adapters to linear and mixed-integer solvers: neutral data in, neutral data out.

One file imports one solver, and only when it is used.
"""

from __future__ import annotations

from labelcert._errors import InputError
from labelcert.engines.solvers.milp import MilpSolver

BACKENDS = ("highs", "gurobi")


def milp_solver(backend: str) -> MilpSolver:
    """The mixed-integer solver called `backend`: "highs", or "gurobi" (an optional extra).

    Raises InputError for other names and where the solver is not installed.
    """
    if backend == "highs":
        from labelcert.engines.solvers import highs

        return highs.solve
    if backend == "gurobi":
        from labelcert.engines.solvers import gurobi

        gurobi.load()
        return gurobi.solve
    raise InputError(f"backend {backend!r} is unknown: pass one of {', '.join(BACKENDS)}.")
