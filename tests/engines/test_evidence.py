"""Every verdict in the ledger says what it rests on, whichever engine reached it."""

import numpy as np
import pytest

from labelcert.engines import planner
from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.knowledge.evidence import Exhausted, Joined, Retrained, Searched, Sorted
from labelcert.engines.machines.clean import clean_fit
from labelcert.engines.machines.machines import Machines
from labelcert.engines.task import Task, Wishes
from labelcert.engines.work.clock import Clock
from labelcert.learners.gram import check_gram


def decided(n, m, classes, C, budget, engine):
    """The ledger of a problem with classes far enough apart that some predictions survive."""
    rng = np.random.default_rng(1)
    points, tests = rng.standard_normal((n, 3)), rng.standard_normal((m, 3))
    centres = 4 * np.eye(3)[:classes]
    points, tests = (
        points + centres[np.arange(n) % classes],
        tests + centres[np.arange(m) % classes],
    )
    gram = check_gram(points @ points.T + np.eye(n))
    space = RelabelSpace.unrestricted(np.arange(n) % classes, classes)
    machines = Machines(gram, tests @ points.T, C, space, budget)
    clean = clean_fit(machines)
    look = Clock() if engine == "auto" else None
    task = Task.of_machines(machines, clean.predicted, Wishes(engine=engine), look)
    planner.decide(task, Clock())
    return task.ledger


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize(
    ("engine", "C", "kinds"),
    [
        ("enumeration", 1.0, (Exhausted,)),
        ("branch_and_bound", 1.0, (Searched,)),
        ("auto", 1e-3, (Sorted,)),
        ("auto", 1.0, (Exhausted, Joined)),
    ],
)
def test_each_engine_leaves_evidence_of_its_kind(classes, engine, C, kinds):
    ledger = decided(9, 6, classes, C, 3, engine)
    beyond = [ledger.proof[t] for t in np.flatnonzero(ledger.robust > 0)]
    assert beyond
    assert all(isinstance(found, kinds) for found in beyond)
    for t in range(ledger.m):
        assert (ledger.refutation[t] is not None) == (ledger.witness[t] is not None)
        assert bool(ledger.proven_by[t])
        for b in ledger.rivals(t):
            if ledger.proven[t, b] > 0:
                assert isinstance(ledger.proofs[t, b], kinds)
    witnesses = [found for found in ledger.refutation if found is not None]
    assert all(isinstance(found, (Retrained, Sorted)) for found in witnesses)


def test_a_proof_by_exhaustion_carries_its_account():
    ledger = decided(6, 4, 2, 1.0, 2, "enumeration")
    assert (ledger.robust > 0).any()
    for t in np.flatnonzero(ledger.robust > 0):
        found = ledger.proof[t]
        assert found.levels == tuple(range(int(ledger.robust[t]) + 1))
        assert found.due == found.noted == (1, 6, 15)[: len(found.levels)]
