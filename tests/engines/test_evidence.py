"""Every verdict in the ledger says what it rests on, whichever engine reached it."""

import numpy as np
import pytest

from labelcert.engines import cascade
from labelcert.engines.cascade import Plan
from labelcert.engines.flips import FlipSpace
from labelcert.engines.knowledge.evidence import Exhausted, Retrained, Searched, Sorted
from labelcert.engines.machines.clean import clean_fit
from labelcert.engines.machines.machine import Problem
from labelcert.engines.machines.machines import MulticlassProblem
from labelcert.engines.multiclass.cascade import run_multiclass
from labelcert.engines.multiclass.clean import clean_classes
from labelcert.engines.multiclass.relabels import RelabelSpace
from labelcert.engines.work.clock import Clock
from labelcert.learners.gram import check_gram


def kernel(n, m, seed=0):
    rng = np.random.default_rng(seed)
    points, tests = rng.standard_normal((n, 3)), rng.standard_normal((m, 3))
    # Two classes far enough apart that some predictions survive a flip.
    points[:, 0] += np.where(np.arange(n) % 2 == 0, 3.0, -3.0)
    tests[:, 0] += np.where(np.arange(m) % 2 == 0, 3.0, -3.0)
    return check_gram(points @ points.T + np.eye(n)), tests @ points.T


def complete(ledger):
    """Each verdict beyond the clean fit has evidence, and each witness too."""
    for t in range(ledger.m):
        assert (ledger.proof[t] is not None) == (ledger.robust[t] >= 0)
        assert (ledger.refutation[t] is not None) == (ledger.witness[t] is not None)
        assert bool(ledger.proven_by[t]) == (ledger.proof[t] is not None)


@pytest.mark.parametrize(
    ("engine", "C", "kind"),
    [("enumeration", 1.0, Exhausted), ("branch_and_bound", 1.0, Searched), ("auto", 1e-3, Sorted)],
)
def test_two_classes(engine, C, kind):
    gram, cross = kernel(8, 6)
    y = np.where(np.arange(8) % 2 == 0, 1.0, -1.0)
    problem = Problem(gram, cross, y, C, FlipSpace.unrestricted(8), 3)
    fit = clean_fit(problem)
    ledger = cascade.run_svm(problem, fit.sign, Plan(engine=engine), Clock())
    complete(ledger)
    beyond = [ledger.proof[t] for t in np.flatnonzero(ledger.robust > 0)]
    assert beyond
    assert all(isinstance(found, kind) for found in beyond)
    witnesses = [found for found in ledger.refutation if found is not None]
    assert all(isinstance(found, (Retrained, Sorted)) for found in witnesses)


def test_a_proof_by_exhaustion_carries_its_account():
    gram, cross = kernel(6, 4)
    y = np.where(np.arange(6) % 2 == 0, 1.0, -1.0)
    problem = Problem(gram, cross, y, 1.0, FlipSpace.unrestricted(6), 2)
    ledger = cascade.run_svm(problem, clean_fit(problem).sign, Plan(engine="enumeration"), Clock())
    for t in np.flatnonzero(ledger.robust > 0):
        found = ledger.proof[t]
        assert found.levels == tuple(range(int(ledger.robust[t]) + 1))
        assert found.due == found.noted == (1, 6, 15)[: len(found.levels)]


@pytest.mark.parametrize("engine", ["auto", "enumeration", "branch_and_bound"])
@pytest.mark.parametrize("C", [1e-3, 1.0])
def test_many_classes(engine, C):
    gram, cross = kernel(9, 5, seed=1)
    space = RelabelSpace.unrestricted(np.arange(9) % 3, 3)
    problem = MulticlassProblem(gram, cross, C, space, 2)
    predicted = clean_classes(problem).predicted
    complete(run_multiclass(problem, predicted, Plan(engine=engine), Clock()).ledger)
