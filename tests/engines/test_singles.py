"""Single changes are decided as brute force decides them, and as enumeration at larger sizes."""

import numpy as np
import pytest

from conformance import Case, EngineConformance
from labelcert.engines import by_singles
from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.by_enumeration import Enumeration
from labelcert.engines.by_singles import Singles
from labelcert.engines.machines.clean import clean_fit
from labelcert.engines.machines.machines import Machines
from labelcert.engines.machines.single_flips import SingleFlips
from labelcert.engines.task import Task, Wishes
from labelcert.engines.work.clock import Clock
from labelcert.learners.gram import check_gram
from oracles.brute_force import solve_dual
from oracles.relabelings import random_problem


@pytest.fixture
def _of_any_size(monkeypatch):
    monkeypatch.setattr(by_singles, "SMALLEST", 0)


@pytest.mark.usefixtures("_of_any_size")
class TestConformance(EngineConformance):
    engine = Singles()
    exact = False

    @pytest.mark.parametrize("seed", range(60))
    def test_what_one_change_costs_is_decided(self, seed):
        """Every budget below the two cheapest changes together, costs and directions included."""
        case = Case(random_problem(seed + 500, 6))
        task = case.task()
        points = case.problem.space.points
        budget = task.ledger.ladder.largest(
            lambda level: points.most_flips(level) <= 1, case.problem.max_budget
        )
        if task.m and self.engine.accepts(task) and self.engine.run(task, budget, Clock()):
            case.check(task.ledger, exact=False)
            other = case.task()
            Enumeration().run(other, budget, Clock())
            assert task.ledger.broken.tolist() == other.ledger.broken.tolist()
            assert (task.ledger.robust >= other.ledger.robust).all()


def blobs(n, m, classes, C, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n + m, 4))
    kernel = 0.5 + np.exp(-0.4 * ((x[:, None] - x[None]) ** 2).sum(axis=2))
    y = x[:n, :classes].argmax(axis=1) if classes > 2 else (x[:n, 0] > 0).astype(int)
    y = np.where(rng.random(n) < 0.15, (y + 1) % classes, y)
    space = RelabelSpace.unrestricted(y, classes)
    return Machines(check_gram(kernel[:n, :n]), kernel[n:, :n], C, space, 1)


@pytest.mark.parametrize(
    ("n", "classes", "C"), [(260, 2, 0.05), (260, 2, 3.0), (240, 3, 0.5), (620, 2, 1.0)]
)
@pytest.mark.usefixtures("_of_any_size")
def test_as_enumeration_where_sums_are_long(n, classes, C):
    problem = blobs(n, 40, classes, C)
    clean = clean_fit(problem)
    rows = np.flatnonzero(~clean.tied)
    ledgers = []
    for engine in (Singles(), Enumeration()):
        part, predicted = problem.of_test_points(rows), clean.predicted[rows]
        task = Task.of_machines(part, predicted, Wishes(jobs=2), None)
        assert engine.run(task, 1, Clock())
        ledgers.append(task.ledger)
    one, other = ledgers
    assert one.robust.tolist() == other.robust.tolist()
    assert one.broken.tolist() == other.broken.tolist()
    assert 0 < (one.broken == 1).sum() < len(rows)


@pytest.mark.parametrize("seed", range(20))
def test_margins_lie_within_their_bars_of_a_fit_of_their_own(seed):
    problem = random_problem(seed, 6)
    for k, machine in enumerate(problem.each):
        points = machine.space.candidates
        if len(points) == 0:
            continue
        walker = SingleFlips(machine, np.zeros(1, dtype=np.uint8)).walker()
        margin, bar = walker.retrain(points)
        for row, i in enumerate(points):
            y = problem.labels_of(k, problem.labels).copy()
            y[i] *= -1
            value = problem.cross @ solve_dual(problem.gram.matrix, y, problem.C)
            slack = 1e-6 * (1 + np.abs(value))
            inside = np.abs(margin[row] - value) <= bar[row] + slack
            assert (inside | np.isnan(bar[row])).all()


@pytest.mark.usefixtures("_of_any_size")
def test_lost_flips_prove_nothing(monkeypatch):
    """A flip whose walk came to no end leaves the account short."""
    problem = blobs(60, 10, 2, 1.0)
    clean = clean_fit(problem)
    retrain = by_singles.SingleFlips.walker

    def losing(self):
        walker = retrain(self)
        whole = walker.retrain

        def some(points):
            margin, bar = whole(points)
            margin[points == 17] = np.nan
            return margin, bar

        walker.retrain = some
        return walker

    monkeypatch.setattr(by_singles.SingleFlips, "walker", losing)
    monkeypatch.setattr(by_singles._Block, "_sign", lambda *_: None)
    task = Task.of_machines(problem, clean.predicted, Wishes(), None)
    assert Singles().run(task, 1, Clock())
    assert (task.ledger.robust == 0).all()
    assert (task.ledger.broken == 1).any()
