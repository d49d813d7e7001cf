"""The planner asks engines what they accept and how long they take, and knows none of them."""

import ast
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from conformance import Case, plain, saturated, with_C
from labelcert.engines import planner
from labelcert.engines.engine import ALL, Engine, Role
from labelcert.engines.knowledge.evidence import CleanFit
from labelcert.engines.machines.clean import clean_fit
from labelcert.engines.registry import ENTRIES, OPTIONS, engines, load, named
from labelcert.engines.task import Question, Task, Wishes
from labelcert.engines.work.clock import Clock
from oracles.relabelings import check_ledger, random_problem


@pytest.mark.parametrize("exactness", ["exact", "relaxed"])
@pytest.mark.parametrize("engine", ["auto", "enumeration", "branch_and_bound"])
@pytest.mark.parametrize("seed", range(20))
def test_decisions_are_right_and_complete(seed, engine, exactness, monkeypatch):
    if seed % 2:
        monkeypatch.setattr(planner, "SMALL_SECONDS", 0.0)  # past the small enumeration
    case = Case(random_problem(seed, 5))
    task = case.task(Wishes(collective=True, engine=engine, exactness=exactness))
    planner.decide(task, Clock())
    all_tried = engine == "enumeration" or task.exact
    case.check(task.ledger, exact=all_tried, counts="interval")
    assert (task.ledger.relaxed <= task.ledger.robust).all()


@pytest.mark.parametrize("seed", range(6))
def test_the_papers_program(seed):
    case = Case(random_problem(seed, 4))
    part = case.part.of_test_points(np.arange(min(1, case.part.m)))
    small = with_C(part, part.C)
    task = Task.of_machines(small, case.predicted[:1], Wishes(engine="paper_milp"))
    planner.decide(task, Clock(20.0))
    check_ledger(task.ledger, small, case.truth, case.rows[:1], exact=False)


@pytest.mark.parametrize("seed", range(30))
def test_saturated_and_collective(seed):
    case = Case(saturated(random_problem(seed, 5)))
    task = case.task()
    planner.decide(task, Clock())
    case.check(task.ledger, counts="exact")
    assert set(task.ledger.proven_by) <= {"saturation", "training"}


@pytest.mark.parametrize("seed", [*range(40), 1349])
def test_saturated_up_to_a_budget_only(seed, monkeypatch):
    monkeypatch.setattr(planner, "SMALL_SECONDS", 0.0)
    problem = random_problem(seed, 9 if seed > 1000 else 5)
    reach = max(float(np.abs(problem.gram.matrix).sum(axis=1).max()), 1e-9)
    # A C at which the clean labels are saturated, mostly, but not every relabeling.
    case = Case(with_C(problem, problem.C if seed > 1000 else (1.0 + seed % 4) / reach))
    task = case.task()
    planner.decide(task, Clock())
    case.check(task.ledger, counts="interval")


@pytest.mark.parametrize("seed", range(40))
def test_ridge(seed):
    case = Case(random_problem(seed), "ridge")
    task = case.task(Wishes(collective=True, jobs=1 + seed % 2))
    planner.decide(task, Clock())
    case.check(task.ledger, counts="exact")


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("seed", range(3))
def test_limits_keep_what_is_proven(seed, classes):
    rng = np.random.default_rng(seed)
    problem = plain(rng.integers(0, classes, 24), classes, 6, m=6, seed=seed)
    clean = clean_fit(problem)
    part, predicted = problem.of_test_points(clean.decided), clean.predicted[clean.decided]
    ledgers = []
    for limit in (0.02, 8.0):
        task = Task.of_machines(part, predicted, Wishes(collective=True), Clock())
        planner.decide(task, Clock(limit))
        ledgers.append(task.ledger)
    short, longer = ledgers
    assert (short.robust <= longer.broken - 1).all()
    assert (longer.robust <= short.broken - 1).all()
    assert (short.broken_lower <= longer.broken_upper).all()
    assert (longer.broken_lower <= short.broken_upper).all()
    for row in range(longer.m):
        if longer.witness[row] is not None:
            assert problem.space.contains(longer.witness[row], int(longer.broken[row]))


@dataclass
class Noting:
    """An engine that decides nothing, and notes what it is asked for."""

    name: str
    role: Role
    decides: frozenset[Question] = ALL
    retrains: bool = True
    pace: float = 0.0
    asked: list[int] = field(default_factory=list)

    def accepts(self, task):
        return True

    def seconds(self, task, budget):
        return self.pace * budget

    def run(self, task, budget, clock):
        self.asked.append(budget)
        return True


def decided(*among, budget=6, limit=None, **wishes):
    case = plain(np.arange(8) % 2, 2, budget)
    clean = clean_fit(case)
    task = Task.of_machines(case, clean.predicted, Wishes(**wishes))
    planner.decide(task, Clock(limit), among)
    return task


def test_what_is_small_is_done_at_once_and_nothing_else_is():
    whole = Noting("whole", Role.EXHAUST, pace=0.01)
    attack, search = Noting("attack", Role.ATTACK, pace=1.0), Noting("search", Role.SEARCH)
    decided(attack, whole, search)
    assert (whole.asked, attack.asked, search.asked) == ([6], [], [])


def test_small_budgets_come_first_where_they_are_next_to_nothing_beside_the_whole():
    """A whole that is interrupted has proven nothing; one flip of twenty labels takes no time."""
    whole, attack = Noting("whole", Role.EXHAUST), Noting("attack", Role.ATTACK, pace=1.0)
    whole.seconds = lambda task, budget: 1e-6 * 10.0**budget
    decided(attack, whole)
    assert (whole.asked, attack.asked) == ([3, 6], [])
    whole.asked.clear()
    whole.seconds = lambda task, budget: 0.1 * 2.0**budget  # an eighth of it is not nothing
    decided(attack, whole)
    assert whole.asked == [6]


def test_what_proves_everything_for_less_than_the_attack_goes_first():
    whole, attack = Noting("whole", Role.EXHAUST, pace=2.0), Noting("attack", Role.ATTACK, pace=9.0)
    decided(attack, whole)
    assert (whole.asked, attack.asked) == ([6], [])
    whole.asked.clear()
    decided(attack, whole, limit=13.0)  # too long for most of the time there is
    assert attack.asked == [6]


def test_what_takes_long_goes_as_far_as_it_may():
    whole, attack = Noting("whole", Role.EXHAUST, pace=1.0), Noting("attack", Role.ATTACK)
    decided(attack, whole, limit=5.0)
    # Within a second and a half, within half of the rest, within most of it.
    assert whole.asked == [1, 2, 3]
    assert attack.asked == [6]


def test_the_quicker_of_two_that_decide_the_radii_goes():
    slow, quick = (Noting(name, Role.EXHAUST, pace=p) for name, p in (("s", 9.0), ("q", 0.5)))
    decided(slow, quick, limit=1000.0)
    assert quick.asked[-1] == 6
    assert slow.asked == []


def test_a_long_exhaustion_waits_for_a_search_but_for_the_smallest_budgets():
    whole, search = Noting("whole", Role.EXHAUST, pace=10.0), Noting("search", Role.SEARCH)
    order = []
    whole.run = lambda task, budget, clock: order.append(("whole", budget)) or True
    search.run = lambda task, budget, clock: order.append(("search", budget)) or True
    decided(whole, search, limit=1000.0)
    assert order == [("whole", 3), ("search", 6), ("whole", 6), ("search", 6)]


def test_up_to_three_flips_come_before_a_long_attack_whatever_the_largest_budget_is():
    whole, attack = Noting("whole", Role.EXHAUST, pace=8.0), Noting("attack", Role.ATTACK, pace=9.0)
    order = []
    whole.run = lambda task, budget, clock: order.append(("whole", budget)) or True
    attack.run = lambda task, budget, clock: order.append(("attack", budget)) or True
    decided(whole, attack, limit=60.0)
    assert order[:2] == [("whole", 3), ("attack", 6)]


@pytest.mark.parametrize(("proves", "budgets"), [(True, [2]), (False, [2, 5])])
def test_going_through_some_of_it_takes_no_time_from_a_search_that_gets_further(proves, budgets):
    """At 14 s a budget and 100 s, all six budgets are out of reach, five are not."""
    whole, search = Noting("whole", Role.EXHAUST, pace=14.0), Noting("search", Role.SEARCH)
    proof = CleanFit()

    def run(task, budget, clock):
        if proves:
            task.ledger.prove_all(0, 1, "search", proof)
        return True

    search.run = run
    decided(whole, search, limit=100.0)
    assert whole.asked == budgets


def test_counts_are_bounded_only_where_they_are_asked_for():
    bound = Noting("bound", Role.BOUND, decides=frozenset({Question.COUNTS}))
    decided(bound)
    assert bound.asked == []
    decided(bound, collective=True)
    assert bound.asked == [6]


def test_a_reference_runs_only_by_name(monkeypatch):
    reference = Noting("reference", Role.REFERENCE)
    decided(reference)
    assert reference.asked == []
    monkeypatch.setattr(planner, "named", lambda option: reference)
    decided(reference, engine="reference")
    assert reference.asked == [6]


def test_the_planner_names_no_engine():
    """It reads as decisions about roles: it imports nothing of a single engine."""
    tree = ast.parse(Path(planner.__file__).read_text())
    imported = {
        node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module
    }
    assert not any(".by_" in module for module in imported)
    text = Path(planner.__file__).read_text()
    assert not any(f'"{engine.name}"' in text for engine in engines())


def test_the_registry_knows_every_engine_file():
    folder = Path(planner.__file__).parent
    assert sorted(entry.file for entry in ENTRIES) == sorted(p.stem for p in folder.glob("by_*.py"))
    for entry in ENTRIES:
        assert entry.summary
        assert isinstance(load(entry), Engine)


def test_names_that_users_may_ask_for():
    assert OPTIONS == ("auto", "enumeration", "branch_and_bound", "paper_milp")
    assert named("enumeration").name == "enumeration"
    assert len({engine.name for engine in engines()}) == len(ENTRIES)
