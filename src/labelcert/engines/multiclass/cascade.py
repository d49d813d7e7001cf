"""The cascade for many classes: which engine decides what, cheapest first.

saturation or ridge (a sort, exact) → enumeration of all relabelings where they are few → attack
(upper ends) → flip sets of single classes, at growing budgets → branch and bound → collective
enumeration as far as the time allows → what is left open stays an interval.
Source: ``math.md`` 5 and 6.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from labelcert.engines.by_classes import ClassSearch
from labelcert.engines.by_sort import LinearModel
from labelcert.engines.cascade import RELAXATION_SIZE, SMALL_SECONDS, Plan, seconds_a_vector
from labelcert.engines.joining.extremes import count_class_flips
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.machines import saturation
from labelcert.engines.machines.machines import MulticlassProblem
from labelcert.engines.multiclass import linear
from labelcert.engines.multiclass.attack import attack_each
from labelcert.engines.multiclass.attack_count import attack_count
from labelcert.engines.multiclass.enumeration import enumerate_relabelings
from labelcert.engines.multiclass.linear_enumeration import enumerate_linear
from labelcert.engines.multiclass.linear_logits import LinearLogits
from labelcert.engines.multiclass.relabels import RelabelSpace
from labelcert.engines.multiclass.retrainer import Retrainer
from labelcert.engines.multiclass.rivals import Rivals
from labelcert.engines.walk.tree import RelabelTree
from labelcert.engines.work.clock import Clock
from labelcert.engines.work.threads import run_in_threads

LARGEST_ENUMERATION = 2**40
"""No collective enumeration of more relabelings than this is begun."""


@dataclass(frozen=True, eq=False)
class MulticlassResult:
    """What is known of the test points; changes in the ledger are numbers i·K + new label.

    relaxed_radius (m,): what independent worst cases of the classes prove, None if not computed.
    """

    ledger: Ledger
    relaxed_radius: np.ndarray | None


def run_multiclass(
    problem: MulticlassProblem, predicted: np.ndarray, plan: Plan, clock: Clock
) -> MulticlassResult:
    """Certify one-vs-all SVMs; predicted (m,): the clean classes, without ties."""
    ledger = Ledger(problem.m, problem.ladder)
    if problem.m == 0:
        return MulticlassResult(ledger, None)
    rivals = Rivals(ledger, predicted, problem.classes)
    search = ClassSearch(problem, rivals, clock, plan.jobs)
    if plan.engine == "enumeration":
        enumerate_relabelings(problem, rivals, problem.max_budget, clock, plan.jobs)
    elif plan.engine == "paper_milp":
        from labelcert.engines.paper_milp.multiclass import decide_all_classes

        decide_all_classes(problem, rivals, clock, plan.solver, plan.seconds_a_point, plan.jobs)
    elif plan.engine == "branch_and_bound":
        attack_each(problem, rivals, clock, plan.jobs)
        _branch_and_bound(problem, rivals, clock, plan)
        _count_broken(problem, rivals, plan, clock)
    else:
        _saturated(problem, rivals, search, plan, clock)
        _retrain(problem, rivals, search, plan, clock)
    ledger.combine()
    relaxed = np.minimum(search.relaxed, ledger.robust) if search.computed else None
    return MulticlassResult(ledger, relaxed)


def run_multiclass_ridge(
    model: LinearModel,
    space: RelabelSpace,
    predicted: np.ndarray,
    max_budget: int,
    plan: Plan,
    clock: Clock,
) -> MulticlassResult:
    """Certify kernel ridge regression, whose logits are linear in the labels at every budget."""
    ledger = Ledger(len(predicted), space.points.ladder(max_budget))
    if len(predicted) == 0:
        return MulticlassResult(ledger, None)
    rivals = Rivals(ledger, predicted, space.classes)
    _linear(model, space, rivals, plan, clock)
    ledger.combine()
    return MulticlassResult(ledger, linear.relaxed_radius(model, space, rivals, clock))


def _linear(
    model: LinearModel, space: RelabelSpace, rivals: Rivals, plan: Plan, clock: Clock
) -> None:
    linear.decide(model, space, rivals, clock)
    ledger = rivals.ledger
    ledger.combine()
    if not plan.collective:
        return
    logits = LinearLogits(model, space)
    most = min(model.max_budget, ledger.max_budget)
    attack_count(logits, rivals, most, clock)
    logits.reset()

    def enumerate_up_to(budget: int) -> None:
        enumerate_linear(logits, rivals, budget, clock, plan.jobs)

    each = 1e-9 * (20 + 3 * space.classes * ledger.m) / plan.jobs
    _quick_then_long(space, rivals, most, each, clock, enumerate_up_to)


def _saturated(
    problem: MulticlassProblem, rivals: Rivals, search: ClassSearch, plan: Plan, clock: Clock
) -> None:
    """Up to the budget at which every SVM is saturated, all is linear."""
    budget = min(
        saturation.saturated_budget(p.gram.matrix, p.y, p.C, p.space, clock)
        for p in problem.class_problems
    )
    if budget < 0:
        return
    model = saturation.linear_model(problem.class_problems[0], min(budget, problem.max_budget))
    _linear(model, problem.space, rivals, plan, clock)
    search.relaxed = linear.relaxed_radius(model, problem.space, rivals, clock)
    search.computed = True


def _retrain(
    problem: MulticlassProblem, rivals: Rivals, search: ClassSearch, plan: Plan, clock: Clock
) -> None:
    ledger = rivals.ledger
    if not ledger.open.any() and not (plan.collective and ledger.open_count >= 0):
        return
    each = seconds_a_vector(problem.n, problem.m)
    everything = RelabelTree(problem.space, _needed(ledger, plan)).count
    if everything * _each_relabeling(problem) <= min(SMALL_SECONDS, clock.remaining):
        budget = _needed(ledger, plan)
        if enumerate_relabelings(problem, rivals, budget, clock, plan.jobs):
            return
    attack_each(problem, rivals, clock, plan.jobs)
    done = _classes(problem, rivals, search, plan, clock, SMALL_SECONDS, each, -1)
    _classes(problem, rivals, search, plan, clock, 0.8 * clock.remaining, each, done)
    if plan.exactness == "exact":
        _branch_and_bound(problem, rivals, clock, plan)
    _count_broken(problem, rivals, plan, clock)


def _classes(
    problem: MulticlassProblem,
    rivals: Rivals,
    search: ClassSearch,
    plan: Plan,
    clock: Clock,
    seconds: float,
    each: float,
    done: int,
) -> int:
    """Enumerate single classes at the largest budget that helps and fits; returns it."""
    limit = min(seconds, clock.remaining)
    budget = problem.ladder.largest(
        lambda r: count_class_flips(problem, r) * each / plan.jobs <= limit,
        rivals.ledger.needed_budget,
    )
    if budget <= max(done, 0):
        return done
    search.run(budget, plan.exactness == "exact")
    return budget


def _branch_and_bound(problem: MulticlassProblem, rivals: Rivals, clock: Clock, plan: Plan) -> None:
    reachable = problem.n <= RELAXATION_SIZE or plan.engine != "auto"
    if rivals.ledger.open.any() and reachable and not clock.expired:
        from labelcert.engines.by_branching import search_pairs

        share = 0.5 if plan.collective else 1.0
        stage = clock.within(share * clock.remaining)
        search_pairs(problem, rivals, stage, plan.jobs, plan.seconds_a_point)


def _count_broken(problem: MulticlassProblem, rivals: Rivals, plan: Plan, clock: Clock) -> None:
    """Close the collective intervals as far as the time allows."""
    if not plan.collective:
        return
    ledger = rivals.ledger
    stop = np.zeros(1, dtype=np.uint8)

    def attack() -> None:
        attack_count(Retrainer(problem, stop), rivals, problem.max_budget, clock)

    run_in_threads(attack, clock, 1, stop)
    ledger.combine()

    def enumerate_up_to(budget: int) -> None:
        enumerate_relabelings(problem, rivals, budget, clock, plan.jobs)

    each = _each_relabeling(problem) / plan.jobs
    _quick_then_long(problem.space, rivals, problem.max_budget, each, clock, enumerate_up_to)


def _quick_then_long(
    space: RelabelSpace,
    rivals: Rivals,
    most: int,
    each: float,
    clock: Clock,
    enumerate_up_to: Callable[[int], None],
) -> None:
    """Enumerate the largest budget that is quick, then the largest that fits into the time.

    each: seconds a relabeling. The first leaves something proven if the second is cut off.
    """
    done = 0
    ledger = rivals.ledger
    for seconds in (SMALL_SECONDS, 0.8 * clock.remaining):
        limit = min(seconds, clock.remaining, LARGEST_ENUMERATION * each)
        budget = ledger.ladder.largest(
            lambda r, limit=limit: RelabelTree(space, r).count * each <= limit,
            min(ledger.open_count, most),
        )
        if budget > done:
            enumerate_up_to(budget)
            done = budget


def _each_relabeling(problem: MulticlassProblem) -> float:
    """Rough seconds of one relabeling on one thread."""
    return 2 * seconds_a_vector(problem.n, problem.m) + 3e-9 * problem.classes * problem.m


def _needed(ledger: Ledger, plan: Plan) -> int:
    count = ledger.open_count if plan.collective else -1
    return max(ledger.needed_budget, count, 0)
