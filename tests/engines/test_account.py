"""A proof by exhaustion needs every note: those that get lost make proofs vanish, never appear."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from labelcert.engines import enumeration
from labelcert.engines.flips import FlipSpace
from labelcert.engines.knowledge import settle
from labelcert.engines.knowledge.account import Account, last_complete
from labelcert.engines.knowledge.evidence import CleanFit
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.machines.clean import clean_fit
from labelcert.engines.machines.machine import Problem
from labelcert.engines.work.clock import Clock
from labelcert.learners.gram import check_gram


def near_ties(seed, n=7, m=5):
    """Near-duplicate points with contradictory labels: many margins inside their error bars."""
    rng = np.random.default_rng(seed)
    points = np.repeat(rng.standard_normal((n // 2 + 1, 2)), 2, axis=0)[:n]
    points += 10.0 ** rng.uniform(-6, -3) * rng.standard_normal(points.shape)
    tests = rng.standard_normal((m, 2))
    y = np.where(np.arange(n) % 2 == 0, 1.0, -1.0)
    gram = check_gram(points @ points.T + 1e-9 * np.eye(n))
    problem = Problem(gram, tests @ points.T, y, 1e3, FlipSpace.unrestricted(n), 3)
    fit = clean_fit(problem)
    rows = np.flatnonzero(fit.sign != 0)
    part = problem.of_test_points(rows)
    # Wide bars leave many margins to exact arithmetic, as a worse kernel would.
    wide = part.bars.floor + 0.95 * np.abs(fit.decision[rows])
    part.__dict__["bars"] = part.bars._replace(floor=wide)
    return part, fit.sign[rows]


def enumerated(problem, sign):
    ledger = Ledger(problem.m, problem.ladder)
    for t in range(problem.m):
        ledger.prove(t, 0, "training", CleanFit())
    enumeration.enumerate_flips(problem, sign, ledger, problem.max_budget, Clock())
    return ledger


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


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("what", ["robust", "seen", "unclear", "settled", "task"])
def test_lost_notes_lose_proofs_and_make_none(seed, what, monkeypatch):
    """Whatever is forgotten between the walk and the ledger, at random places."""
    problem, sign = near_ties(seed)
    whole = enumerated(problem, sign)
    rng = np.random.default_rng(seed)
    lost = []

    def forgetful_settle(problem, sign, ledger, records, *rest):
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
        return kept_settle(problem, sign, ledger, records, *rest)

    kept_settle, kept_one, kept_tasks = (
        settle.settle, settle._settle_one, enumeration.split_tasks
    )  # fmt: skip
    monkeypatch.setattr(enumeration, "settle", forgetful_settle)
    if what == "settled":

        def forgetful_one(sign, *rest):
            found = kept_one(sign, *rest)
            if rng.random() < 0.5:
                lost.append((0, None))
                return np.zeros_like(found)
            return found

        monkeypatch.setattr(settle, "_settle_one", forgetful_one)
    if what == "task":

        def fewer(candidates, flips, largest):
            tasks = kept_tasks(candidates, flips, 4)
            lost.append((0, None))
            return [task for task in tasks if task is not tasks[int(rng.integers(len(tasks)))]]

        monkeypatch.setattr(enumeration, "split_tasks", fewer)
    worse = enumerated(problem, sign)
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
import labelcert.engines.enumeration_loop as loop
import test_account as t

rng = np.random.default_rng(int(sys.argv[1]))
write, lost = loop.write_down, []

def forgetful(core, margin, record, mask, cost, sign, gap):
    if rng.random() < 0.1:
        lost.append(cost)
        return 0
    return write(core, margin, record, mask, cost, sign, gap)

problem, sign = t.near_ties(int(sys.argv[1]), n=6, m=4)
whole = t.enumerated(problem, sign)
loop.write_down = forgetful
worse = t.enumerated(problem, sign)
assert lost, "nothing was lost"
t.same_or_less(worse, whole)
least = min(lost)
assert (worse.robust < max(least, 1)).all() or least > problem.max_budget, (worse.robust, lost)
print("held", len(lost))
"""


@pytest.mark.parametrize("seed", range(3))
def test_a_walk_that_forgets_label_vectors_proves_nothing_at_their_cost(seed):
    """The compiled loops, run as plain Python, with notes left out at random places inside."""
    here = Path(__file__).resolve().parent
    script = IN_PLAIN_PYTHON.format(tests=str(here.parent), here=str(here))
    done = subprocess.run(
        [sys.executable, "-c", script, str(seed)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("held")
