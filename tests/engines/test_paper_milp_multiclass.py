"""The paper's multi-class program against every relabeling of small problems."""

from itertools import product

import numpy as np
import pytest

from labelcert._errors import InputError
from labelcert.engines.clock import Clock
from labelcert.engines.paper_milp.multiclass import MulticlassProblem, decide_multiclass
from oracles.brute_force import solve_dual

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
        found = decide_multiclass(MulticlassProblem(gram, cross, labels, K, C, r), 0, Clock())
        assert found.clean_class == clean
        assert found.verdict == ("robust" if worst[r] > 0 else "broken")
        if found.labels is None:
            assert found.bound <= worst[r]
        else:
            assert (found.labels != labels).sum() <= r
            p = logits(gram, cross[0], found.labels, C)
            assert p[clean] - np.delete(p, clean).max() <= tolerance


def test_robust_and_broken_both_occur():
    verdicts = set()
    for seed in range(4):
        gram, cross, labels, C = random_problem(seed)
        problem = MulticlassProblem(gram, cross, labels, K, C, 1)
        verdicts.add(decide_multiclass(problem, 0, Clock()).verdict)
    assert verdicts >= {"robust", "broken"}


def test_a_clean_tie_is_broken():
    problem = MulticlassProblem(np.eye(2), np.ones((1, 2)), np.array([0, 1]), 2, 1.0, 0)
    found = decide_multiclass(problem, 0, Clock())
    assert (found.verdict, found.clean_class) == ("broken", 0)
    assert found.labels.tolist() == [0, 1]


def test_a_tie_after_relabeling_is_broken():
    # C = 0.5 keeps every α at C on orthogonal points: p_k = 0.5 Σ ±q_i, exact in floating point.
    gram, labels = np.eye(4), np.array([0, 0, 0, 1])
    cross = np.array([[1.0, 1.0, 1.0, 1.0]])
    robust = decide_multiclass(MulticlassProblem(gram, cross, labels, 2, 0.5, 0), 0, Clock())
    tied = decide_multiclass(MulticlassProblem(gram, cross, labels, 2, 0.5, 1), 0, Clock())
    assert (robust.verdict, tied.verdict) == ("robust", "broken")


def test_no_time_is_undecided():
    gram, cross, labels, C = random_problem(0)
    problem = MulticlassProblem(gram, cross, labels, K, C, 1)
    found = decide_multiclass(problem, 0, Clock(0.0))
    assert found.verdict == "undecided"


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"labels": np.array([0, 1, 5])}, "labels"),
        ({"labels": np.array([0.5, 1, 2])}, "labels"),
        ({"cross": np.ones((1, 2))}, "cross"),
        ({"classes": 1}, "classes"),
        ({"C": 0.0}, "C"),
        ({"max_relabels": -1}, "max_relabels"),
        ({"gram": np.full((3, 3), np.nan)}, "gram"),
    ],
)
def test_bad_input_is_named(change, word):
    good = {
        "gram": np.eye(3),
        "cross": np.ones((1, 3)),
        "labels": np.array([0, 1, 2]),
        "classes": 3,
        "C": 1.0,
        "max_relabels": 1,
    }
    with pytest.raises(InputError, match=f"^{word} "):
        MulticlassProblem(**{**good, **change})


def test_a_test_point_that_is_none_is_named():
    problem = MulticlassProblem(np.eye(3), np.ones((1, 3)), np.array([0, 1, 2]), 3, 1.0, 1)
    with pytest.raises(InputError, match=r"^t is 1"):
        decide_multiclass(problem, 1, Clock())
