"""The cascade: which engine decides what, cheapest first.

saturation or ridge (a sort, exact) → enumeration where the label vectors are few → attack (upper
ends) → branch and bound where an enumeration would take long → enumeration of as many budgets as
the time allows → branch and bound again → what is left open stays an interval.
Source: ``math.md`` 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labelcert.engines import by_sort as linear
from labelcert.engines import linear_enumeration
from labelcert.engines.attack import attack_count, attack_each
from labelcert.engines.by_sort import LinearModel
from labelcert.engines.collective_bound import bound_counts
from labelcert.engines.enumeration import count_label_vectors, enumerate_flips
from labelcert.engines.flips import FlipSpace
from labelcert.engines.knowledge.evidence import CleanFit
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.machines import saturation
from labelcert.engines.machines.machine import Problem
from labelcert.engines.relaxation.shared import SharedHulls
from labelcert.engines.search_points import search_points
from labelcert.engines.work.clock import Clock
from labelcert.engines.worst_margins import close_margins, open_margins

SMALL_SECONDS = 1.5
"""An enumeration expected to take no longer than this comes before the attack."""

WORTH = 100
"""An enumeration of more than this many times the attack's label vectors comes after it too."""

SEARCH_FROM = 20.0
"""From an enumeration of so many seconds on, branch and bound is tried first."""

ENOUGH = 0.5
"""Branch and bound goes on while at least this share of a batch of test points gets decided."""

RELAXATION_SIZE = 250
"""Beyond so many labels one program of the relaxation takes longer than a look at the clock may."""

LONGEST_ENUMERATION = 7 * 24 * 3600.0
"""No enumeration expected to take longer than this is begun, whatever the time limit."""


@dataclass(frozen=True)
class Plan:
    """What is asked for, with how many threads, and which engine.

    margins: worst margins at every budget besides the radii. exactness: "relaxed" leaves out what
    takes long with many classes (two are always exact). seconds_a_point: limit for the search
    of one test point by branch and bound or by the paper's program.
    """

    sample_wise: bool = True
    collective: bool = False
    jobs: int = 1
    engine: str = "auto"
    solver: str = "highs"
    margins: bool = False
    exactness: str = "exact"
    seconds_a_point: float = float("inf")


def seconds_a_vector(n: int, m: int) -> float:
    """Rough cost of one retraining on one thread, to plan with before anything was timed."""
    return 1e-6 * (1.5 + 0.0015 * n * n + 0.0002 * n * m)


def tightening_seconds(n: int) -> float:
    """Rough cost of the bound tightening of one budget on one process: 24n linear programs."""
    return 6e-5 * n**3


def run_svm(problem: Problem, sign: np.ndarray, plan: Plan, clock: Clock) -> Ledger:
    """Certify the kernel SVM; sign (m,) ±1 are the clean predictions."""
    ledger = Ledger(problem.m, problem.ladder)
    if problem.m == 0:
        return ledger
    for t in range(problem.m):
        ledger.prove(t, 0, "training", CleanFit())
    if plan.engine != "auto":
        ENGINES[plan.engine](problem, sign, plan, clock, ledger)
        ledger.combine()
        return ledger
    saturated = saturation.saturated_budget(
        problem.gram.matrix, problem.y, problem.C, problem.space, clock
    )
    if saturated >= 0:
        model = saturation.linear_model(problem, min(saturated, problem.max_budget))
        run_linear(model, problem.y, sign, problem.space, ledger, plan, clock)
    _enumerate_and_attack(problem, sign, plan, clock, ledger)
    ledger.combine()
    return ledger


def run_ridge(
    model: LinearModel,
    y: np.ndarray,
    sign: np.ndarray,
    space: FlipSpace,
    max_budget: int,
    plan: Plan,
    clock: Clock,
) -> Ledger:
    """Certify kernel ridge regression; its model is linear in the labels at every budget."""
    ledger = Ledger(len(sign), space.ladder(max_budget))
    if len(sign) == 0:
        return ledger
    for t in range(len(sign)):
        ledger.prove(t, 0, "training", CleanFit())
    run_linear(model, y, sign, space, ledger, plan, clock)
    ledger.combine()
    return ledger


def run_linear(
    model: LinearModel,
    y: np.ndarray,
    sign: np.ndarray,
    space: FlipSpace,
    ledger: Ledger,
    plan: Plan,
    clock: Clock,
) -> None:
    """Certify a model that is linear in the labels, up to the model's largest budget."""
    linear.decide(model, y, sign, space, ledger, clock)
    ledger.combine()
    if not plan.collective:
        return
    linear_enumeration.greedy_count(model, y, sign, space, ledger, clock)
    ladder = ledger.ladder.cut(model.max_budget)
    each = 1e-9 * (20 + len(sign))
    seconds = min(0.8 * clock.remaining * plan.jobs, each * linear_enumeration.MOST)

    def fits(budget: int) -> bool:
        return linear_enumeration.count_linear_sets(space, budget) * each < seconds

    budget = ladder.largest(fits, ladder.budget)
    if budget < 0:
        return
    linear_enumeration.enumerate_linear(model, y, sign, space, ledger, budget, clock, plan.jobs)


def _only_enumeration(
    problem: Problem, sign: np.ndarray, plan: Plan, clock: Clock, ledger: Ledger
) -> None:
    enumerate_flips(problem, sign, ledger, problem.max_budget, clock, plan.jobs)


def _only_branch_and_bound(
    problem: Problem, sign: np.ndarray, plan: Plan, clock: Clock, ledger: Ledger
) -> None:
    attack_each(problem, sign, ledger, clock, plan.jobs)
    hulls = SharedHulls(problem, jobs=plan.jobs)
    search_points(problem, sign, ledger, hulls, clock, plan.jobs, plan.seconds_a_point)
    if plan.margins:
        close_margins(problem, sign, ledger, hulls, clock, plan.jobs, plan.seconds_a_point)
    if plan.collective:
        attack_count(problem, sign, ledger, clock)
        ledger.combine()
        bound_counts(problem, sign, ledger, hulls, clock)


def _only_paper_milp(
    problem: Problem, sign: np.ndarray, plan: Plan, clock: Clock, ledger: Ledger
) -> None:
    from labelcert.engines.paper_milp.collective import count_all
    from labelcert.engines.paper_milp.sample_wise import decide_all

    if plan.sample_wise:
        decide_all(problem, sign, ledger, clock, plan.solver, plan.jobs, plan.seconds_a_point)
    if plan.collective:
        count_all(problem, sign, ledger, clock, plan.solver, plan.jobs)


ENGINES = {
    "enumeration": _only_enumeration,
    "branch_and_bound": _only_branch_and_bound,
    "paper_milp": _only_paper_milp,
}
"""Engines that can be asked for by name; "auto" is the cascade."""


def _enumerate_and_attack(
    problem: Problem, sign: np.ndarray, plan: Plan, clock: Clock, ledger: Ledger
) -> None:
    each = seconds_a_vector(problem.n, problem.m) / plan.jobs
    budget = _needed_budget(ledger, plan)
    if budget < 0:
        return
    visits = count_label_vectors(problem, budget)
    attacks = 4 * problem.n * (budget + 1) * problem.m
    # Not by the number of threads: the engine that decides should not depend on the machine.
    alone = visits * seconds_a_vector(problem.n, problem.m)
    small = alone <= min(SMALL_SECONDS, clock.remaining) and visits <= WORTH * attacks
    if small and enumerate_flips(problem, sign, ledger, budget, clock, plan.jobs):
        return
    if plan.sample_wise:
        attack_each(problem, sign, ledger, clock, plan.jobs)
    if plan.collective:
        attack_count(problem, sign, ledger, clock)
    hulls = SharedHulls(problem, jobs=plan.jobs)
    first, each = _enumerate_quick_budgets(problem, sign, plan, clock, ledger, each)
    if plan.sample_wise:
        _search_if_it_pays(problem, sign, plan, clock, ledger, hulls, each)
    _enumerate_rest(problem, sign, plan, clock, ledger, first, each)
    _relax_the_rest(problem, sign, plan, clock, ledger, hulls)


def _relax_the_rest(
    problem: Problem,
    sign: np.ndarray,
    plan: Plan,
    clock: Clock,
    ledger: Ledger,
    hulls: SharedHulls,
) -> None:
    """Spend what time is left on what enumeration could not reach."""
    ledger.combine()
    if _needed_budget(ledger, plan) < 0 or clock.expired or problem.n > RELAXATION_SIZE:
        return
    if plan.sample_wise and ledger.open.any():
        share = 0.5 if plan.collective or plan.margins else 1.0
        stage = clock.within(share * clock.remaining)
        search_points(problem, sign, ledger, hulls, stage, plan.jobs, plan.seconds_a_point)
        ledger.combine()
    if plan.margins:
        stage = clock.within((0.5 if plan.collective else 1.0) * clock.remaining)
        close_margins(problem, sign, ledger, hulls, stage, plan.jobs, plan.seconds_a_point)
        ledger.combine()
    if plan.collective:
        bound_counts(problem, sign, ledger, hulls, clock)


def _enumerate_quick_budgets(
    problem: Problem, sign: np.ndarray, plan: Plan, clock: Clock, ledger: Ledger, each: float
) -> tuple[int, float]:
    """Enumerate the budgets that are quick; returns the last one and the measured cost a vector."""
    budget = _needed_budget(ledger, plan)
    first = _largest_affordable(problem, budget, each, min(SMALL_SECONDS, clock.remaining))
    if first < 0:
        return -1, each
    before = clock.elapsed
    if not enumerate_flips(problem, sign, ledger, first, clock, plan.jobs):
        return -1, each
    return first, (clock.elapsed - before) / count_label_vectors(problem, first)


def _search_if_it_pays(
    problem: Problem,
    sign: np.ndarray,
    plan: Plan,
    clock: Clock,
    ledger: Ledger,
    hulls: SharedHulls,
    each: float,
) -> None:
    """Branch and bound before a long enumeration, for at most half the time that one would take."""
    budget = ledger.needed_budget
    if budget < 0:
        return
    enumeration = count_label_vectors(problem, budget) * each
    if enumeration < SEARCH_FROM:
        return
    limit = 0.5 * min(enumeration, clock.remaining)
    if tightening_seconds(problem.n) / plan.jobs > 0.25 * limit:
        return
    seconds = min(0.05 * limit, plan.seconds_a_point)
    search_points(problem, sign, ledger, hulls, clock.within(limit), plan.jobs, seconds, ENOUGH)


def _enumerate_rest(
    problem: Problem,
    sign: np.ndarray,
    plan: Plan,
    clock: Clock,
    ledger: Ledger,
    first: int,
    each: float,
) -> None:
    """Enumerate the largest budget that the time allows, if it settles anything."""
    budget = _needed_budget(ledger, plan)
    second = _largest_affordable(problem, budget, each, 0.8 * clock.remaining)
    if second > first:
        enumerate_flips(problem, sign, ledger, second, clock, plan.jobs)


def _needed_budget(ledger: Ledger, plan: Plan) -> int:
    """The largest budget that still needs a proof; −1 if none."""
    needed = ledger.needed_budget if plan.sample_wise else -1
    if plan.margins:
        missing = np.flatnonzero(open_margins(ledger).any(axis=0))
        needed = max(needed, int(ledger.ladder.levels[missing[-1]]) if len(missing) else -1)
    if plan.collective:
        needed = max(needed, ledger.open_count)
    return needed


def _largest_affordable(problem: Problem, budget: int, each: float, seconds: float) -> int:
    """The largest budget up to `budget` that an enumeration can do in some seconds; −1 if none."""
    limit = min(seconds, LONGEST_ENUMERATION)
    return problem.ladder.largest(lambda r: count_label_vectors(problem, r) * each <= limit, budget)
