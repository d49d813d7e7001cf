"""The motion bound: never above the worst lead, whatever the problem; and worth its time."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from conformance import Case, EngineConformance, plain, with_C
from labelcert.engines import by_motion, planner
from labelcert.engines.by_attack import Attack
from labelcert.engines.by_motion import Motion
from labelcert.engines.engine import Role
from labelcert.engines.knowledge.evidence import Moved
from labelcert.engines.knowledge.ledger import NEVER
from labelcert.engines.machines.clean import clean_fit
from labelcert.engines.machines.machines import Machines
from labelcert.engines.motion.clean_motion import clean_motion, motion_of
from labelcert.engines.motion.lead_bounds import LeadBounds
from labelcert.engines.motion.push_back import Responses
from labelcert.engines.task import Question, Task, Wishes
from labelcert.engines.work.clock import Clock
from labelcert.learners.gram import check_gram
from oracles.nasty_machines import nasty_machines, smooth_machines, task_of
from oracles.relabelings import every_labeling, random_problem, svm_values, truth_of


@pytest.fixture(autouse=True)
def _for_few_labels_of_many_classes_too(monkeypatch):
    monkeypatch.setattr(by_motion, "MANY", 0)


class TestMotion(EngineConformance):
    engine = Motion()
    exact = False


def leads_by_rival(problem, rows, predicted):
    """Leads (N, rows, K) of all labelings of the attacker by a general QP solver, costs (N,)."""
    labels, cost = every_labeling(problem.space, problem.max_budget)
    values, fits = svm_values(problem), {}

    def value(y):
        key = y.tobytes()
        if key not in fits:
            fits[key] = values(y)[rows]
        return fits[key]

    leads = np.full((len(labels), len(rows), problem.classes), np.inf)
    for number, new in enumerate(labels):
        for k in range(problem.classes):
            for j, a in enumerate(predicted):
                parts = problem.lead(int(a), k) if k != a else ()
                if parts:
                    leads[number, j, k] = sum(
                        part.sign * value(problem.labels_of(part.machine, new))[j] for part in parts
                    )
    return leads, cost


def check_bounds(problem, change=None):
    """Hold every bound of every test point, rival and level against brute force.

    change: what is done to the motions before; returns the bounds.
    """
    truth = truth_of(problem)
    task, rows = task_of(problem, truth)
    if task.m == 0:
        return []
    leads, cost = leads_by_rival(problem, rows, task.predicted)
    work = LeadBounds(task.svms, task.ledger.ladder, Clock())
    if change is not None:
        work.motions = [change(motion) for motion in work.motions]
    found = []
    for row, level in enumerate(task.ledger.ladder.levels.tolist()):
        worst = leads[cost <= level].min(axis=0)
        for t in range(task.m):
            for b in task.ledger.rivals(t):
                for pushed in (False, True):
                    bound = work.bound(t, int(task.predicted[t]), b, row, pushed)
                    assert bound <= worst[t, b] + truth.tolerance
                    found.append(bound)
    return found


@pytest.mark.parametrize("classes", [2, 3, 4])
@pytest.mark.parametrize("seed", range(42))
def test_no_lead_lies_below_the_bound(seed, classes):
    check_bounds(nasty_machines(seed, classes, 6 if classes == 2 else 5))


@pytest.mark.parametrize("factor", [1e-4, 1e-1, 1.0, 10.0, 1e3])
@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("seed", range(10))
def test_no_lead_lies_below_it_whatever_C_is(seed, classes, factor):
    problem = smooth_machines(seed, 6, 4, classes, C=factor)
    check_bounds(problem)


@pytest.mark.parametrize("seed", range(20))
def test_random_attackers(seed):
    check_bounds(random_problem(seed + 700, 6))


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("seed", range(8))
def test_larger_bars_and_gaps_only_weaken(seed, classes):
    problem = smooth_machines(seed, 6, 4, classes, C=0.05)
    sharp = check_bounds(problem)
    for change in (
        lambda m: replace(m, gap=m.gap + 1e-3),
        lambda m: replace(m, floor=m.floor + 1e-3),
        lambda m: replace(m, slope=2 * m.slope),
        lambda m: replace(m, extra=m.extra + 1e-3),
    ):
        blunt = check_bounds(problem, change)
        assert (np.array(blunt) <= np.array(sharp) + 1e-12).all()


@pytest.mark.parametrize("seed", range(30))
def test_any_feasible_fit_gives_a_bound(seed):
    """Not only the best β: with its own gap, any one proves something true."""
    problem = smooth_machines(seed, 6, 4, 2, C=float(10.0 ** (seed % 5 - 3)))
    rng = np.random.default_rng(seed)
    machine = problem.each[0]
    core = machine.core()

    def from_elsewhere(motion):
        alpha = np.clip(
            core.C * rng.random(6) if seed % 2 else 0.9 * core.C * rng.integers(0, 2, 6), 0, core.C
        )
        beta = machine.y * alpha
        over = machine.y * (core.gram @ beta) - 1
        gap = float((alpha * np.maximum(over, 0) + (core.C - alpha) * np.maximum(-over, 0)).sum())
        value = core.cross.T @ beta
        rows = [int(np.abs(problem.cross - row).sum(axis=1).argmin()) for row in kept]
        return motion_of(
            core._replace(cross=core.cross[:, rows], bar_slope=core.bar_slope[rows],
                          bar_floor=core.bar_floor[rows]),
            beta, value[rows], gap * (1 + 1e-9), machine.space.candidates,
        )  # fmt: skip

    kept = problem.cross[truth_of(problem).clear()]
    check_bounds(problem, from_elsewhere)


def test_a_label_on_the_wrong_side_costs_nothing_to_flip():
    """Where û < −1 the fit has the point on its new side already: α̃ = 0 adds no gap."""
    points = np.array([[1.0], [1.0], [1.0], [1.0], [1.0]])
    problem = plain([0, 1, 1, 1, 1], 2, 1)
    problem = replace(problem, gram=check_gram(points @ points.T), cross=np.ones((1, 5)), C=1.0)
    motion = clean_motion(problem.each[0])
    assert motion.extra[0] < 1e-10
    check_bounds(problem)


@pytest.mark.parametrize("classes", [2, 3])
def test_it_proves_radii_of_classes_far_apart(classes):
    """At a small C, and at several flips, where the SVM is not saturated."""
    rng = np.random.default_rng(3)
    n, m = 300, 20
    centres = 3.0 * np.eye(6)[:classes]
    labels = np.arange(n) % classes
    points = centres[labels] + 0.5 * rng.standard_normal((n, 6))
    tests = centres[np.arange(m) % classes] + 0.5 * rng.standard_normal((m, 6))
    problem = Machines(
        check_gram(points @ points.T), tests @ points.T, 1e-3,
        plain(labels, classes, 1).space, 8,
    )  # fmt: skip
    clean = clean_fit(problem)
    task = Task.of_machines(problem, clean.predicted, Wishes(), Clock())
    assert task.linear is None
    assert Motion().run(task, 8, Clock())
    assert (task.ledger.robust >= 3).mean() > 0.5
    for t in np.flatnonzero(task.ledger.robust > 0):
        assert task.ledger.proven_by[t] == "motion"
        found = task.ledger.proof[t]
        assert isinstance(found, Moved)
        assert found.bound > 0


@pytest.mark.parametrize(("C", "classes"), [(1e-3, 2), (1e-2, 2), (1e-3, 3)])
def test_no_witness_lies_below_a_proven_radius(C, classes):
    """300 labels, greedy attacks with retraining: the ledger would refuse such a witness."""
    rng = np.random.default_rng(int(1 / C) + classes)
    n, m = 300, 12
    centres = 1.5 * rng.standard_normal((classes, 8))
    labels = np.arange(n) % classes
    points = centres[labels] + rng.standard_normal((n, 8))
    tests = centres[np.arange(m) % classes] + rng.standard_normal((m, 8))
    problem = Machines(
        check_gram(points @ points.T), tests @ points.T, C, plain(labels, classes, 1).space, 40
    )
    clean = clean_fit(problem)
    part, predicted = problem.of_test_points(clean.decided), clean.predicted[clean.decided]
    task = Task.of_machines(part, predicted, Wishes())
    Motion().run(task, 40, Clock())
    Attack().run(task, 40, Clock(60.0))
    ledger = task.ledger
    assert (ledger.robust > 0).any()
    assert (ledger.broken < NEVER).any()
    assert (ledger.robust < ledger.broken).all()


def check_ball(motion, reach, flips):
    """Hold the ball of every flip set, its β̃ written out, against what the reach says of it."""
    core, y = motion.core, motion.core.labels
    beta = y * motion.alpha
    margin = core.gram @ beta
    for size in range(1, flips + 1):
        for chosen in combinations(motion.candidates.tolist(), size):
            own = list(chosen)
            tilde, labels = beta.copy(), y.copy()
            labels[own] *= -1
            tilde[reach.points] += reach.moves[own].sum(axis=0)
            tilde[own] = beta[own] + reach.delta[own]
            alpha = labels * tilde
            assert (alpha >= -1e-12 * core.C).all(), "β̃ is not feasible"
            assert (alpha <= core.C * (1 + 1e-12)).all(), "β̃ is not feasible"
            over = labels * margin - 1
            gap = (alpha * np.maximum(over, 0) + (core.C - alpha) * np.maximum(-over, 0)).sum()
            delta = tilde - beta
            squared = 0.25 * delta @ core.gram @ delta + gap
            assert squared <= (motion.gap + reach.energy[own].sum()) * (1 + 1e-12)
            for t in range(core.cross.shape[1]):
                drift, error = reach.drift(t)
                off = abs(0.5 * core.cross[:, t] @ delta - drift[own].sum())
                assert off <= error[own].sum() * (1 + 1e-9)


@pytest.mark.parametrize("flips", [1, 2, 4])
@pytest.mark.parametrize("seed", range(15))
def test_every_flip_set_has_the_ball_that_the_reach_says(seed, flips):
    """Whoever pushes back: nobody, the labels that the engine finds, and others at random."""
    rng = np.random.default_rng(seed)
    make = nasty_machines if seed % 3 else smooth_machines
    problem = make(seed, 7) if make is nasty_machines else smooth_machines(seed, 7, C=0.3)
    motion = clean_motion(problem.each[0])
    check_ball(motion, motion.plain(flips, Clock()), flips)
    check_ball(motion, motion.pushed(flips, Clock()), flips)
    n, C = problem.n, motion.core.C
    points = np.flatnonzero(rng.random(n) < 0.7)
    share = rng.random((n, len(points))) * (1 - 1e-12) / flips
    up, down = C - motion.alpha[points], motion.alpha[points]
    moves = np.where(rng.random(share.shape) < 0.5, share * up, -share * down)
    moves[points, np.arange(len(points))] = 0.0
    check_ball(motion, motion.pushed_by(Responses(points, moves, flips), Clock()), flips)


@pytest.mark.parametrize("C", [0.1, 1.0])
def test_pushing_back_is_worth_it(C):
    """A kernel with a large constant part, where the plain ball is large."""
    problem = smooth_machines(2, 60, 4, 2, C=C, budget=4)
    motion = clean_motion(problem.each[0])
    plain_reach, pushed_reach = motion.plain(3, Clock()), motion.pushed(3, Clock())
    assert plain_reach is not None
    assert pushed_reach is not None
    assert np.median(pushed_reach.energy) < 0.9 * np.median(plain_reach.energy)


def test_nothing_open_nothing_fitted_no_time():
    problem = smooth_machines(1, 8, 3, 2, budget=0)
    clean = clean_fit(problem)
    task = Task.of_machines(problem, clean.predicted, Wishes())
    assert Motion().run(task, 0, Clock())
    machines = smooth_machines(1, 8, 3, 2)
    machines.each[0].stop_fit[0] = 1
    assert not machines.each[0].fitted
    task = Task.of_machines(machines, clean.predicted, Wishes())
    assert not Motion().run(task, 3, Clock())
    assert (task.ledger.robust == 0).all()


def test_without_time_there_is_no_reach_and_no_bound():
    problem = smooth_machines(1, 8, 3, 2, C=0.05)
    clock = Clock()
    bounds = LeadBounds(problem, problem.ladder, clock)
    clock.interrupt()
    predicted = clean_fit(problem).predicted
    for pushed in (False, True):
        assert bounds.bound(0, int(predicted[0]), 1 - int(predicted[0]), 1, pushed) == -np.inf


def test_what_it_is_to_the_planner():
    engine = Motion()
    assert (engine.name, engine.role, engine.retrains) == ("motion", Role.GLANCE, False)
    assert engine.decides == {Question.RADII}
    case = Case(with_C(smooth_machines(5, 8, 4, 2), 0.05))
    task = case.task()
    planner.decide(task, Clock())
    case.check(task.ledger, exact=True, counts="exact")
