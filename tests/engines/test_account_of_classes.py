"""Joins of classes, too, lose proofs by lost notes and make none."""

import numpy as np
import pytest

from labelcert.engines import by_classes
from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.by_classes import Classes
from labelcert.engines.machines.clean import clean_fit
from labelcert.engines.machines.machines import Machines
from labelcert.engines.task import Task, Wishes
from labelcert.engines.work.clock import Clock
from labelcert.learners.gram import check_gram

BUDGET = 2


def problem(seed, n=9, m=6):
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 3
    centres = 5 * np.eye(3)
    points = centres[labels] + rng.standard_normal((n, 3))
    tests = centres[np.arange(m) % 3] + rng.standard_normal((m, 3))
    space = RelabelSpace.unrestricted(labels, 3)
    gram = check_gram(points @ points.T + np.eye(n))
    whole = Machines(gram, tests @ points.T, 1.0, space, BUDGET)
    clean = clean_fit(whole)
    return whole.of_test_points(clean.decided), clean.predicted[clean.decided]


def joined(part, predicted):
    task = Task.of_machines(part, predicted, Wishes())
    Classes().run(task, BUDGET, Clock())
    return task.ledger, task.ledger.relaxed


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_flip_sets_of_a_class_that_no_list_was_offered(seed, monkeypatch):
    part, predicted = problem(seed)
    (whole, relaxed), kept = joined(part, predicted), by_classes.class_lists
    assert (whole.robust > 0).any(), "a problem with something to lose"
    rng, lost = np.random.default_rng(seed), []

    def forgetful(*args):
        found = kept(*args)
        for offered in found.offered:
            seen = np.argwhere(offered > 0)
            for t, cell in seen[rng.random(len(seen)) < 0.2]:
                offered[t, cell] -= 1
                lost.append((int(t), int(found.cells.cost[cell])))
        return found

    monkeypatch.setattr(by_classes, "class_lists", forgetful)
    worse, worse_relaxed = joined(part, predicted)
    assert lost
    assert (worse.robust <= whole.robust).all()
    assert (worse_relaxed <= relaxed).all()


def test_lists_that_missed_a_flip_set_prove_nothing_from_its_cost_on(monkeypatch):
    part, predicted = problem(0)
    kept = by_classes.class_lists

    def forgetful(*args):
        found = kept(*args)
        for offered in found.offered:
            offered[:, found.cells.cost == 1] -= 1
        return found

    monkeypatch.setattr(by_classes, "class_lists", forgetful)
    worse, relaxed = joined(part, predicted)
    assert (worse.robust == 0).all()
    assert (relaxed == 0).all()
