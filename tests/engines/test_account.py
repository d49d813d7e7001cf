"""A proof by exhaustion needs every note: those that get lost make proofs vanish, never appear."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.by_enumeration import Enumeration
from labelcert.engines.knowledge import settle
from labelcert.engines.knowledge.account import Account, last_complete
from labelcert.engines.machines.clean import clean_fit
from labelcert.engines.machines.machines import Machines
from labelcert.engines.task import Task, Wishes
from labelcert.engines.walk import tree
from labelcert.engines.work.clock import Clock
from labelcert.learners.gram import check_gram


def near_ties(seed, n=7, m=5, classes=2):
    """Near-duplicate points with contradictory labels: many margins inside their error bars."""
    rng = np.random.default_rng(seed)
    points = np.repeat(rng.standard_normal((n // 2 + 1, 2)), 2, axis=0)[:n]
    points += 10.0 ** rng.uniform(-6, -3) * rng.standard_normal(points.shape)
    tests = rng.standard_normal((m, 2))
    labels = (np.arange(n) + 1) % classes
    gram = check_gram(points @ points.T + 1e-9 * np.eye(n))
    space = RelabelSpace.unrestricted(labels, classes)
    whole = Machines(gram, tests @ points.T, 1e3, space, 3 if classes == 2 else 2)
    fit = clean_fit(whole)
    part = whole.of_test_points(fit.decided)
    # Wide bars leave many margins to exact arithmetic, as a worse kernel would.
    for machine in part.each:
        values = np.abs(fit.value[fit.decided]).max(axis=1)
        wide = machine.bars.floor + (0.95 if classes == 2 else 0.02) * values
        machine.__dict__["bars"] = machine.bars._replace(floor=wide)
    return part, fit.predicted[fit.decided]


def enumerated(machines, predicted):
    task = Task.of_machines(machines, predicted, Wishes())
    Enumeration().run(task, machines.max_budget, Clock())
    return task.ledger


def same_or_less(worse, whole):
    assert (worse.robust <= whole.robust).all()
    assert (worse.broken >= whole.broken).all()
    assert (worse.broken_upper >= whole.broken_upper).all()
    assert (worse.broken_lower <= whole.broken_lower).all()


def test_an_account_ends_where_notes_are_missing_or_too_many():
    assert last_complete([1, 5, 10], [1, 5, 10]) == 2
    assert last_complete([1, 5, 10], [1, 4, 10]) == 0
    assert last_complete([1, 5, 10], [1, 6, 10]) == 0
    assert last_complete([1, 5], [0, 5]) == -1
    account = Account([1, 2], np.array([[1], [1]]), np.ones(2, int), np.zeros(2, int), np.ones(2))
    assert account.robust_row(0) == 0
    account.note(1, np.array([True]))
    assert account.robust_row(0) == account.seen_row == 1


@pytest.mark.parametrize(
    ("classes", "seed"), [*((2, seed) for seed in range(6)), *((3, seed) for seed in (0, 2, 3))]
)
@pytest.mark.parametrize("what", ["robust", "seen", "unclear", "settled", "task"])
def test_lost_notes_lose_proofs_and_make_none(seed, classes, what, monkeypatch):
    """Whatever is forgotten between the walk and the ledger, at random places."""
    problem, predicted = near_ties(seed, classes=classes)
    whole = enumerated(problem, predicted)
    rng = np.random.default_rng(seed)
    lost = []
    kept_settle, kept_one = settle.Settling.settle, settle.Settling._settle_one
    kept_tasks = tree.RelabelTree.tasks

    def forgetful_settle(self, records, *rest):
        for record in records:
            for row in range(len(record.levels)):
                if what == "robust" and record.robust[row].any() and rng.random() < 0.5:
                    t = int(rng.choice(np.flatnonzero(record.robust[row])))
                    record.robust[row, t] -= 1
                    lost.append((row, t))
                if what == "seen" and record.seen[row] and rng.random() < 0.5:
                    record.seen[row] -= 1
                    lost.append((row, None))
            if what == "unclear" and record.unclear_used[0] > 0:
                record.unclear_used[0] -= 1
                lost.append((0, None))
        return kept_settle(self, records, *rest)

    monkeypatch.setattr(settle.Settling, "settle", forgetful_settle)
    if what == "settled":

        def forgetful_one(self, cost, changes):
            found = kept_one(self, cost, changes)
            if rng.random() < 0.5:
                lost.append((0, None))
                return np.zeros_like(found)
            return found

        monkeypatch.setattr(settle.Settling, "_settle_one", forgetful_one)
    if what == "task":
        monkeypatch.setattr(tree, "LARGEST_TASK", 4)

        def fewer(self):
            tasks = kept_tasks(self)
            lost.append((0, None))
            return [task for task in tasks if task is not tasks[int(rng.integers(len(tasks)))]]

        monkeypatch.setattr(tree.RelabelTree, "tasks", fewer)
    worse = enumerated(problem, predicted)
    assert lost, "the problem has nothing to lose"
    same_or_less(worse, whole)
    for row, t in lost:
        if what == "robust":
            assert worse.robust[t] < problem.ladder.levels[row] or row == 0
        if what == "seen":
            assert worse.broken_upper[row] == problem.m - (worse.robust >= row).sum() or row == 0


IN_PLAIN_PYTHON = """
import sys
import numpy as np
sys.path[:0] = [{tests!r}, {here!r}]
import labelcert.engines.walk.retraining_loop as loop
import test_account as t

rng = np.random.default_rng(int(sys.argv[1]))
write, lost = loop.write_down, []

def forgetful(record, mask, cost):
    if rng.random() < 0.1:
        lost.append(cost)
        return 0
    return write(record, mask, cost)

problem, predicted = t.near_ties(int(sys.argv[1]), n=6, m=4, classes=int(sys.argv[2]))
whole = t.enumerated(problem, predicted)
loop.write_down = forgetful
worse = t.enumerated(problem, predicted)
assert lost, "nothing was lost"
t.same_or_less(worse, whole)
least = min(lost)
assert (worse.robust < max(least, 1)).all() or least > problem.max_budget, (worse.robust, lost)
print("held", len(lost))
"""


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("seed", range(3))
def test_a_walk_that_forgets_label_vectors_proves_nothing_at_their_cost(seed, classes):
    """The compiled loops, run as plain Python, with notes left out at random places inside."""
    here = Path(__file__).resolve().parent
    script = IN_PLAIN_PYTHON.format(tests=str(here.parent), here=str(here))
    done = subprocess.run(
        [sys.executable, "-c", script, str(seed), str(classes)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("held")
