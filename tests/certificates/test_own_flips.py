"""`Certificate.check` against models that are retrained without this package's engines."""

from __future__ import annotations

import pickle
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

import labelcert as lc
from labelcert.learners import KernelRidge, KernelSVM
from oracles.problems import KINDS, make_problem


def many(seed, n=9, m=5):
    rng = np.random.default_rng(seed)
    points, tests = rng.standard_normal((n, 3)), rng.standard_normal((m, 3))
    labels = np.array(["a", "b", "c"])[np.arange(n) % 3]
    return points @ points.T, tests @ points.T, labels


@pytest.mark.parametrize("learner", [{"C": 0.7}, {"ridge": 0.4}])
@pytest.mark.parametrize("seed", range(4))
def test_says_what_an_independent_fit_says(learner, seed):
    gram, cross, labels = many(seed)
    rng = np.random.default_rng(seed)
    cert = lc.certify(gram, cross, labels, max_flips=2, **learner)
    machine = KernelSVM(**learner) if "C" in learner else KernelRidge(**learner)
    for k in range(4):
        at = rng.permutation(9)[:k]
        changed = labels.copy()
        changed[at] = [{"a": "b", "b": "c", "c": "a"}[v] for v in labels[at]]
        found = cert.check(at, changed[at])
        fitted = machine.fit(gram, changed)
        np.testing.assert_allclose(found.decision, fitted.decision_function(cross), atol=1e-7)
        assert found.prediction.tolist() == fitted.predict(cross).tolist()
        assert found.broken.tolist() == (fitted.predict(cross) != cert.prediction).tolist()
        assert found.cost == k
        assert not found.open.any()
        assert not found.contradicts.any()
        assert found.changes.indices.tolist() == sorted(at.tolist())


@pytest.mark.parametrize("names", [[0, 1], [-1, 1], ["ham", "spam"], ["a", "b", "c"], [5, 0, 1]])
def test_all_labels_and_a_witness_say_the_same_as_positions(names):
    gram, cross, _ = many(1)
    labels = np.array(names)[np.arange(9) % len(names)]
    cert = lc.certify(gram, cross, labels, ridge=0.4, max_flips=2)
    at, attacked = [2, 7], labels.copy()
    attacked[at] = [next(v for v in names if v != label) for label in labels[at].tolist()]
    by_position = cert.check(at, attacked[at])
    assert by_position.cost == 2
    for given in (attacked, attacked.tolist(), pd.Series(attacked)):
        found = cert.check(labels=given)
        assert found.changes.indices.tolist() == at
        assert found.decision.tolist() == by_position.decision.tolist()
        with pytest.raises(lc.InputError, match=r"indices holds one label .* check\(labels="):
            cert.check(given)
    assert cert.check(labels=labels).cost == 0
    again = cert.check(found.changes)
    assert again.decision.tolist() == by_position.decision.tolist()
    for wrong, sentence in (
        ({"labels": labels, "indices": at}, "both say what was flipped"),
        ({"labels": labels[:8]}, "labels has 8 entries and 9 points"),
        ({"labels": ["x"] * 9}, "labels (names|must|holds)"),
        ({}, "indices is missing"),
    ):
        with pytest.raises(lc.InputError, match=sentence):
            cert.check(**wrong)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("learner", ["C", "ridge"])
def test_no_flip_set_contradicts_and_every_witness_breaks(kind, learner):
    for seed in range(4):
        p = make_problem(kind, 5, 3, 0, 3, seed)
        if len(set(p.y.tolist())) < 2:
            continue
        size = float(np.abs(np.asarray(p.gram, float)).max()) or 1.0
        cert = lc.certify(p.gram, p.cross, p.y, max_flips=3, **{
            learner: p.C if learner == "C" else 0.1 * size})  # fmt: skip
        for k in range(4):
            for at in combinations(range(5), k):
                found = cert.check(list(at))
                assert not found.contradicts.any()
                assert not (found.improves & cert.exact).any(), "exact radii cannot be improved"
                assert not (found.broken & found.open).any()
        for i, witness in enumerate(cert.witnesses):
            if witness is not None:
                found = cert.check(*witness)
                assert found.broken[i] or found.open[i]


def test_a_smaller_witness_improves_on_a_weaker_certificate_and_a_false_proof_is_contradicted():
    gram, cross, labels = many(0)
    cert = lc.certify(gram, cross, labels, C=0.7, max_flips=3)
    i = int(np.flatnonzero(cert.radius_upper < 3)[0])
    witness, cost = cert.witness(i), int(cert.radius_upper[i]) + 1
    weaker = replace(cert, radius_upper=np.full(5, 3))
    assert weaker.check(*witness).improves[i]
    assert not weaker.check(*witness).contradicts[i]
    wrong = replace(cert, radius=np.full(5, cost), radius_upper=np.full(5, cost))
    assert wrong.check(*witness).contradicts[i]
    assert i in wrong.check(*witness).changed


def test_what_the_attacker_may_not_do_is_told_and_claims_nothing():
    gram, cross, labels = many(1)
    threat = lc.ThreatModel(
        budget=6, trusted=[0], directions=[("a", "b"), ("b", "a"), ("b", "c")], costs=[2] * 9,
        groups=list("xxxyyyzzz"), group_budgets={"y": 2},
    )  # fmt: skip
    cert = lc.certify(gram, cross, labels, C=0.7, threat=threat)
    for at, new, told in (
        ([0], ["b"], "trusted"),
        ([3], ["c"], "may not become c"),
        ([2], ["a"], "no direction"),
    ):
        found = cert.check(at, new)
        assert found.cost is None
        assert told in found.refused
        assert told in repr(found)
        assert not (found.improves | found.contradicts).any()
    assert "group" in cert.check([3, 4], ["b", "a"]).refused
    assert cert.check([1], ["c"]).cost == 2


def test_ties_count_as_broken():
    cert = lc.certify(np.eye(2), np.array([[1.0, 1.0], [2.0, 1.0]]), [1, 1], C=0.5,
                      max_flips=1, classes=[0, 1])  # fmt: skip
    found = cert.check([1])
    assert found.broken.tolist() == [True, False]
    assert found.decision[0] == 0


def test_after_a_file_or_a_pickle_the_matrices_are_asked_for():
    gram, cross, labels = many(2)
    cert = lc.certify(gram, cross, labels, C=0.7, max_flips=2)
    expected = cert.check([1, 2], ["a", "b"])
    for again in (lc.Certificate.from_json(cert.to_json()), pickle.loads(pickle.dumps(cert))):
        with pytest.raises(lc.InputError, match="gram and cross are missing"):
            again.check([0], ["b"])
        found = again.check([1, 2], ["a", "b"], gram=gram, cross=cross)
        assert found.to_frame().equals(expected.to_frame())
        with pytest.raises(lc.InputError, match="not those"):
            again.check([0], ["b"], gram=gram, cross=cross[::-1])
        with pytest.raises(lc.InputError, match="not those"):
            again.check([0], ["b"], gram=gram * 1.1, cross=cross)
    priced = lc.certify(gram, cross, labels, C=0.7, threat=lc.ThreatModel(2, costs=[2] * 9))
    again = lc.Certificate.from_json(priced.to_json())
    with pytest.raises(lc.InputError, match="threat is missing"):
        again.check([0], ["b"], gram=gram, cross=cross)
    threat = lc.ThreatModel(2, costs=[2] * 9)
    assert again.check([0], ["b"], gram=gram, cross=cross, threat=threat).cost == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (([0],), "new_labels is missing"),
        (([0], ["a"]), "the class that it has"),
        (([0], ["b", "c"]), "2 entries for 1"),
        (([0], ["d"]), "which there is not"),
        (([0], [None]), "missing"),
        (([9], ["a"]), "contains 9"),
        (([0, 0], ["b", "b"]), "repeats"),
        (([0.0], ["b"]), "integers"),
    ],
)
def test_flip_sets_that_are_none_are_refused(arguments, told):
    gram, cross, labels = many(3)
    cert = lc.certify(gram, cross, labels, C=0.7, max_flips=1)
    with pytest.raises(lc.InputError, match=told):
        cert.check(*arguments)


def test_no_flips_change_nothing():
    gram, cross, labels = many(3)
    cert = lc.certify(gram, cross, labels, C=0.7, max_flips=1)
    found = cert.check([], [])
    assert found.cost == 0
    assert not found.broken.any()
    assert found.prediction.tolist() == cert.prediction.tolist()


def test_a_whole_vector_of_labels_is_told_to_be_no_flip_set():
    labels = np.array(["ham", "spam", "ham"])
    cert = lc.certify(np.eye(3), np.ones((1, 3)), labels, ridge=1.0, max_flips=1)
    for given in (labels[::-1], ["spam", "spam", "ham"]):
        with pytest.raises(lc.InputError, match=r"one label for each .* check\(labels="):
            cert.check(given)
    changed = np.array(["spam", "spam", "ham"])
    at = np.flatnonzero(changed != labels)
    assert cert.check(at, changed[at]).changes.indices.tolist() == [0]
