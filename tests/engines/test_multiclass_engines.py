"""Engines for many classes against brute force over all relabelings, and each other."""

import numpy as np
import pytest

import labelcert as lc
from labelcert.engines import by_classes as class_search
from labelcert.engines.by_classes import ClassSearch
from labelcert.engines.cascade import Plan, run_svm
from labelcert.engines.flips import FlipSpace
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.ladder import Ladder
from labelcert.engines.machines import ridge
from labelcert.engines.machines.clean import clean_fit
from labelcert.engines.machines.machine import Problem
from labelcert.engines.machines.machines import MulticlassProblem
from labelcert.engines.multiclass import cascade, linear
from labelcert.engines.multiclass.attack import attack_each
from labelcert.engines.multiclass.attack_count import attack_count
from labelcert.engines.multiclass.cascade import run_multiclass, run_multiclass_ridge
from labelcert.engines.multiclass.clean import clean_classes, clean_linear
from labelcert.engines.multiclass.enumeration import enumerate_relabelings
from labelcert.engines.multiclass.linear_logits import LinearLogits
from labelcert.engines.multiclass.relabels import RelabelSpace
from labelcert.engines.multiclass.retrainer import Retrainer
from labelcert.engines.multiclass.rivals import Rivals
from labelcert.engines.walk import tree
from labelcert.engines.work.clock import Clock
from labelcert.learners.gram import check_gram
from oracles.relabelings import check_ledger, random_problem, ridge_values, truth_of


class Case:
    """A random problem, its truth, and the part of it with clear predictions."""

    def __init__(self, seed, largest=6):
        self.problem = random_problem(seed, largest)
        self.truth = truth_of(self.problem)
        clean = clean_classes(self.problem)
        self.rows = self.truth.clear()
        assert (clean.predicted[self.rows] == self.truth.predicted[self.rows]).all()
        assert not clean.tied[self.rows].any()
        self.predicted = clean.predicted[self.rows]
        self.part = self.problem.of_test_points(self.rows)

    def rivals(self):
        ledger = Ledger(len(self.rows), Ladder.every(self.problem.max_budget))
        return Rivals(ledger, self.predicted, self.problem.classes)

    def check(self, ledger, **how):
        check_ledger(ledger, self.problem, self.truth, self.rows, **how)


@pytest.mark.parametrize("seed", range(40))
def test_enumeration(seed):
    case = Case(seed)
    rivals = case.rivals()
    jobs = 1 + seed % 2
    assert enumerate_relabelings(case.part, rivals, case.problem.max_budget, Clock(), jobs)
    case.check(rivals.ledger, counts="exact")


@pytest.mark.parametrize("learner", [{"C": 2.0}, {"ridge": 1.0}])
@pytest.mark.parametrize("budget", [3, 5, 9])
def test_pieces_of_work_hold_only_what_the_attacker_can_pay_for(learner, budget, monkeypatch):
    """Each piece began with one change, paid for or not; what it broke counted for less."""
    monkeypatch.setattr(tree, "LARGEST_TASK", 1)
    rng = np.random.default_rng(budget)
    points, tests = rng.standard_normal((6, 4)), rng.standard_normal((30, 4))
    labels = np.array([0, 1, 2, 0, 1, 2])
    threat = lc.ThreatModel(budget, costs=[2, 3, 7, 8, 9, 10])
    cert = lc.certify(
        points @ points.T, tests @ points.T, labels, threat=threat, collective=True, **learner
    )
    count = cert.collective
    for r, flips in zip(count.budgets, count.flip_sets, strict=True):
        assert sum(threat.costs[i] for i in flips) <= r
    # The account fits: what was enumerated in pieces is as exact as in one.
    monkeypatch.setattr(tree, "LARGEST_TASK", 20_000)
    whole = lc.certify(
        points @ points.T, tests @ points.T, labels, threat=threat, collective=True, **learner
    )
    assert (count.broken_lower == whole.collective.broken_lower).all()
    assert (count.broken_upper == whole.collective.broken_upper).all()
    assert (cert.radius == whole.radius).all()


def test_a_count_is_not_raised_by_a_label_that_costs_more_than_the_budget():
    """14 predictions were told broken at a budget of 4, by a label that costs 10."""
    rng = np.random.default_rng(1)
    points, tests = rng.standard_normal((60, 5)), rng.standard_normal((40, 5))
    labels = rng.integers(0, 5, 60)
    threat = lc.ThreatModel(4, costs=[2] * 3 + [10] * 57)
    cert = lc.certify(
        points @ points.T, tests @ points.T, labels, ridge=1.0, threat=threat, collective=True
    )
    assert cert.collective.broken_lower.tolist() == [0, 0, 7, 7, 10]
    assert cert.collective.broken_upper.tolist() == [0, 0, 7, 7, 10]


@pytest.mark.parametrize("size", [1, 64])
@pytest.mark.parametrize("seed", range(40))
def test_flip_sets_of_single_classes(seed, size, monkeypatch):
    monkeypatch.setattr(class_search, "FIRST_SIZE", size)
    case = Case(seed)
    rivals = case.rivals()
    search = ClassSearch(case.part, rivals, Clock(), 1 + seed % 2)
    assert search.run(case.problem.max_budget)
    case.check(rivals.ledger)


@pytest.mark.parametrize("seed", range(40))
def test_independent_worst_cases_are_sound(seed):
    case = Case(seed)
    rivals, exact = case.rivals(), case.rivals()
    search = ClassSearch(case.part, rivals, Clock())
    assert search.run(case.problem.max_budget, exact=False)
    case.check(rivals.ledger, exact=False)
    ClassSearch(case.part, exact, Clock()).run(case.problem.max_budget)
    assert (rivals.ledger.robust <= exact.ledger.robust).all()
    assert (search.relaxed == rivals.ledger.robust).all()


@pytest.mark.parametrize("seed", range(30))
def test_attack_breaks_only_what_breaks(seed):
    case = Case(seed)
    rivals = case.rivals()
    if len(case.rows):
        attack_each(case.part, rivals, Clock(), 1 + seed % 2)
        attack_count(Retrainer(case.part), rivals, case.problem.max_budget, Clock())
    case.check(rivals.ledger, exact=False, counts="interval")


def test_attack_finds_most_that_can_be_broken():
    found = possible = 0
    for seed in range(30):
        case = Case(seed)
        rivals = case.rivals()
        if len(case.rows) == 0:
            continue
        attack_each(case.part, rivals, Clock())
        for row, t in enumerate(case.rows):
            worst = np.array([case.truth.worst(r)[t] for r in range(case.problem.max_budget + 1)])
            reached = np.flatnonzero(worst < -case.truth.tolerance)
            possible += len(reached) > 0
            found += bool(len(reached)) and rivals.ledger.broken[row] <= reached[0]
    assert found >= 0.9 * possible > 10


@pytest.mark.parametrize("exactness", ["exact", "relaxed"])
@pytest.mark.parametrize("engine", ["auto", "enumeration", "branch_and_bound"])
@pytest.mark.parametrize("seed", range(20))
def test_cascade(seed, engine, exactness, monkeypatch):
    if seed % 2:
        monkeypatch.setattr(cascade, "SMALL_SECONDS", 0.0)  # past the small enumeration
    case = Case(seed, 5)
    plan = Plan(collective=True, engine=engine, exactness=exactness)
    result = run_multiclass(case.part, case.predicted, plan, Clock())
    all_tried = engine == "enumeration" or exactness == "exact"
    case.check(result.ledger, exact=all_tried, counts="interval")
    if result.relaxed_radius is not None:
        assert (result.relaxed_radius <= result.ledger.robust).all()


@pytest.mark.parametrize("seed", range(6))
def test_the_papers_program(seed):
    case = Case(seed, 4)
    part = case.part
    small = MulticlassProblem(
        part.gram, part.cross[:1], part.C, part.space, min(part.max_budget, 2)
    )
    plan = Plan(engine="paper_milp")
    result = run_multiclass(small, case.predicted[:1], plan, Clock(20.0))
    check_ledger(result.ledger, small, case.truth, case.rows[:1], exact=False)


@pytest.mark.parametrize("seed", range(30))
def test_saturated_and_collective(seed):
    problem = random_problem(seed, 5)
    reach = float(np.abs(problem.gram.matrix).sum(axis=1).max())
    problem = MulticlassProblem(
        problem.gram, problem.cross, 0.9 / max(reach, 1e-9), problem.space, problem.max_budget
    )
    truth = truth_of(problem)
    rows = truth.clear()
    predicted = truth.predicted[rows]
    plan = Plan(collective=True)
    result = run_multiclass(problem.of_test_points(rows), predicted, plan, Clock())
    check_ledger(result.ledger, problem, truth, rows, counts="exact")
    if len(rows):
        assert set(result.ledger.proven_by) <= {"saturation", "training"}
        assert (result.relaxed_radius <= result.ledger.robust).all()


@pytest.mark.parametrize("seed", [*range(40), 1349])
def test_saturated_up_to_a_budget_only(seed, monkeypatch):
    monkeypatch.setattr(cascade, "SMALL_SECONDS", 0.0)
    problem = random_problem(seed, 9 if seed > 1000 else 5)
    reach = max(float(np.abs(problem.gram.matrix).sum(axis=1).max()), 1e-9)
    # A C at which the clean labels are saturated, mostly, but not every relabeling.
    C = problem.C if seed > 1000 else (1.0 + seed % 4) / reach
    problem = MulticlassProblem(problem.gram, problem.cross, C, problem.space, problem.max_budget)
    truth = truth_of(problem)
    rows = truth.clear()
    part = problem.of_test_points(rows)
    result = run_multiclass(part, truth.predicted[rows], Plan(collective=True), Clock())
    check_ledger(result.ledger, problem, truth, rows, counts="interval")


@pytest.mark.parametrize("seed", range(40))
def test_ridge(seed):
    problem = random_problem(seed)
    truth = truth_of(problem, ridge_values(problem, 0.3))
    rows = truth.clear()
    model = ridge.linear_model(problem.gram, problem.cross[rows], 0.3, problem.max_budget)
    clean = clean_linear(LinearLogits(model, problem.space))
    assert (clean.predicted == truth.predicted[rows]).all()
    plan = Plan(collective=True, jobs=1 + seed % 2)
    result = run_multiclass_ridge(
        model, problem.space, clean.predicted, problem.max_budget, plan, Clock()
    )
    check_ledger(result.ledger, problem, truth, rows, counts="exact")
    if len(rows):
        assert (result.relaxed_radius <= result.ledger.robust).all()


def test_exact_ties_count_as_broken():
    # Two equal test points between two mirrored classes: one relabel makes the lead exactly 0.
    points = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]])
    cross = np.array([[1.0, 0.5]]) @ points.T
    space = RelabelSpace.unrestricted(np.array([0, 1, 2]), 3)
    problem = MulticlassProblem(check_gram(points @ points.T), cross, 1e-3, space, 1)
    tied = MulticlassProblem(problem.gram, np.array([[1.0, 1.0]]) @ points.T, 1e-3, space, 1)
    assert clean_classes(tied).tied.tolist() == [True]
    assert clean_classes(problem).tied.tolist() == [False]
    # After relabeling point 0 as 2, classes 0 and 1 hold mirrored points no more; a tie by hand:
    model = ridge.linear_model(problem.gram, cross, 1.0, 1)
    weights = model.weights[0]
    ledger = Ledger(1, Ladder.every(1))
    rivals = Rivals(ledger, np.array([0]), 3)
    # Weights 1, 0.5 and 0.5: moving point 0 away from class 0 leaves p_0 − p_1 = −2·0.5.
    linear.decide(model._replace(weights=np.array([[1.0, 0.5, 0.5]])), space, rivals)
    assert ledger.robust[0] == 0
    assert ledger.broken[0] == 1
    assert weights.shape == (3,)


@pytest.mark.parametrize("seed", range(6))
def test_limits_keep_what_is_proven(seed):
    rng = np.random.default_rng(seed)
    points, tests = rng.standard_normal((24, 4)), rng.standard_normal((6, 4))
    space = RelabelSpace.unrestricted(rng.integers(0, 3, 24), 3)
    problem = MulticlassProblem(check_gram(points @ points.T), tests @ points.T, 1.0, space, 6)
    clean = clean_classes(problem)
    rows = np.flatnonzero(~clean.tied)
    part, predicted = problem.of_test_points(rows), clean.predicted[rows]
    plan = Plan(collective=True)
    short = run_multiclass(part, predicted, plan, Clock(0.02)).ledger
    longer = run_multiclass(part, predicted, plan, Clock(8.0)).ledger
    assert (short.robust <= longer.broken - 1).all()
    assert (longer.robust <= short.broken - 1).all()
    assert (short.broken_lower <= longer.broken_upper).all()
    assert (longer.broken_lower <= short.broken_upper).all()
    for row in range(len(rows)):
        if longer.witness[row] is not None:
            assert space.contains(longer.witness[row], int(longer.broken[row]))


@pytest.mark.parametrize("seed", range(30))
def test_two_classes_equal_the_binary_path(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 9))
    points, tests = rng.standard_normal((n, 3)), rng.standard_normal((5, 3))
    if seed % 3 == 0:
        points, tests = np.round(points), np.round(tests)
    labels = rng.integers(0, 2, n)
    gram, C = check_gram(points @ points.T), float(10.0 ** rng.uniform(-2, 1))
    space = RelabelSpace.unrestricted(labels, 2)
    cross = tests @ points.T
    flips = FlipSpace.unrestricted(n)
    binary = Problem(gram, cross, np.where(labels == 1, 1.0, -1.0), C, flips, n)
    sign = clean_fit(binary).sign
    rows = np.flatnonzero(sign != 0)
    clean = clean_classes(MulticlassProblem(gram, cross, C, space, n))
    assert clean.tied.tolist() == (sign == 0).tolist()
    assert clean.predicted[rows].tolist() == (sign[rows] > 0).astype(int).tolist()
    part = Problem(gram, cross[rows], binary.y, C, flips, n)
    known = run_svm(part, sign[rows], Plan(collective=True, engine="enumeration"), Clock())
    for engine in ("enumeration", "auto"):
        many = run_multiclass(
            MulticlassProblem(gram, cross[rows], C, space, n), clean.predicted[rows],
            Plan(collective=True, engine=engine), Clock(),
        ).ledger  # fmt: skip
        assert many.robust.tolist() == known.robust.tolist()
        assert many.broken_upper.tolist() == known.broken_upper.tolist()
        assert many.broken_lower.tolist() == known.broken_lower.tolist()
