"""The paper's multi-class program against every relabeling of small problems."""

from itertools import product

import numpy as np
import pytest
from labelcert.engines.multiclass.clean import clean_classes
from labelcert.engines.multiclass.relabels import RelabelSpace
from labelcert.engines.multiclass.rivals import Rivals

from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.ladder import Ladder
from labelcert.engines.machines.machines import MulticlassProblem
from labelcert.engines.paper_milp.multiclass import decide_all_classes, decide_multiclass
from labelcert.engines.solvers import milp_solver
from labelcert.engines.work.clock import Clock
from labelcert.learners.gram import check_gram
from oracles.brute_force import solve_dual
from oracles.relabelings import check_ledger, truth_of

K = 3


def logits(gram, row, labels, C):
    return np.array([row @ solve_dual(gram, np.where(labels == k, 1.0, -1.0), C) for k in range(K)])


def random_problem(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 5)) if seed % 2 == 0 else 5
    points, test = rng.standard_normal((n, 3)), rng.standard_normal((1, 3))
    if seed % 4 == 3:
        points, test = np.round(points), np.round(test)
    labels = rng.integers(0, K, n)
    if seed % 2 == 0:
        # One tight cluster around the test point: its prediction survives a relabel or two.
        points, labels = test + 0.3 * points, np.minimum(labels, 1) * (np.arange(n) == 0)
    return points @ points.T, test @ points.T, labels, float(10.0 ** rng.integers(-2, 2))


def worst_differences(gram, cross, labels, C, clean):
    """For each number of relabels, the smallest lead of the clean class over its best rival."""
    worst = np.full(len(labels) + 1, np.inf)
    for relabeled in product(range(K), repeat=len(labels)):
        p = logits(gram, cross[0], np.array(relabeled), C)
        changed = int((labels != relabeled).sum())
        worst[changed] = min(worst[changed], p[clean] - np.delete(p, clean).max())
    return np.minimum.accumulate(worst)


def decide(gram, cross, labels, C, budget, clock=None, classes=K):
    """The program's decision of the only test point, with its clean class."""
    space = RelabelSpace.unrestricted(np.asarray(labels), classes)
    problem = MulticlassProblem(check_gram(gram), cross, C, space, budget)
    clean = int(clean_classes(problem).predicted[0])
    solver = milp_solver("highs")
    return clean, decide_multiclass(problem, 0, clean, budget, clock or Clock(), solver)


@pytest.mark.parametrize("seed", range(12))
def test_against_every_relabeling(seed):
    gram, cross, labels, C = random_problem(seed)
    n = len(labels)
    clean_logits = logits(gram, cross[0], labels, C)
    clean = int(clean_logits.argmax())
    worst = worst_differences(gram, cross, labels, C, clean)
    tolerance = 1e-5 * C * max(np.abs(cross).sum(), 1e-12)
    for r in {0, 1, 2, n}:
        if abs(worst[0]) <= tolerance or abs(worst[r]) <= tolerance:
            continue
        predicted, found = decide(gram, cross, labels, C, r)
        assert predicted == clean
        assert found.verdict == ("robust" if worst[r] > 0 else "broken")
        if found.changes is None:
            assert found.bound <= worst[r]
        else:
            assert len(found.changes) <= r
            changed = RelabelSpace.unrestricted(labels, K).apply(found.changes)
            p = logits(gram, cross[0], changed, C)
            assert p[clean] - np.delete(p, clean).max() <= tolerance


def test_robust_and_broken_both_occur():
    verdicts = {decide(*random_problem(seed), 1)[1].verdict for seed in range(4)}
    assert verdicts >= {"robust", "broken"}


def test_a_tie_after_relabeling_is_broken():
    # C = 0.5 keeps every α at C on orthogonal points: p_k = 0.5 Σ ±q_i, exact in floating point.
    gram, labels = np.eye(4), np.array([0, 0, 0, 1])
    cross = np.array([[1.0, 1.0, 1.0, 1.0]])
    robust = decide(gram, cross, labels, 0.5, 0, classes=2)[1]
    tied = decide(gram, cross, labels, 0.5, 1, classes=2)[1]
    assert (robust.verdict, tied.verdict) == ("robust", "broken")


def test_no_time_is_undecided():
    assert decide(*random_problem(0), 1, Clock(0.0))[1].verdict == "undecided"


def test_the_attackers_limits_are_kept():
    for seed in range(6):
        gram, cross, labels, C = random_problem(seed)
        allowed = np.ones((len(labels), K), dtype=bool)
        allowed[:2] = False
        allowed[np.arange(len(labels)), labels] = True
        cost = np.arange(1, len(labels) + 1)
        space = RelabelSpace(labels, allowed, cost, np.zeros_like(labels), np.array([4]))
        problem = MulticlassProblem(check_gram(gram), cross, C, space, 5)
        truth = truth_of(problem)
        rows = truth.clear()
        if len(rows) == 0:
            continue
        ledger = Ledger(1, Ladder.every(5))
        rivals = Rivals(ledger, truth.predicted, K)
        decide_all_classes(problem, rivals, Clock())
        check_ledger(ledger, problem, truth, rows, exact=False)
