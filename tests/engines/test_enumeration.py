"""The enumeration visits each label vector once, under every restriction, and can be stopped."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import labelcert as lc
from conformance import EngineConformance, plain
from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.by_enumeration import Enumeration
from labelcert.engines.machines.clean import clean_fit
from labelcert.engines.task import Task, Wishes
from labelcert.engines.walk import tree
from labelcert.engines.walk.tree import RelabelTree, count_relabelings, tree_of
from labelcert.engines.work.clock import Clock
from oracles.brute_force import solve_dual
from oracles.relabelings import KINDS, every_labeling, random_space


class TestConformance(EngineConformance):
    engine = Enumeration()
    counts = "exact"


def labelings_of(pieces, relabelings):
    """All relabelings in some pieces of work, as tuples of (point, label), affordable or not."""
    moves, found = relabelings.moves, []
    targets = relabelings.space.alternatives.nonzero()[1]
    if relabelings.mirrored:
        targets = 1 - relabelings.space.labels[moves.point]

    def extend(made, first):
        found.append(tuple((int(moves.point[c]), int(targets[c])) for c in made))
        if len(made) < relabelings.size:
            for c in range(first, len(moves.point)):
                extend((*made, c), int(moves.following[c]))

    for prefix, first in pieces:
        extend(prefix, first)
    return found


@given(st.integers(0, 2**31), st.sampled_from(KINDS), st.integers(1, 40), st.integers(2, 4))
def test_tasks_cover_each_relabeling_once(seed, kind, largest, classes):
    rng = np.random.default_rng(seed)
    space = random_space(rng, int(rng.integers(1, 6)), classes, kind)
    budget = int(rng.integers(0, space.cost.sum() + 1))
    relabelings = RelabelTree(space, budget)
    before, tree.LARGEST_TASK = tree.LARGEST_TASK, largest
    try:
        pieces = relabelings.tasks()
    finally:
        tree.LARGEST_TASK = before
    found = labelings_of(pieces, relabelings)
    assert len(found) == len(set(found)) == relabelings.count
    everything = set()
    for labels in every_labeling(space, budget)[0]:
        changed = np.flatnonzero(labels != space.labels)
        everything.add(tuple((int(i), int(labels[i])) for i in changed))
    assert everything <= set(found)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_a_mirrored_tree_holds_one_of_each_two_opposite_label_vectors(n):
    space = RelabelSpace.unrestricted(np.arange(n) % 2, 2)
    relabelings = tree_of(space, n)
    assert relabelings.mirrored
    found = [frozenset(i for i, _ in one) for one in labelings_of([((), 0)], relabelings)]
    everyone = frozenset(range(n))
    both = [*found, *(everyone - one for one in found)]
    assert len(both) == len(set(both)) == 2**n
    assert count_relabelings(space, n) == 2 ** (n - 1)


def run(problem, budget, clock=None, **wishes):
    clean = clean_fit(problem)
    task = Task.of_machines(problem, clean.predicted, Wishes(**wishes))
    done = Enumeration().run(task, budget, clock or Clock())
    return task.ledger, done


@pytest.mark.parametrize("classes", [2, 3])
def test_worst_margins_of_every_budget(classes):
    problem = plain(np.arange(6) % classes, classes, 3, C=0.5)
    ledger, _ = run(problem, 3)
    predicted = ledger.predicted
    worst = np.full((problem.m, 4), np.inf)
    for labels, cost in zip(*every_labeling(problem.space, 3), strict=True):
        values = [
            problem.cross @ solve_dual(problem.gram.matrix, np.where(labels == k, 1.0, -1.0), 0.5)
            for k in range(classes)
        ]
        if classes == 2:  # one machine: its value is the whole lead
            values = [-values[1] / 2, values[1] / 2]
        logits = np.stack(values, axis=1)
        own = logits[np.arange(problem.m), predicted]
        logits[np.arange(problem.m), predicted] = -np.inf
        worst[:, cost] = np.minimum(worst[:, cost], own - logits.max(axis=1))
    worst = np.minimum.accumulate(worst, axis=1)
    np.testing.assert_allclose(ledger.worst_margin, worst, atol=1e-6)
    assert (ledger.margin_bound <= ledger.worst_margin).all()
    np.testing.assert_allclose(ledger.margin_bound, worst, atol=1e-5)


def test_more_than_sixty_four_points():
    problem = plain(np.arange(70) % 2, 2, 2, C=0.01)
    ledger, _ = run(problem, 2, jobs=2)
    sign = np.where(ledger.predicted == 1, 1.0, -1.0)
    y = np.where(problem.labels == 1, 1.0, -1.0)
    margins = [sign * (problem.cross @ solve_dual(problem.gram.matrix, y, problem.C))]
    for flips in ([69], [3, 66], [64, 65], [0, 63]):
        flipped = y.copy()
        flipped[flips] *= -1
        margins.append(sign * (problem.cross @ solve_dual(problem.gram.matrix, flipped, 0.01)))
    assert (ledger.worst_margin[:, 2] <= np.min(margins, axis=0) + 1e-7).all()


@pytest.mark.parametrize("classes", [2, 3])
def test_a_stopped_enumeration_claims_no_proof(classes):
    problem = plain(np.arange(12) % classes, classes, 12)
    clock = Clock()
    clock.interrupt()
    ledger, done = run(problem, 12 if classes == 2 else 4, clock)
    assert not done
    assert (ledger.robust == 0).all()


@pytest.mark.parametrize("classes", [2, 3])
def test_progress_reaches_the_end(classes):
    shares = []
    clock = Clock(progress=lambda stage, share: shares.append(share))
    run(plain(np.arange(9) % classes, classes, 3), 3, clock)
    assert max(shares) == 1.0


@pytest.mark.parametrize("learner", [{"C": 2.0}, {"ridge": 1.0}])
@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("budget", [3, 5, 9])
def test_pieces_of_work_hold_only_what_the_attacker_can_pay_for(
    learner, classes, budget, monkeypatch
):
    """Each piece began with one change, paid for or not; what it broke counted for less."""
    rng = np.random.default_rng(budget)
    points, tests = rng.standard_normal((6, 4)), rng.standard_normal((30, 4))
    labels = np.arange(6) % classes
    threat = lc.ThreatModel(budget, costs=[2, 3, 7, 8, 9, 10])
    given = points @ points.T, tests @ points.T, labels
    whole = lc.certify(*given, threat=threat, collective=True, **learner)
    monkeypatch.setattr(tree, "LARGEST_TASK", 1)
    cert = lc.certify(*given, threat=threat, collective=True, **learner)
    count = cert.collective
    for r, flips in zip(count.budgets, count.flip_sets, strict=True):
        assert sum(threat.costs[i] for i in flips) <= r
    # The account fits: what was enumerated in pieces is as exact as in one.
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


def test_numbers_of_relabelings_end_somewhere():
    """Counts of thousands of labels take no time and no memory, and are not wrong below."""
    space = RelabelSpace.unrestricted(np.zeros(5000, dtype=np.int64), 2)
    assert count_relabelings(space, 2) == 1 + 5000 + 5000 * 4999 // 2
    assert count_relabelings(space, 5000) == tree.MANY
    small = RelabelSpace.unrestricted(np.zeros(4, dtype=np.int64), 3)
    number = sum(len(list(combinations(range(4), k))) * 2**k for k in range(3))
    assert count_relabelings(small, 2) == number
    assert len(list(product(range(3), repeat=4))) == count_relabelings(small, 4)
