"""Branch and bound for many classes against brute force; perturbed solvers change no verdict."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labelcert.engines.multiclass.clean import clean_classes
from labelcert.engines.multiclass.enumeration import enumerate_relabelings
from labelcert.engines.multiclass.relabels import RelabelSpace
from labelcert.engines.multiclass.rivals import Rivals

from labelcert.engines.bounds import conic
from labelcert.engines.bounds.hulls import ClassHulls
from labelcert.engines.branching import leaf as pair_leaf
from labelcert.engines.branching import search as pair_search
from labelcert.engines.branching.search import PairSearch
from labelcert.engines.by_branching import search_pairs
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.ladder import Ladder
from labelcert.engines.machines.machines import MulticlassProblem
from labelcert.engines.work.clock import Clock
from labelcert.learners.gram import check_gram
from oracles.pair_truth import pair_truth
from oracles.relabelings import random_problem


def check_pairs(problem, truth, complete=True):
    """Decide every pair at every budget; returns how often each verdict was given."""
    search = PairSearch(problem, ClassHulls(problem))
    verdicts = {"proven": 0, "broken": 0, "open": 0}
    for t, a, b in truth.clear_pairs():
        lead = truth.lead(t, a, b)
        for budget in range(problem.max_budget + 1):
            found = search.decide(t, a, b, budget, Clock(20.0))
            verdicts[found.status] += 1
            worst = truth.worst(t, a, b, budget)
            assert found.status != "proven" or worst > -truth.tolerance, "a wrong proof"
            assert found.bound <= max(worst, 0.0) + truth.tolerance
            if found.status == "broken":
                assert problem.space.contains(found.changes, budget)
                row = (truth.labels == problem.space.apply(found.changes)).all(axis=1)
                assert lead[row].item() < truth.tolerance, "a wrong witness"
    assert not complete or verdicts["open"] == 0
    return verdicts


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("leaf", [1, 3, 4000])
def test_every_pair_against_brute_force(seed, leaf, monkeypatch):
    monkeypatch.setattr(pair_leaf, "LEAF", leaf)
    problem = random_problem(seed, 5)
    check_pairs(problem, pair_truth(problem))


@settings(max_examples=10)
@given(st.integers(0, 2**31), st.sampled_from([1, 6]))
def test_any_problem_against_brute_force(seed, leaf):
    problem = random_problem(seed, 5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pair_leaf, "LEAF", leaf)
        check_pairs(problem, pair_truth(problem))


def test_both_verdicts_occur():
    total = {"proven": 0, "broken": 0, "open": 0}
    for seed in range(12):
        problem = random_problem(seed, 5)
        for status, count in check_pairs(problem, pair_truth(problem)).items():
            total[status] += count
    assert total["proven"] > 50
    assert total["broken"] > 50


def shaken(noise, rng):
    """The solver, with its answer disturbed."""
    honest = conic.minimise

    def minimise(program, iterate, work, corner, share, steps, tolerance):
        number = honest(program, iterate, work, corner, share, steps, tolerance)
        for values in (iterate.mu, iterate.beta, iterate.price, iterate.corner):
            shake = rng.standard_normal(values.shape)
            values[...] = {
                "small": values * (1 + 1e-3 * shake),
                "large": values + 10.0 * shake,
                "zero": 0.0,
                "nonsense": np.where(shake > 1, np.nan, 1e6 * shake),
            }[noise]
        return number

    return minimise


@pytest.mark.parametrize("noise", ["small", "large", "zero", "nonsense"])
def test_perturbed_solver_answers_change_no_verdict(noise, monkeypatch):
    monkeypatch.setattr(conic, "minimise", shaken(noise, np.random.default_rng(3)))
    monkeypatch.setattr(pair_leaf, "LEAF", 3)
    monkeypatch.setattr(pair_search, "NARROWINGS", 1)
    for seed in range(8):
        problem = random_problem(seed, 4)
        check_pairs(problem, pair_truth(problem))


def test_a_clean_tie_is_settled_in_exact_arithmetic():
    gram = np.eye(4)
    problem = MulticlassProblem(
        check_gram(gram), np.array([[1.0, 1.0, 1.0, 0.0]]), 1.0,
        RelabelSpace.unrestricted(np.array([0, 0, 1, 1]), 3), 2,
    )  # fmt: skip
    search = PairSearch(problem, ClassHulls(problem))
    # p_0 − p_1 = 2(+1) − 2: one member of class 0 less, and both are level.
    assert search.decide(0, 0, 1, 0, Clock()).status == "proven"
    found = search.decide(0, 0, 1, 1, Clock())
    assert found.status == "broken"
    assert len(found.changes) == 1


def make(seed, n, m, classes=3, C=None, budget=3):
    """A problem of separated classes, its predictions, and nothing known of them."""
    rng = np.random.default_rng(seed)
    centres = 2.0 * rng.standard_normal((classes, 4))
    labels = np.arange(n) % classes
    points = centres[labels] + rng.standard_normal((n, 4))
    tests = centres[np.arange(m) % classes] + rng.standard_normal((m, 4))
    scale = 1.0 / np.abs(points @ points.T).max()
    space = RelabelSpace.unrestricted(labels, classes)
    problem = MulticlassProblem(
        check_gram(scale * (points @ points.T + 1)), scale * (tests @ points.T + 1),
        C or float(10.0 ** rng.uniform(-1, 1)), space, budget,
    )  # fmt: skip
    predicted = clean_classes(problem).predicted
    return problem, lambda: Rivals(Ledger(m, Ladder.every(budget)), predicted, classes)


@pytest.mark.parametrize("seed", range(4))
def test_radii_equal_those_of_the_enumeration(seed, monkeypatch):
    monkeypatch.setattr(pair_leaf, "LEAF", 20)
    problem, rivals = make(seed, n=9, m=4)
    found, truth = rivals(), rivals()
    search_pairs(problem, found, Clock())
    enumerate_relabelings(problem, truth, problem.max_budget, Clock())
    assert found.ledger.robust.tolist() == truth.ledger.robust.tolist()
    assert found.ledger.broken.tolist() == truth.ledger.broken.tolist()


def test_processes_give_the_same_answer():
    problem, rivals = make(1, n=9, m=5, budget=4)
    one, two = rivals(), rivals()
    search_pairs(problem, one, Clock(), jobs=1)
    search_pairs(problem, two, Clock(), jobs=2)
    assert one.ledger.robust.tolist() == two.ledger.robust.tolist()
    assert one.proven.tolist() == two.proven.tolist()
    assert [None if w is None else w.tolist() for w in one.ledger.witness] == [
        None if w is None else w.tolist() for w in two.ledger.witness
    ]


def test_witnesses_break_what_they_are_said_to_break():
    problem, rivals = make(2, n=12, m=8, C=3.0, budget=4)
    found = rivals()
    search_pairs(problem, found, Clock())
    search = PairSearch(problem, ClassHulls(problem))
    assert (found.ledger.broken <= 4).any()
    for t in np.flatnonzero(found.ledger.broken <= 4):
        changes = found.ledger.witness[t]
        assert problem.space.contains(changes, int(found.ledger.broken[t]))
        labels = problem.space.apply(changes)
        a = int(found.predicted[t])
        signs = [search._exact.sign(labels, int(t), a, b) for b in range(3) if b != a]
        assert min(signs) <= 0


def test_time_limits_leave_honest_intervals():
    problem, rivals = make(4, n=20, m=3, C=1.0, budget=5)
    full = rivals()
    search_pairs(problem, full, Clock(60.0))
    for seconds in (0.0, 0.05, 0.5):
        whole, point = rivals(), rivals()
        search_pairs(problem, whole, Clock(seconds))
        search_pairs(problem, point, Clock(3.0), seconds_a_point=seconds)
        for part in (whole, point):
            assert (part.ledger.robust < full.ledger.broken).all()
            assert (part.ledger.broken > full.ledger.robust).all()


def test_beyond_the_enumeration():
    """30 points and 6 changes are 10¹⁰ relabelings; each interval still closes."""
    problem, rivals = make(8, n=30, m=3, C=0.5, budget=6)
    found = rivals()
    search_pairs(problem, found, Clock(100.0))
    assert not found.ledger.open.any()
    assert found.ledger.robust.max() >= 4
