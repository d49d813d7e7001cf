"""The paper's multi-class program: K one-vs-all SVMs that share the labels.

What it decides: whether relabeling at most r points changes (or ties) the predicted class of one
test point. Binaries e_ik say that point i has label k; copy k of the retrained SVM has
ỹ_i = 2 e_ik − 1, and for each rival class c of the clean class c* a program minimises p_c* − p_c.
Cost: K copies of n² + 7n columns; for comparison on small problems only.
What its verdicts rest on: as in `labelcert.engines.paper_milp`, "changed" on a relabeling that was
retrained on, "robust" on the solver's proven bounds less a safety.
Source: [LC] arXiv 2412.00537, its multi-class appendix; ``math.md`` 3 and 6.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labelcert.engines.knowledge.evidence import Believed, Retrained
from labelcert.engines.machines.comparison import OneVsAll
from labelcert.engines.machines.machines import MulticlassProblem
from labelcert.engines.multiclass.rivals import Rivals
from labelcert.engines.paper_milp.program import Labels, Program, add_svm, in_range
from labelcert.engines.paper_milp.sample_wise import NAME, Verdict, safety
from labelcert.engines.solvers import milp_solver
from labelcert.engines.solvers.milp import MilpModel, MilpSolver, Watch
from labelcert.engines.work.clock import Clock
from labelcert.learners.gram import scale_of


@dataclass(frozen=True, eq=False)
class MulticlassDecision:
    """verdict "broken" if some relabeling of the budget changes or ties the predicted class.

    bound: p_c* − p_c is at least this for every rival c and every relabeling (−inf if unknown).
    changes: of a relabeling that breaks the prediction (`RelabelSpace`), None without one.
    """

    verdict: Verdict
    bound: float
    changes: np.ndarray | None


def decide_multiclass(
    problem: MulticlassProblem,
    t: int,
    clean: int,
    budget: int,
    clock: Clock,
    solver: MilpSolver,
    threads: int = 1,
) -> MulticlassDecision:
    """Decide whether the predicted class `clean` of test point t survives a budget.

    Raises InputError where the solver is not licensed for the size.
    """
    trained = OneVsAll(problem.gram, problem.cross, problem.C)
    bound = np.inf
    for rival in range(problem.classes):
        if rival == clean:
            continue
        changes, low = _against(problem, trained, t, clean, rival, budget, clock, solver, threads)
        # What is no number must not get lost in a minimum.
        bound = min(bound, low) if np.isfinite(low) else -np.inf
        if changes is not None:
            return MulticlassDecision("broken", -np.inf, changes)
    return MulticlassDecision("robust" if bound > 0 else "undecided", bound, None)


def decide_all_classes(
    problem: MulticlassProblem,
    rivals: Rivals,
    clock: Clock,
    backend: str = "highs",
    seconds_a_point: float = float("inf"),
    threads: int = 1,
) -> None:
    """Search the radius of every open prediction, budgets ascending until it is broken.

    What is known is written to the ledger at once, so a limit loses nothing. Raises InputError
    where the backend is unknown, not installed, or not licensed for the size.
    """
    solver = milp_solver(backend)
    ledger = rivals.ledger
    for t in np.flatnonzero(ledger.open):
        within = clock.within(seconds_a_point)
        for budget in ledger.ladder.up_to(rivals.needed(int(t)))[1:]:
            if within.expired:
                break
            clean = int(rivals.predicted[t])
            found = decide_multiclass(problem, int(t), clean, budget, within, solver, threads)
            if found.changes is not None:
                cost = problem.space.cost_of(found.changes)
                ledger.break_(int(t), cost, found.changes, NAME, Retrained(exactly=False))
                break
            if found.verdict == "robust":
                for rival in range(problem.classes):
                    rivals.prove(int(t), rival, budget, NAME, Believed(found.bound, NAME))
        clock.report(NAME, (int(t) + 1) / problem.m)


def _against(
    problem: MulticlassProblem,
    trained: OneVsAll,
    t: int,
    clean: int,
    rival: int,
    budget: int,
    clock: Clock,
    solver: MilpSolver,
    threads: int,
) -> tuple[np.ndarray | None, float]:
    """Changes that put the rival level with the predicted class, and a bound on p_c* − p_c."""
    model, choice, unit = multiclass_model(problem, t, clean, rival, budget)
    witness: list[np.ndarray] = []

    def see(solution: np.ndarray) -> bool:
        labels = solution[choice].argmax(axis=1)
        changes = problem.space.changes_to(labels)
        allowed = problem.space.contains(changes, budget)
        order = trained.sign(labels, t, clean, rival) if allowed else None
        if order is not None and order <= 0:
            witness.append(changes)
        return bool(witness)

    slack = safety(len(model.objective))
    believed = in_range(problem.gram.matrix, problem.C)
    core = problem.class_problems[clean].core(np.ones(problem.m))
    doubt = 2 * float(core.doubt[t])
    enough = slack + doubt / unit if doubt > 0 else slack
    watch = Watch(
        expired=lambda: clock.expired,
        bound_suffices=lambda bound: believed and bound > enough,
        solution_suffices=see,
        seconds=clock.remaining,
        threads=threads,
    )
    answer = solver(model, watch)
    if answer.solution is not None:
        see(answer.solution)
    known = believed and np.isfinite(answer.bound)
    bound = unit * (answer.bound - slack) - doubt if known else -np.inf
    return (witness[0] if witness else None), bound


def multiclass_model(
    problem: MulticlassProblem, t: int, clean: int, rival: int, budget: int
) -> tuple[MilpModel, np.ndarray, float]:
    """The program, the columns of e (n, classes), and the unit of its objective (p_c* − p_c)."""
    gram, space = problem.gram.matrix, problem.space
    n, classes = problem.n, problem.classes
    scale = scale_of(gram)
    scaled, C, row = gram / scale, problem.C * scale, problem.cross[t] / scale
    program = Program()
    upper = (space.alternatives | (space.labels[:, None] == np.arange(classes))).astype(float)
    choice = program.add_columns(n * classes, 0.0, upper.ravel(), integer=True)
    choice = choice.reshape(n, classes)
    program.rows.add([(choice, 1.0)], 1.0, 1.0)
    kept = choice[np.arange(n), space.labels]
    cost = space.cost.astype(float)
    program.rows.at_most([(kept[None, :], -cost[None, :])], float(budget - cost.sum()))
    for group, purse in enumerate(space.group_budget):
        members = space.group == group
        total = float(cost[members].sum())
        if members.any() and purse < total:
            program.rows.at_most(
                [(kept[members][None, :], -cost[members][None, :])], float(purse) - total
            )
    z = [
        add_svm(program, scaled, C, Labels(np.full(n, -1.0), np.full(n, 2.0), choice[:, k]))
        for k in range(classes)
    ]
    size = 2 * float(np.abs(row).sum())
    weights = np.concatenate([row, -row]) / (size or 1.0)
    columns = np.concatenate([z[clean], z[rival]])
    return program.model(columns, weights, maximise=False), choice, C * size
