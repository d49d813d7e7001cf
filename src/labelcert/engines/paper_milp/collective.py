"""The paper's collective program: the most predictions that one attack breaks at once.

What it decides: an interval for the largest number of simultaneously broken predictions, at every
budget, by one more binary c_t a test point: sign_t q_t·z ≤ C ‖q_t‖₁ (1 − c_t), maximise Σ c_t.
Cost: more than the sample-wise program of every test point together; for comparison only.
What it rests on: the lower end on retrained label vectors; the upper end on the solver's proven
bound, rounded down to a whole number. Margins up to the safety of `labelcert.engines.paper_milp`
count as breakable for the upper end, because the solver's tolerances cannot tell them from ties.
Source: [LC] arXiv 2412.00537, section 3 and its appendix; ``math.md`` 3.
"""

from __future__ import annotations

import numpy as np

from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.machines.judge import ExactJudge
from labelcert.engines.machines.machine import Problem
from labelcert.engines.paper_milp.program import Labels, Program, add_flips, add_svm, in_range
from labelcert.engines.paper_milp.replay import Replay
from labelcert.engines.paper_milp.sample_wise import NAME, safety
from labelcert.engines.solvers import milp_solver
from labelcert.engines.solvers.milp import MilpModel, MilpSolver, Watch
from labelcert.engines.work.clock import Clock
from labelcert.engines.work.threads import run_in_threads

ROUNDING = 1e-6
"""A bound this far below a whole number still counts as that number."""


def collective_model(problem: Problem, sign: np.ndarray, budget: int) -> tuple[MilpModel, Labels]:
    """The collective program of all m test points at a budget, and its labels; sign (m,) ±1."""
    core = problem.core(sign)
    program = Program()
    labels = add_flips(program, problem.y, problem.space, budget)
    z = add_svm(program, core.gram, core.C, labels)
    m = problem.m
    broken = program.add_columns(m, 0.0, 1.0, integer=True)
    size = np.abs(core.cross).sum(axis=0)
    share = (core.cross / np.where(size > 0, size, 1.0)).T
    columns = np.broadcast_to(z, (m, len(z)))
    program.rows.at_most([(columns, share), (broken, 1.0)], 1.0 + safety(program.columns))
    return program.model(broken, np.ones(m), maximise=True), labels


def count_at(
    problem: Problem,
    sign: np.ndarray,
    ledger: Ledger,
    budget: int,
    clock: Clock,
    solver: MilpSolver,
    threads: int = 1,
) -> None:
    """Solve the collective program at one budget and write both ends of the interval."""
    model, labels = collective_model(problem, sign, budget)
    replay = Replay(problem, sign, budget, ExactJudge(problem))
    everyone = np.arange(problem.m)
    # The program knows no doubt about the sign of a margin, as a shift of the diagonal brings it.
    believed = in_range(problem.gram.matrix, problem.C) and problem.gram.shift == 0.0
    row = ledger.ladder.row(budget)

    def see(solution: np.ndarray) -> bool:
        flips = replay.flips(solution, labels.column)
        if flips is not None:
            count = int(replay.broken(flips, everyone).sum())
            ledger.count_broken(problem.space.cost_of(flips), count, flips)
        return bool(ledger.broken_lower[row] == ledger.broken_upper[row])

    def closes(bound: float) -> bool:
        return believed and np.floor(bound + ROUNDING) <= ledger.broken_lower[row]

    watch = Watch(
        maximise=True,
        expired=lambda: clock.expired,
        bound_suffices=closes,
        solution_suffices=lambda solution: see(solution) or closes(watch.bound),
        seconds=clock.remaining,
        threads=threads,
    )
    answer = solver(model, watch)
    if answer.solution is not None:
        see(answer.solution)
    most = np.floor(answer.bound + ROUNDING) if believed else np.inf
    # A bound below what was retrained on refutes the solver, not the witness.
    if ledger.broken_lower[row] <= most < problem.m:
        ledger.bound_count(budget, int(most))


def count_all(
    problem: Problem,
    sign: np.ndarray,
    ledger: Ledger,
    clock: Clock,
    backend: str = "highs",
    threads: int = 1,
) -> None:
    """Bound the number of simultaneously broken predictions at every budget, ascending.

    sign (m,) ±1: the clean predictions, without ties. threads: the solver's own. Raises InputError
    where the backend is unknown, not installed, or not licensed for the size.
    """
    solver = milp_solver(backend)

    def run() -> None:
        # Nothing is broken without a flip.
        ledger.bound_count(0, 0)
        for row, budget in enumerate(ledger.ladder.levels.tolist()):
            if clock.expired:
                return
            if ledger.broken_lower[row] < ledger.broken_upper[row]:
                count_at(problem, sign, ledger, budget, clock, solver, threads)
            clock.report(f"{NAME} collective", row / ledger.ladder.rows)

    run_in_threads(run, clock, 1, np.zeros(1, dtype=np.uint8))
