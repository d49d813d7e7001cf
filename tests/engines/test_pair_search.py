"""The search of one lead against brute force, with one machine and two; perturbed solvers too."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.bounds import conic
from labelcert.engines.bounds.hulls import Hulls
from labelcert.engines.branching import leaves, region_tree
from labelcert.engines.branching.search import LeadSearch
from labelcert.engines.machines.machines import Machines
from labelcert.engines.work.clock import Clock
from labelcert.learners.gram import check_gram
from oracles.nasty_machines import nasty_machines
from oracles.pair_truth import pair_truth
from oracles.relabelings import random_problem


def check_pairs(machines, truth, complete=True, rounds=4):
    """Decide every pair at every budget; returns how often each verdict was given."""
    search = LeadSearch(machines, Hulls(machines, rounds))
    verdicts = {"proven": 0, "broken": 0, "open": 0}
    for t, a, b in truth.clear_pairs():
        lead = truth.lead(t, a, b)
        for budget in range(machines.max_budget + 1):
            found = search.decide(t, a, b, budget, Clock(20.0))
            verdicts[found.status] += 1
            worst = truth.worst(t, a, b, budget)
            assert found.status != "proven" or worst > -truth.tolerance, "a wrong proof"
            assert found.searched.bound <= max(worst, 0.0) + truth.tolerance
            if found.status == "broken":
                assert machines.space.contains(found.changes, budget)
                row = (truth.labels == machines.space.apply(found.changes)).all(axis=1)
                assert lead[row].item() < truth.tolerance, "a wrong witness"
    assert not complete or verdicts["open"] == 0
    return verdicts


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("leaf", [1, 3, 4000])
def test_every_pair_against_brute_force(seed, leaf, monkeypatch):
    monkeypatch.setattr(leaves, "LEAF", leaf)
    problem = random_problem(seed, 5)
    check_pairs(problem, pair_truth(problem))


@settings(max_examples=10)
@given(st.integers(0, 2**31), st.sampled_from([1, 6]))
def test_any_problem_against_brute_force(seed, leaf):
    problem = random_problem(seed, 5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(leaves, "LEAF", leaf)
        check_pairs(problem, pair_truth(problem))


@pytest.mark.parametrize("seed", range(35))
@pytest.mark.parametrize("leaf", [1, 4000])
def test_one_machine_on_nasty_kernels_against_brute_force(seed, leaf, monkeypatch):
    monkeypatch.setattr(leaves, "LEAF", leaf)
    problem = nasty_machines(seed, largest=5)
    check_pairs(problem, pair_truth(problem), rounds=seed % 3)


@settings(max_examples=25)
@given(st.integers(0, 2**31), st.sampled_from([1, 4]), st.sampled_from([2, 2, 3]))
def test_any_nasty_kernel_against_brute_force(seed, leaf, classes):
    problem = nasty_machines(seed, classes, largest=5 if classes == 2 else 4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(leaves, "LEAF", leaf)
        check_pairs(problem, pair_truth(problem), rounds=1)


def test_both_verdicts_occur():
    for make in (lambda seed: random_problem(seed, 5), nasty_machines):
        total = {"proven": 0, "broken": 0, "open": 0}
        for seed in range(14):
            problem = make(seed)
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
                "infinite": np.where(shake > 1, np.inf, -1e308),
            }[noise]
        return number

    return minimise


@pytest.mark.parametrize("noise", ["small", "large", "zero", "nonsense", "infinite"])
def test_perturbed_solver_answers_change_no_verdict(noise, monkeypatch):
    monkeypatch.setattr(conic, "minimise", shaken(noise, np.random.default_rng(3)))
    monkeypatch.setattr(leaves, "LEAF", 3)
    monkeypatch.setattr(region_tree, "NARROWINGS", 1)
    for seed in range(8):
        for problem in (random_problem(seed, 4), nasty_machines(seed, largest=4)):
            check_pairs(problem, pair_truth(problem))


@pytest.mark.parametrize("noise", ["large", "nonsense"])
def test_perturbed_solver_answers_leave_worst_leads_honest(noise, monkeypatch):
    monkeypatch.setattr(conic, "minimise", shaken(noise, np.random.default_rng(4)))
    monkeypatch.setattr(leaves, "LEAF", 2)
    for seed in range(14):
        problem = nasty_machines(seed, largest=4)
        truth = pair_truth(problem)
        search = LeadSearch(problem, Hulls(problem, 1))
        for t, a, b in truth.clear_pairs():
            found = search.worst_lead(t, a, b, problem.max_budget, Clock(20.0))
            worst = truth.worst(t, a, b, problem.max_budget)
            assert found.low <= worst + truth.tolerance
            assert found.high >= worst - truth.tolerance


@pytest.mark.parametrize(("classes", "labels"), [(3, [0, 0, 1, 1]), (2, [0, 0, 1, 1])])
def test_a_clean_tie_is_settled_in_exact_arithmetic(classes, labels):
    # With three classes p_0 − p_1 = 2(+1) − 2: one member less, and both are level. With two the
    # three votes of the test point are 2 : 1, and 1 : 2 after one flip.
    problem = Machines(
        check_gram(np.eye(4)), np.array([[1.0, 1.0, 1.0, 0.0]]), 1.0,
        RelabelSpace.unrestricted(np.array(labels), classes), 2,
    )  # fmt: skip
    search = LeadSearch(problem, Hulls(problem))
    assert search.decide(0, 0, 1, 0, Clock()).status == "proven"
    found = search.decide(0, 0, 1, 1, Clock())
    assert found.status == "broken"
    assert len(found.changes) == 1


def test_a_tie_of_one_machine_needs_exact_arithmetic():
    # Two votes against two after one flip: the value is 0 but for rounding.
    cross = np.array([[0.1, 0.3, 0.3, 0.1]])
    labels = np.array([0, 0, 0, 1])
    problem = Machines(check_gram(np.eye(4)), cross, 1.0, RelabelSpace.unrestricted(labels, 2), 1)
    search = LeadSearch(problem, Hulls(problem))
    found = search.decide(0, 0, 1, 1, Clock())
    # 0.1 + 0.3 − 0.3 − 0.1 is exactly 0 for the numbers as given.
    assert found.status == "broken"
    assert len(found.changes) == 1
