"""With many classes, too, lost notes lose proofs and make none: enumeration and joins."""

import numpy as np
import pytest

from labelcert.engines import by_classes as class_search
from labelcert.engines.by_classes import ClassSearch
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.machines.machines import MulticlassProblem
from labelcert.engines.multiclass import enumeration
from labelcert.engines.multiclass.clean import clean_classes
from labelcert.engines.multiclass.relabels import RelabelSpace
from labelcert.engines.multiclass.rivals import Rivals
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
    whole = MulticlassProblem(
        check_gram(points @ points.T + np.eye(n)), tests @ points.T, 1.0, space, BUDGET
    )
    clean = clean_classes(whole)
    rows = np.flatnonzero(~clean.tied & ~clean.doubtful)
    return whole.of_test_points(rows), clean.predicted[rows]


def enumerated(part, predicted):
    rivals = Rivals(Ledger(part.m, part.ladder), predicted, part.classes)
    enumeration.enumerate_relabelings(part, rivals, BUDGET, Clock())
    return rivals.ledger


def joined(part, predicted):
    rivals = Rivals(Ledger(part.m, part.ladder), predicted, part.classes)
    search = ClassSearch(part, rivals, Clock())
    search.run(BUDGET)
    return rivals.ledger, search.relaxed


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("what", ["robust", "seen"])
def test_notes_lost_between_the_walk_and_the_ledger(seed, what, monkeypatch):
    part, predicted = problem(seed)
    whole, kept = enumerated(part, predicted), enumeration.settle
    rng, lost = np.random.default_rng(seed), []

    def forgetful(space, exact, rivals, records, *rest):
        for record in records:
            row = int(rng.integers(1, len(record.levels)))
            if what == "seen" and record.seen[row]:
                record.seen[row] -= 1
                lost.append((row, None))
            if what == "robust" and record.robust[row].any():
                t = int(rng.choice(np.flatnonzero(record.robust[row])))
                record.robust[row, t] -= 1
                lost.append((row, t))
        kept(space, exact, rivals, records, *rest)

    monkeypatch.setattr(enumeration, "settle", forgetful)
    worse = enumerated(part, predicted)
    assert lost
    assert (worse.robust <= whole.robust).all()
    assert (worse.broken_upper >= whole.broken_upper).all()
    for row, t in lost:
        if t is not None:
            assert worse.robust[t] < row


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_flip_sets_of_a_class_that_no_list_was_offered(seed, monkeypatch):
    part, predicted = problem(seed)
    (whole, relaxed), kept = joined(part, predicted), class_search.class_lists
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

    monkeypatch.setattr(class_search, "class_lists", forgetful)
    worse, worse_relaxed = joined(part, predicted)
    assert lost
    assert (worse.robust <= whole.robust).all()
    assert (worse_relaxed <= relaxed).all()


def test_lists_that_missed_a_flip_set_prove_nothing_from_its_cost_on(monkeypatch):
    part, predicted = problem(0)
    kept = class_search.class_lists

    def forgetful(*args):
        found = kept(*args)
        for offered in found.offered:
            offered[:, found.cells.cost == 1] -= 1
        return found

    monkeypatch.setattr(class_search, "class_lists", forgetful)
    worse, relaxed = joined(part, predicted)
    assert (worse.robust == 0).all()
    assert (relaxed == 0).all()
