"""The paper's collective program: the most predictions that one attack breaks at once.

What it decides: an interval for the largest number of simultaneously broken predictions of two
classes, at every budget, by one more binary c_t a test point: sign_t q_t·z ≤ C ‖q_t‖₁ (1 − c_t),
maximise Σ c_t.
Cost: more than the sample-wise program of every test point together; for comparison only.
What it rests on: the lower end on retrained label vectors; the upper end on the solver's proven
bound, rounded down to a whole number. Margins up to the safety of the program
(`labelcert.engines.paper_milp.lead_model`) count as breakable for the upper end, because the
solver's tolerances cannot tell them from ties.
Source: [LC] arXiv 2412.00537, section 3 and its appendix; ``math.md`` 3.
"""

from __future__ import annotations

import numpy as np

from labelcert.engines.machines.machines import Machines
from labelcert.engines.paper_milp.choice import Choice, add_choice
from labelcert.engines.paper_milp.kkt import Program, add_svm, in_range
from labelcert.engines.paper_milp.lead_model import safety
from labelcert.engines.paper_milp.replay import Replay
from labelcert.engines.solvers import milp_solver
from labelcert.engines.solvers.milp import MilpModel, MilpSolver, Watch
from labelcert.engines.task import Task
from labelcert.engines.work.clock import Clock
from labelcert.engines.work.threads import run_in_threads

ROUNDING = 1e-6
"""A bound this far below a whole number still counts as that number."""


def collective_model(
    machines: Machines, predicted: np.ndarray, budget: int
) -> tuple[MilpModel, Choice]:
    """The program of all m test points at a budget, and its labels; predicted (m,) classes."""
    scale, m = machines.gram.scale, machines.m
    program = Program()
    choice = add_choice(program, machines, budget)
    z = add_svm(program, machines.gram.scaled, machines.C * scale, choice.seen_by(0))
    broken = program.add_columns(m, 0.0, 1.0, integer=True)
    sign = np.array([machines.lead(a, 1 - a)[0].sign for a in predicted.tolist()])
    lead = sign[:, None] * machines.cross
    size = np.abs(lead).sum(axis=1, keepdims=True)
    share = lead / np.where(size > 0, size, 1.0)
    columns = np.broadcast_to(z, (m, len(z)))
    program.rows.at_most([(columns, share), (broken, 1.0)], 1.0 + safety(program.columns))
    return program.model(broken, np.ones(m), maximise=True), choice


def count_at(task: Task, budget: int, clock: Clock, solver: MilpSolver, threads: int = 1) -> None:
    """Solve the collective program at one budget and write both ends of the interval.

    threads: the solver's own.
    """
    machines, ledger = task.svms, task.ledger
    model, choice = collective_model(machines, task.predicted, budget)
    replay = Replay(task.trainer(clock), task.attacker, task.predicted)
    everyone = np.arange(task.m)
    # The program knows no doubt about the sign of a margin, as a shift of the diagonal brings it.
    believed = in_range(machines.gram.matrix, machines.C) and machines.gram.shift == 0.0
    row = ledger.ladder.row(budget)

    def see(solution: np.ndarray) -> bool:
        changes = replay.changes(solution, choice, budget)
        if changes is not None:
            count = int(replay.broken(changes, everyone).sum())
            ledger.count_broken(task.attacker.cost_of(changes), count, changes)
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
    if ledger.broken_lower[row] <= most < task.m:
        ledger.bound_count(budget, int(most))


def count_all(task: Task, budget: int, engine: str, clock: Clock) -> None:
    """Bound the number of simultaneously broken predictions up to a budget, ascending.

    The solver has as many threads as the task has jobs. Raises InputError where the solver is
    unknown, not installed, or not licensed for the size.
    """
    solver, ledger = milp_solver(task.wishes.solver), task.ledger
    levels = ledger.ladder.up_to(budget)

    def run() -> None:
        if not task.attacker.points.within_reach(0).any():
            ledger.bound_count(0, 0)  # nothing is broken without a change
        for row, level in enumerate(levels):
            if clock.expired:
                return
            if ledger.broken_lower[row] < ledger.broken_upper[row]:
                count_at(task, level, clock, solver, task.wishes.jobs)
            clock.report(f"{engine} collective", row / ledger.ladder.rows)

    run_in_threads(run, clock, 1, np.zeros(1, dtype=np.uint8))
