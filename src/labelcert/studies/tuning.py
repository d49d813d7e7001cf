"""Model selection by cross-validation: the regularization that is provably robust, not only right.

Every candidate, a kernel with a C or a ridge, is trained on all folds of the labeled nodes but one
and judged on the one left out: by its accuracy there, as arXiv 2412.00537 chose C, and if asked for
also by its certified accuracy at a budget, the share of the fold that is right and proven to stay
so however the attacker spends that budget on the training folds.
Cost: a certificate for each candidate and fold; a kernel block is computed once a kernel, and of
ridge regression one factorization a fold serves every λ.
Source: our own; the certificates are those of arXiv 2412.00537.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates.run.option_checks import check_time_limit
from labelcert.data import Graph
from labelcert.data.no_label import is_labeled, with_placeholders
from labelcert.data.standardizing import scaled, standardized
from labelcert.engines.work.clock import Clock
from labelcert.features import FeatureMap
from labelcert.intake.arrays import dense_matrix
from labelcert.intake.budgets import as_count
from labelcert.intake.items import items_of
from labelcert.intake.numbers import flag, positive, real_or_none, told, whole, whole_or_none
from labelcert.intake.origin import check_origins
from labelcert.intake.positions import as_positions
from labelcert.kernels import Kernel, as_kernel
from labelcert.kernels.checked_block import block_of
from labelcert.studies.fold_results import FoldResult, of_fold, split_evenly

if TYPE_CHECKING:
    import pandas as pd

FOLDS = 4

C_GRID = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Values of C tried unless others are given: from strong to weak regularization."""


@dataclass(frozen=True, eq=False)
class Trial:
    """One candidate: a kernel (or a feature map), its C or ridge, and what the folds say of it.

    accuracy, certified (folds,): share of each left-out fold that is predicted right, and that is
    right and proven robust at the budget. score: what candidates are ranked by. flips (folds,): of
    ridge regression, whose radii are known at every budget at once, the median of the flips that a
    left-out prediction provably survives, a wrong one counting −1; None for an SVM.
    """

    kernel: Kernel | FeatureMap
    learner: dict[str, float]
    accuracy: np.ndarray
    certified: np.ndarray
    exact: float
    score: float
    seconds: float
    flips: np.ndarray | None = None

    @property
    def settings(self) -> dict[str, Any]:
        """Model, parameters of the kernel, and C or ridge, by name."""
        return {"model": self.kernel.name, **self.kernel.settings(), **self.learner}


@dataclass(frozen=True, eq=False)
class Tuning:
    """The outcome of `tune`: all trials, best first.

    budget, weight: as asked for. stopped: "" or "time limit" or "interrupted", with only the
    candidates that were tried on every fold by then.
    """

    trials: tuple[Trial, ...]
    budget: int | str
    weight: float
    folds: int
    stopped: str = ""

    @property
    def best(self) -> Trial:
        """The chosen candidate; InputError if none was tried in time."""
        if not self.trials:
            raise InputError("time_limit ended before any candidate was tried: raise it.")
        return self.trials[0]

    @property
    def warnings(self) -> tuple[str, ...]:
        """A sentence where all candidates tie, so that nothing but their order chose the best."""
        if len(self.trials) < 2 or len({trial.score for trial in self.trials}) > 1:
            return ()
        if len({float(trial.certified.mean()) for trial in self.trials}) > 1:
            remedy = f"let certified accuracy at {self.budget} decide, with a weight above 0"
        else:
            remedy = "certified accuracy ties too: pass a larger budget, and a weight above 0"
        return (
            f"All {len(self.trials)} candidates have the score {self.trials[0].score:.3f}, and the "
            f"first is only the strongest regularization: {remedy}.",
        )

    def to_frame(self) -> pd.DataFrame:
        """One row a candidate, best first: parameters, means and standard errors over folds."""
        import pandas as pd

        rows = []
        for trial in self.trials:
            rows.append(
                {
                    **trial.settings,
                    "score": trial.score,
                    "accuracy": trial.accuracy.mean(),
                    "accuracy_se": standard_error(trial.accuracy),
                    "certified_accuracy": trial.certified.mean(),
                    "certified_accuracy_se": standard_error(trial.certified),
                    **({} if trial.flips is None else {"median_flips": trial.flips.mean()}),
                    "exact": trial.exact,
                    "seconds": trial.seconds,
                }
            )
        return pd.DataFrame(rows)


def standard_error(values: np.ndarray) -> float:
    """Standard error of the mean of values (k,); NaN for a single one."""
    if len(values) < 2:
        return float("nan")
    return float(np.std(values, ddof=1) / np.sqrt(len(values)))


def tune(
    graph: Graph | Any,
    nodes: Any,
    kernels: Sequence[Kernel | Callable[..., Any]],
    *,
    labels: Any = None,
    standardize: bool = False,
    C: Sequence[float] | None = None,
    ridge: Sequence[float] | None = None,
    folds: int = FOLDS,
    budget: int | str = 0,
    weight: float = 0.0,
    seed: int = 0,
    time_limit: float | None = None,
    n_jobs: int | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Tuning:
    """Choose a kernel and its regularization by cross-validation on labeled nodes.

    Args:
        graph: a `Graph`, or a feature matrix (nodes, d) with `labels`.
        nodes: indices of the labeled nodes, (n,), or a mask of all nodes; None for all that have a
            label, so that rows without one (new ones) may stay in the matrix.
        kernels: the kernels to try, for example ``[lc.kernels.GCN(depth=d) for d in (1, 2)]``, or
            functions of two feature matrices (`labelcert.kernels.as_kernel`).
        labels: (nodes,) class labels, one for each node; those of the graph unless given.
        standardize: give every feature mean 0 and scale 1 over `nodes` first, without looking at
            labels, as the shell's ``--standardize`` does.
        C: values of the SVM's C to try, > 0; `C_GRID` if neither `C` nor `ridge` is given.
        ridge: values of λ of kernel ridge regression to try, > 0.
        folds: number of folds, 2 up to the size of the smallest class; classes are spread evenly.
        budget: flips that certified accuracy is taken at, a count or a percentage of the training
            folds' labels.
        weight: 0 ranks by accuracy alone, 1 by certified accuracy at `budget` alone.
        seed: of the folds.
        time_limit: seconds for everything; candidates not tried by then are left out.
        n_jobs, progress: as in `certify`.

    Returns:
        All candidates, best first. Of equal scores the stronger regularization (smaller C, larger
        ridge) comes first. Certified accuracy counts what is proven, also where time was short.

    Raises:
        InputError: one sentence that names the argument and the remedy.
    """
    chosen, given = _check_nodes(graph, nodes, labels)
    if flag(standardize, "standardize"):
        graph = _standardized(graph, chosen)
    learners = _learners(C, ridge)
    tried = [as_kernel(kernel, "kernels has") for kernel in kernels]
    folds, weight, seed = check_folds(tried, folds, weight, seed, given)
    as_count(budget, 0, "budget")
    clock = Clock(check_time_limit(time_limit), progress)
    total = len(tried) * len(learners) * folds
    trials: list[Trial] = []
    done = 0
    for kernel in tried:
        if clock.expired:
            break
        block = block_of(kernel, graph, chosen)
        check_origins(block)
        gram = np.asarray(block, dtype=np.float64)
        results: list[list[FoldResult]] = [[] for _ in learners]
        for train, held in split_evenly(given, folds, seed):
            found = of_fold(gram, given, train, held, learners, budget, clock, n_jobs)
            for kept, result in zip(results, found, strict=False):
                kept.append(result)
                done += 1
                clock.report("cross-validation", done / total)
        trials += [
            trial_of(kernel, learner, of_folds, weight)
            for learner, of_folds in zip(learners, results, strict=True)
            if len(of_folds) == folds
        ]
    return ranked(trials, len(tried) * len(learners), budget, weight, folds, clock)


def ranked(
    trials: list[Trial], total: int, budget: int | str, weight: float, folds: int, clock: Clock
) -> Tuning:
    """The trials that time allowed of `total`, best first."""
    order = sorted(range(len(trials)), key=lambda k: (-trials[k].score, _slack(trials[k]), k))
    stopped = ""
    if len(trials) < total:
        stopped = "interrupted" if clock.interrupted else "time limit"
    return Tuning(tuple(trials[k] for k in order), budget, weight, folds, stopped)


def trial_of(
    kernel: Kernel | FeatureMap, learner: dict[str, float], results: list[FoldResult], weight: float
) -> Trial:
    """What all folds say of a candidate."""
    accuracy, certified, exact, seconds, flips = (
        np.array(column) for column in zip(*results, strict=True)
    )
    score = float(((1 - weight) * accuracy + weight * certified).mean())
    return Trial(
        kernel, learner, accuracy, certified, float(exact.mean()), round(score, 12),
        float(seconds.sum()), flips if "ridge" in learner else None,
    )  # fmt: skip


def _slack(trial: Trial) -> float:
    """Small for strong regularization."""
    return trial.learner["C"] if "C" in trial.learner else -trial.learner["ridge"]


def _learners(C: Sequence[float] | None, ridge: Sequence[float] | None) -> list[dict[str, float]]:
    if C is not None and ridge is not None:
        raise InputError("C and ridge are both given: tune one kind of training at a time.")
    name, values = ("ridge", ridge) if ridge is not None else ("C", C_GRID if C is None else C)
    found: list[dict[str, float]] = []
    for value in items_of(values, name, "the values to try"):
        found.append({name: positive(value, name)})
    if not found:
        raise InputError(f"{name} is empty: pass the values to try.")
    return found


def _standardized(graph: Any, nodes: np.ndarray) -> Any:
    if isinstance(graph, Graph):
        return standardized(graph, nodes)
    return scaled(dense_matrix(graph, "graph"), nodes)[0]


def _check_nodes(graph: Any, nodes: Any, labels: Any) -> tuple[np.ndarray, np.ndarray]:
    every = graph.labels if labels is None and isinstance(graph, Graph) else labels
    if every is None:
        raise InputError("labels is missing: a feature matrix has none, pass one for each row.")
    every = with_placeholders(every)
    if nodes is None:
        return np.flatnonzero(is_labeled(every)), every[is_labeled(every)]
    chosen = as_positions(nodes, "nodes", len(every), "node", distinct=True)
    if len(chosen) == 0:
        raise InputError("nodes is empty: pass the labeled nodes.")
    unlabeled = chosen[~is_labeled(every[chosen])]
    if len(unlabeled):
        raise InputError(f"nodes contains {unlabeled[0]}, which has no label: leave it out.")
    return chosen, every[chosen]


def check_folds(
    kernels: Sequence[Kernel | FeatureMap], folds: Any, weight: Any, seed: Any, labels: np.ndarray
) -> tuple[int, float, int]:
    """folds, weight and seed as plain numbers."""
    if len(kernels) == 0:
        raise InputError("kernels is empty: pass the kernels to try.")
    classes, counts = np.unique(labels, return_counts=True)
    if len(classes) < 2:
        raise InputError("nodes hold labels of one class: pass labeled nodes of two or more.")
    number = whole_or_none(folds)
    if number is None or not 2 <= number <= counts.min():
        raise InputError(
            f"folds={told(folds)} is not allowed: pass 2 to {counts.min()}, the labeled nodes of "
            "the smallest class."
        )
    share = real_or_none(weight)
    if share is None or not 0 <= share <= 1:
        raise InputError(f"weight={told(weight)} is not allowed: pass a share from 0 to 1.")
    return number, share, whole(seed, "seed", 0, 2**32 - 1)
