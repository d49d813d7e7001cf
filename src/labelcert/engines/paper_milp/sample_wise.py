"""The paper's program, sample-wise: the reference that the other engines are compared with.

What it decides: whether some allowed flip set of a budget breaks one prediction, by minimising its
margin over labels and retrained SVM at once (`labelcert.engines.paper_milp.program`).
Cost: branch and bound over 3n binaries, a program for each (test point, budget): seconds at n = 20,
and grows fast. When to prefer it: for comparison only; every other engine is quicker.
What its verdicts rest on: "broken" on a witness that was retrained, as everywhere; "robust" on the
solver's proven bound, never on its incumbent. That bound is computed in floating point and is true
up to the solver's tolerances, which labelcert's other engines do not need; therefore a bound counts
only beyond `SAFETY`. What a solver refuses, ends with a status that is not understood, or cannot
tell apart in its tolerances (`labelcert.engines.paper_milp.program.LARGEST_REACH`) stays undecided.
Source: [LC] arXiv 2412.00537, section 3; ``math.md`` 3 for the traps.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from labelcert.engines.knowledge.evidence import Believed, CleanFit, Retrained
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.machines.judge import ExactJudge
from labelcert.engines.machines.machine import Problem
from labelcert.engines.paper_milp.program import Program, add_flips, add_svm, in_range
from labelcert.engines.paper_milp.replay import Replay
from labelcert.engines.solvers import milp_solver
from labelcert.engines.solvers.milp import MilpSolver, Watch
from labelcert.engines.work.clock import Clock
from labelcert.engines.work.threads import work_off

NAME = "paper_milp"

SAFETY = 1e-6
"""Share of C ‖q_t‖₁, the largest possible margin, that is taken off every proven bound.

In the program's units all columns lie in [−1, 1], so reduced costs off by the tolerance 1e-9 move a
bound by at most 1e-9 times n² + 7n columns: 5e-7 at n = 20. Larger programs get more, see `safety`.
"""

Verdict = Literal["robust", "broken", "undecided"]


def safety(columns: int) -> float:
    """What is taken off a bound of a program with that many columns, as a share of C ‖q_t‖₁."""
    return max(SAFETY, 2e-9 * columns)


@dataclass(frozen=True, eq=False)
class Decision:
    """What one program says about one prediction at one budget.

    bound: the worst margin is at least this (solver's bound less the safety), −inf if unknown.
    margin: the smallest margin retrained on, inf if none; flips: its flip set, or the witness where
    the prediction is broken. status: the solver's word.
    """

    verdict: Verdict
    bound: float
    margin: float
    flips: np.ndarray | None
    status: str


class _Incumbents:
    """Replays every incumbent at one test point, and keeps the witness or the smallest margin."""

    def __init__(self, replay: Replay, t: int, columns: np.ndarray, until_broken: bool):
        self.broken = False
        self.margin = np.inf
        self.flips: np.ndarray | None = None
        self._replay, self._t, self._columns = replay, t, columns
        self._until_broken = until_broken

    def see(self, solution: np.ndarray) -> bool:
        """Replay a solution; returns whether it is all that was asked for."""
        flips = self._replay.flips(solution, self._columns)
        if flips is None:
            return False
        margin = float(self._replay.margins(flips)[self._t])
        breaks = bool(self._replay.broken(flips, np.array([self._t]))[0])
        # A witness is never given up for a margin that only looks smaller.
        if (breaks, -margin) > (self.broken, -self.margin):
            self.broken, self.margin, self.flips = breaks, margin, flips
        return self.broken and self._until_broken


def decide(
    problem: Problem,
    sign: np.ndarray,
    t: int,
    budget: int,
    clock: Clock,
    solver: MilpSolver,
    exact_margin: bool = False,
    threads: int = 1,
    judge: ExactJudge | None = None,
) -> Decision:
    """Solve the program of test point t at a budget.

    sign (m,) ±1: the clean predictions. Stops as soon as a retrained witness or the bound decides;
    with exact_margin it goes on until bound and incumbent meet. threads: the solver's own. judge:
    one to reuse, not shared between threads. Raises InputError where the solver is not licensed
    for the size.
    """
    judge = judge or ExactJudge(problem)
    core = problem.core(sign)
    program = Program()
    labels = add_flips(program, problem.y, problem.space, budget)
    z = add_svm(program, core.gram, core.C, labels)
    size = float(np.abs(core.cross[:, t]).sum())
    model = program.model(z, core.cross[:, t] / (size or 1.0), maximise=False)
    margin_unit, slack = core.C * size, safety(program.columns)
    doubt = float(core.doubt[t])
    enough = slack + doubt / margin_unit if doubt > 0 else slack
    believed = in_range(core.gram, core.C)
    seen = _Incumbents(Replay(problem, sign, budget, judge), t, labels.column, not exact_margin)
    watch = Watch(
        expired=lambda: clock.expired,
        bound_suffices=lambda bound: believed and bound > enough and not exact_margin,
        solution_suffices=seen.see,
        seconds=clock.remaining,
        threads=threads,
    )
    answer = solver(model, watch)
    if answer.solution is not None:
        seen.see(answer.solution)
    known = believed and np.isfinite(answer.bound)
    bound = margin_unit * (answer.bound - slack) - doubt if known else -np.inf
    verdict: Verdict = "undecided"
    if seen.broken:
        verdict = "broken"
    elif bound > 0:
        verdict = "robust"
    return Decision(verdict, bound, seen.margin, seen.flips, answer.reason)


def decide_all(
    problem: Problem,
    sign: np.ndarray,
    ledger: Ledger,
    clock: Clock,
    backend: str = "highs",
    jobs: int = 1,
    seconds_a_point: float = float("inf"),
) -> None:
    """Search the radius of every open prediction, budgets ascending until it is broken.

    sign (m,) ±1: the clean predictions, without ties. jobs: test points solved side by side, each
    by one solver thread, for `seconds_a_point` at most. What is known is written to the ledger at
    once, so a limit loses nothing.
    Raises InputError where the backend is unknown, not installed, or not licensed for the size.
    """
    solver = milp_solver(backend)
    points = np.flatnonzero(ledger.open).tolist()
    lock = threading.Lock()

    def begin() -> tuple[Callable[[int], None], None]:
        judge = ExactJudge(problem)

        def do(t: int) -> None:
            within = clock.within(seconds_a_point)
            _radius(problem, sign, ledger, t, within, solver, judge, lock)

        return do, None

    stop = np.zeros(1, dtype=np.uint8)
    work_off(points, begin, clock, jobs, stop, partial(clock.report, NAME))


def _radius(
    problem: Problem,
    sign: np.ndarray,
    ledger: Ledger,
    t: int,
    clock: Clock,
    solver: MilpSolver,
    judge: ExactJudge,
    lock: threading.Lock,
) -> None:
    with lock:
        if ledger.robust[t] < 0:
            ledger.prove(t, 0, "training", CleanFit())
        last = int(min(ledger.broken[t] - 1, ledger.max_budget))
    # An undecided budget does not end the search: a larger one may still bring a witness.
    for budget in ledger.ladder.up_to(last):
        if budget <= ledger.robust[t]:
            continue
        if clock.expired:
            return
        decision = decide(problem, sign, t, budget, clock, solver, judge=judge)
        with lock:
            if decision.verdict == "robust":
                ledger.prove(t, budget, NAME, Believed(decision.bound, NAME))
            elif decision.flips is not None and decision.verdict == "broken":
                cost = problem.space.cost_of(decision.flips)
                ledger.break_(t, cost, decision.flips, NAME, Retrained(exactly=False))
                return
