"""Certificates from features are those of the Gram matrix, and hold against every relabeling."""

from __future__ import annotations

import pickle
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

import labelcert as lc
from labelcert.learners.exact import solve, to_fractions


def random_problem(seed):
    """Ties, near duplicates with contradictory labels, singular matrices, one class only, n = 1."""
    rng = np.random.default_rng(seed)
    n, d, m = int(rng.integers(1, 7)), int(rng.integers(1, 9)), 4
    features, tests = rng.standard_normal((n, d)), rng.standard_normal((m, d))
    kind = seed % 5
    if kind == 1:
        features, tests = np.round(features), np.round(tests)
    if kind == 2 and n > 1:
        features[-1] = features[0] + 1e-9 * rng.standard_normal(d)
    if kind == 3:
        features, tests = features.astype(np.float32), tests.astype(np.float32)
    if kind == 4:
        features, tests = (features > 0).astype(np.uint8), (tests > 0).astype(np.uint8)
    classes = int(rng.integers(2, 4))
    labels = rng.integers(0, classes, n)
    if seed % 7 == 0:
        labels[:] = 0
    ridge = float(10.0 ** rng.uniform(-6, 4))
    return features, tests, labels, list(range(classes)), ridge


def random_threat(seed, n, classes):
    rng = np.random.default_rng(seed)
    budget = int(rng.integers(0, n + 1))
    kind = seed % 4
    if kind == 0:
        return None, n
    if kind == 1:
        return lc.ThreatModel(budget, trusted=rng.random(n) < 0.4), budget
    if kind == 2:
        return lc.ThreatModel(
            budget, groups=rng.integers(0, 2, n).tolist(), group_budgets=int(rng.integers(0, 3))
        ), budget
    directions = [(0, classes[-1]), (classes[-1], 0)] if seed % 8 < 4 else [(0, 1)]
    return lc.ThreatModel(
        2 * budget, costs=rng.integers(1, 4, n).tolist(), directions=directions
    ), 2 * budget


def exact_leads(features, tests, labels, classes, ridge, space, budget):
    """For every test point the class that leads, None in a tie, and its smallest lead at each cost
    up to a budget, by retraining on all relabelings in exact arithmetic."""
    f, g = to_fractions(np.asarray(features)), to_fractions(np.asarray(tests))
    gram = [[sum((x * y for x, y in zip(a, b, strict=True)), Fraction(0)) for b in f] for a in f]
    for i in range(len(f)):
        gram[i][i] += Fraction(ridge)
    cross = [[sum((x * y for x, y in zip(a, b, strict=True)), Fraction(0)) for b in f] for a in g]
    weights = [solve(gram, row) for row in cross]
    count, unit = len(classes), 1 if len(classes) == 2 else 2

    def sums(t, new):
        found = [Fraction(0)] * count
        for s, k in zip(weights[t], new, strict=True):
            found[k] += s
        return found

    numbers = [classes.index(v) for v in labels]
    clean = [sums(t, numbers) for t in range(len(g))]
    leaders = [None if c.count(max(c)) > 1 else c.index(max(c)) for c in clean]
    least = [[None] * (budget + 1) for _ in g]
    for new in product(*[np.flatnonzero(row).tolist() for row in space.allowed]):
        changed = np.flatnonzero(np.array(new) != np.array(numbers))
        cost = int(space.cost[changed].sum())
        groups = len(space.group_budget)
        spent = np.bincount(space.group[changed], space.cost[changed], minlength=groups)
        if cost > budget or (spent > space.group_budget).any():
            continue
        for t, a in enumerate(leaders):
            if a is None:
                continue
            values = sums(t, new)
            lead = unit * (values[a] - max(v for k, v in enumerate(values) if k != a))
            if least[t][cost] is None or lead < least[t][cost]:
                least[t][cost] = lead
    for row in least:
        for r in range(1, budget + 1):
            both = [v for v in (row[r - 1], row[r]) if v is not None]
            row[r] = min(both) if both else None
    return leaders, least


def space_of(threat, labels, classes):
    model = threat or lc.ThreatModel(0)
    return model.relabel_space(np.asarray(labels), np.asarray(classes))


@pytest.mark.parametrize("seed", range(150))
def test_every_claim_holds_against_all_relabelings_in_exact_arithmetic(seed):
    features, tests, labels, classes, ridge = random_problem(seed)
    threat, budget = random_threat(seed, len(labels), classes)
    given = {"max_flips": budget} if threat is None else {"threat": threat}
    cert = lc.certify_linear(
        features, tests, labels, ridge=ridge, classes=classes, worst_margins=True, **given
    )
    space = space_of(threat, labels, classes)
    most = cert.max_flips
    leaders, least = exact_leads(features, tests, labels, classes, ridge, space, most)
    assert cert.exact.all()  # so few labels are within reach of exact arithmetic
    for t, a in enumerate(leaders):
        if a is None:
            assert cert.status[t] == "tie"
            assert len(cert.witness(t).indices) == 0
            continue
        assert cert.prediction[t] == classes[a]
        radius = sum(1 for v in least[t] if v > 0) - 1
        assert cert.radius[t] == cert.radius_upper[t] == radius
        for r in range(most + 1):
            assert cert.worst_margin_bound[t, r] <= least[t][r]
            assert abs(cert.worst_margin[t, r] - least[t][r]) <= 1e-6 * (1 + abs(least[t][0]))
        witness = cert.witness(t)
        assert (witness is None) == (radius == most)
        if witness is not None:
            new = np.array(labels).copy()
            new[witness.indices] = witness.labels
            assert space.contains(space.changes_to(new), radius + 1)
            after, _ = exact_leads(
                features, tests[t : t + 1], new.tolist(), classes, ridge, space, 0
            )
            assert after[0] != a


@pytest.mark.parametrize("seed", range(30))
def test_it_is_the_certificate_of_the_gram_matrix(seed):
    """Text labels, two classes and more, every attacker, more and fewer features than labels."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(20, 160)), 20
    d = int(rng.integers(2, 60)) if seed % 3 else n + 30
    features, tests = rng.standard_normal((n, d)), rng.standard_normal((m, d))
    classes = [["no", "yes"], ["a", "b", "c", "d"]][seed % 2]
    labels = rng.choice(classes, n)
    ridge = float(10.0 ** rng.uniform(-3, 3))
    threat, budget = random_threat(seed, n, classes) if seed % 4 < 3 else (None, n)
    given = {"max_flips": budget} if threat is None else {"threat": threat}
    cert = lc.certify_linear(features, tests, labels, ridge=ridge, classes=classes, **given)
    gram, cross = features @ features.T, tests @ features.T
    other = lc.certify(gram, cross, labels, ridge=ridge, classes=classes, **given)
    assert (cert.prediction == other.prediction).all()
    assert (cert.radius == other.radius).all()
    assert (cert.radius_upper == other.radius_upper).all()
    np.testing.assert_allclose(cert.decision, other.decision, atol=1e-8)
    for t in range(m):
        mine, theirs = cert.witness(t), other.witness(t)
        assert (mine is None) == (theirs is None)
        if mine is not None:
            assert len(mine.indices) == len(theirs.indices)


def retrained(features, test, labels, classes, ridge):
    gram = features @ features.T + ridge * np.eye(len(features))
    targets = np.where(np.asarray(labels)[:, None] == np.asarray(classes), 1.0, -1.0)
    return classes[int((features @ test @ np.linalg.solve(gram, targets)).argmax())]


def test_witnesses_of_thousands_of_labels_break_when_retrained():
    rng = np.random.default_rng(3)
    features, tests = rng.standard_normal((1500, 12)), rng.standard_normal((5, 12))
    labels = (features[:, :3] + 0.5 * rng.standard_normal((1500, 3))).argmax(axis=1)
    cert = lc.certify_linear(features, tests, labels, ridge=5.0, max_flips=1500)
    assert cert.exact.all()
    assert cert.radius.min() > 0
    for t in range(5):
        new, witness = labels.copy(), cert.witness(t)
        new[witness.indices] = witness.labels
        assert len(witness.indices) == cert.radius[t] + 1
        assert retrained(features, tests[t], new, [0, 1, 2], 5.0) != cert.prediction[t]
        new[witness.indices[-1]] = labels[witness.indices[-1]]
        assert retrained(features, tests[t], new, [0, 1, 2], 5.0) == cert.prediction[t]


def test_a_permutation_of_the_rows_changes_nothing():
    rng = np.random.default_rng(5)
    features, tests = rng.standard_normal((3000, 7)), rng.standard_normal((30, 7))
    labels, order = rng.integers(0, 4, 3000), rng.permutation(3000)
    first = lc.certify_linear(features, tests, labels, ridge=1.0, max_flips=300)
    second = lc.certify_linear(features[order], tests, labels[order], ridge=1.0, max_flips=300)
    assert first.radius.tolist() == second.radius.tolist()


@pytest.mark.parametrize("classes", [2, 3])
def test_a_saturated_svm_is_that_of_the_gram_matrix(classes):
    rng = np.random.default_rng(classes)
    features, tests = rng.standard_normal((60, 5)), rng.standard_normal((12, 5))
    labels = rng.integers(0, classes, 60)
    with pytest.raises(lc.InputError, match="pass a C of at most") as refused:
        lc.certify_linear(features, tests, labels, C=1.0, max_flips=8)
    C = float(str(refused.value).split("at most ")[1].split(",")[0])
    cert = lc.certify_linear(features, tests, labels, C=C, max_flips=8)
    other = lc.certify(features @ features.T, tests @ features.T, labels, C=C, max_flips=8)
    assert cert.radius.tolist() == other.radius.tolist()
    assert cert.radius_upper.tolist() == other.radius_upper.tolist()
    assert set(other.proven_by) <= {"saturation", "training"}


def test_the_certificate_does_not_grow_with_the_budget():
    rng = np.random.default_rng(1)
    features, tests = rng.standard_normal((4000, 6)), rng.standard_normal((50, 6))
    labels = (features[:, 0] > 0).astype(int)
    sizes = []
    for budget in (10, 4000):
        cert = lc.certify_linear(features, tests, labels, ridge=1.0, max_flips=budget)
        sizes.append(len(cert.to_json()))
    assert sizes[1] < sizes[0] + 50 * 10


def test_files_keep_everything_but_the_features():
    rng = np.random.default_rng(2)
    features, tests = rng.standard_normal((40, 4)), rng.standard_normal((10, 4))
    labels = rng.choice(["x", "y", "z"], 40)
    cert = lc.certify_linear(features, tests, labels, ridge=1.0, max_flips=40)
    back = lc.Certificate.from_json(cert.to_json())
    assert back.radius.tolist() == cert.radius.tolist()
    assert back.to_frame().equals(cert.to_frame())
    assert set(cert.to_frame()["overtaken_by"]) <= {"x", "y", "z"}
    with pytest.raises(lc.InputError, match="features are not at hand"):
        back.witness(0)
    assert (
        pickle.loads(pickle.dumps(cert.witnesses)).rival.tolist() == cert.witnesses.rival.tolist()
    )
    assert cert.certified_accuracy(1, cert.prediction) == cert.certified_ratio(1)
