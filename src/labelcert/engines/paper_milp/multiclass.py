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

from labelcert._errors import InputError
from labelcert.engines.clock import Clock
from labelcert.engines.multiclass.one_vs_all import OneVsAll
from labelcert.engines.paper_milp.program import Labels, Program, add_svm
from labelcert.engines.paper_milp.sample_wise import Verdict, safety
from labelcert.engines.solvers import milp_solver
from labelcert.engines.solvers.milp import MilpModel, MilpSolver, Watch
from labelcert.learners.gram import check_gram, finite_matrix
from labelcert.learners.svm import scale_of


@dataclass(frozen=True, eq=False)
class MulticlassProblem:
    """gram (n, n), cross (m, n), labels (n,) ints 0 … classes − 1, C > 0, max_relabels ≥ 0.

    Raises InputError where one of them cannot be used.
    """

    gram: np.ndarray
    cross: np.ndarray
    labels: np.ndarray
    classes: int
    C: float
    max_relabels: int

    def __post_init__(self) -> None:
        n = len(finite_matrix(self.gram, "gram"))
        cross, labels = finite_matrix(self.cross, "cross"), np.asarray(self.labels)
        if cross.shape[1] != n:
            raise InputError(f"cross has {cross.shape[1]} columns: pass one for each of {n} rows.")
        if labels.shape != (n,) or labels.dtype.kind not in "iu":
            raise InputError(f"labels must be {n} integers: pass one class number a point.")
        if self.classes < 2:
            raise InputError(f"classes is {self.classes}: pass 2 or more.")
        if n and not (labels.min() >= 0 and labels.max() < self.classes):
            raise InputError(f"labels must lie between 0 and {self.classes - 1}: renumber them.")
        if not (np.isfinite(self.C) and self.C > 0):
            raise InputError(f"C is {self.C}: pass a positive number.")
        if self.max_relabels < 0:
            raise InputError(f"max_relabels is {self.max_relabels}: pass 0 or more.")


@dataclass(frozen=True, eq=False)
class MulticlassDecision:
    """verdict "broken" if some relabeling changes or ties the clean class (lowest number if tied).

    bound: p_c* − p_c is at least this for every rival c and every relabeling (−inf if unknown).
    labels (n,): a relabeling that breaks the prediction, None without one.
    """

    verdict: Verdict
    clean_class: int
    bound: float
    labels: np.ndarray | None


def decide_multiclass(
    problem: MulticlassProblem, t: int, clock: Clock, backend: str = "highs", threads: int = 1
) -> MulticlassDecision:
    """Decide whether the class of test point t survives max_relabels relabels.

    Raises InputError where t is no row of cross, gram is no kernel matrix, or the backend is
    unknown, not installed, or not licensed for the size.
    """
    solver = milp_solver(backend)
    if not 0 <= t < len(problem.cross):
        raise InputError(f"t is {t}: pass a row of cross, 0 to {len(problem.cross) - 1}.")
    trained = OneVsAll(check_gram(problem.gram), problem.cross, problem.C)
    labels = np.asarray(problem.labels)
    clean = trained.largest(labels, problem.classes, t)
    rivals = [c for c in range(problem.classes) if c != clean]
    bound = np.inf
    for rival in rivals:
        if trained.sign(labels, t, clean, rival) == 0:
            return MulticlassDecision("broken", clean, -np.inf, labels.copy())
    for rival in rivals:
        witness, low = _against(problem, trained, t, clean, rival, clock, solver, threads)
        bound = min(bound, low)
        if witness is not None:
            return MulticlassDecision("broken", clean, -np.inf, witness)
    return MulticlassDecision("robust" if bound > 0 else "undecided", clean, bound, None)


def _against(
    problem: MulticlassProblem,
    trained: OneVsAll,
    t: int,
    clean: int,
    rival: int,
    clock: Clock,
    solver: MilpSolver,
    threads: int,
) -> tuple[np.ndarray | None, float]:
    """A relabeling that puts the rival level with the clean class, and a bound on p_c* − p_c."""
    model, choice, unit = multiclass_model(problem, trained.gram.matrix, t, clean, rival)
    labels = np.asarray(problem.labels)
    witness: list[np.ndarray] = []

    def see(solution: np.ndarray) -> bool:
        changed = solution[choice].argmax(axis=1)
        allowed = int((changed != labels).sum()) <= problem.max_relabels
        order = trained.sign(changed, t, clean, rival) if allowed else None
        if order is not None and order <= 0:
            witness.append(changed)
        return bool(witness)

    slack = safety(len(model.objective))
    watch = Watch(
        expired=lambda: clock.expired,
        bound_suffices=lambda bound: bound > slack,
        solution_suffices=see,
        seconds=clock.remaining,
        threads=threads,
    )
    answer = solver(model, watch)
    if answer.solution is not None:
        see(answer.solution)
    return (witness[0] if witness else None), unit * (answer.bound - slack)


def multiclass_model(
    problem: MulticlassProblem, gram: np.ndarray, t: int, clean: int, rival: int
) -> tuple[MilpModel, np.ndarray, float]:
    """The program, the columns of e (n, classes), and the unit of its objective (p_c* − p_c).

    gram (n, n): the checked Gram matrix.
    """
    n, classes = len(gram), problem.classes
    scale = scale_of(gram)
    scaled, C, row = gram / scale, problem.C * scale, problem.cross[t] / scale
    program = Program()
    choice = program.add_columns(n * classes, 0.0, 1.0, integer=True).reshape(n, classes)
    program.rows.add([(choice, 1.0)], 1.0, 1.0)
    kept = choice[np.arange(n), problem.labels]
    program.rows.at_most([(kept[None, :], -1.0)], float(problem.max_relabels - n))
    z = [
        add_svm(program, scaled, C, Labels(np.full(n, -1.0), np.full(n, 2.0), choice[:, k]))
        for k in range(classes)
    ]
    size = 2 * float(np.abs(row).sum())
    weights = np.concatenate([row, -row]) / (size or 1.0)
    columns = np.concatenate([z[clean], z[rival]])
    return program.model(columns, weights, maximise=False), choice, C * size
