"""Every kind of base: votes as the model says, radii that no relabeling contradicts."""

from itertools import product

import numpy as np
import pytest

import labelcert as lc
from ensembles.small_problems import small
from oracles.brute_force import solve_dual
from oracles.rational_ensemble import RationalEnsemble


class Svms:
    """Majority of SVMs by a general QP solver; each label vector of a part is solved once."""

    def __init__(self, X, parts, count, C, classes):
        self.X, self.C, self.classes = X, C, classes
        self.own = [np.flatnonzero(parts == j) for j in range(count)]
        self._solved = {}

    def coefficients(self, j, labels):
        key = j, labels.tobytes()
        if key not in self._solved:
            X = self.X[self.own[j]]
            signs = [np.where(labels == k, 1.0, -1.0) for k in range(self.classes)]
            self._solved[key] = X.T @ np.array([solve_dual(X @ X.T, y, self.C) for y in signs]).T
        return self._solved[key]

    def vote(self, row, labels):
        """The class, None where a margin is too small to tell."""
        counts = np.zeros(self.classes)
        for j, own in enumerate(self.own):
            if len(own) == 0:
                counts[0] += 1
                continue
            values = row @ self.coefficients(j, labels[own])
            best = np.flatnonzero(values > values.max() - 1e-7)
            if len(best) > 1 and len(set(labels[own])) > 1:
                return None
            counts[best[0]] += 1
        return int(counts.argmax())


@pytest.mark.parametrize("votes", ["white_box", "black_box"])
@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("classes", [2, 3])
def test_witnesses_against_svms_hold_when_retrained(seed, classes, votes):
    X, y, new = small(seed, classes, n=7 if classes == 2 else 5)
    ensemble = lc.PartitionEnsemble(parts=2, C=0.7, votes=votes, n_jobs=1)
    cert = ensemble.fit(X, y, range(classes)).certify(new)
    svms = Svms(X, ensemble.parts_, 2, 0.7, classes)
    for t, row in enumerate(new):
        found = cert.witness(t)
        if found is None:
            continue
        changed = y.copy()
        changed[found.indices] = found.labels
        assert (changed != y).sum() == len(found.indices) == cert.radius_upper[t] + 1
        # None is a margin too small for the oracle to tell.
        assert svms.vote(row, changed) in (None, *(set(range(classes)) - {cert.prediction[t]}))


def test_intervals_against_svms_are_worth_something():
    exact, found, total = 0, 0, 0
    for seed in range(8):
        X, y, new = small(seed, 2, n=7)
        cert = lc.PartitionEnsemble(parts=2, C=0.7, n_jobs=1).fit(X, y, [0, 1]).certify(new)
        exact, found = exact + int(cert.exact.sum()), found + sum(map(bool, cert.broken_by))
        total += len(new)
    assert found >= 0.7 * total
    assert exact >= 0.7 * total


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("classes", [2, 3])
def test_svm_radii_against_retraining_on_all_relabelings(seed, classes):
    X, y, new = small(seed, classes, n=7 if classes == 2 else 5)
    ensemble = lc.PartitionEnsemble(parts=2, C=0.7, n_jobs=1).fit(X, y, range(classes))
    cert = ensemble.certify(new)
    black = lc.PartitionEnsemble(parts=2, C=0.7, votes="black_box").fit(X, y, range(classes))
    assert (cert.radius >= black.certify(new).radius).all()
    assert (ensemble.predict(new) == cert.prediction).all()
    svms = Svms(X, ensemble.parts_, 2, 0.7, classes)
    for t, row in enumerate(new):

        def vote(labels, row=row):
            return svms.vote(row, np.asarray(labels))

        clean = vote(y)
        if clean is None:
            continue
        assert cert.prediction[t] == clean
        found = [
            int((np.array(other) != y).sum())
            for other in product(range(classes), repeat=len(y))
            if vote(np.array(other)) not in (None, clean)
        ]
        assert cert.radius[t] < min(found, default=len(y) + 1)


@pytest.mark.parametrize("argument", ["features", "kernel"])
@pytest.mark.parametrize("learner", [{"ridge": 0.5}, {"C": 0.3}])
def test_a_kernel_in_place_of_features(argument, learner):
    rng = np.random.default_rng(2)
    X, new = rng.normal(size=(30, 4)), rng.normal(size=(5, 4))
    y = np.where(X[:, 0] > 0, "up", "down")
    kernel = lc.kernels.MLP()
    ensemble = lc.PartitionEnsemble(parts=3, **{argument: kernel}, **learner).fit(X, y)
    cert = ensemble.certify(new, max_flips=6)
    votes = []
    for j in range(3):
        own = np.flatnonzero(ensemble.parts_ == j)
        both = np.vstack([X[own], new])
        first, rest = np.arange(len(own)), np.arange(len(own), len(both))
        single = lc.certify(
            kernel(both, first), kernel(both, rest, first), y[own], max_flips=6, **learner
        )
        votes.append(single.prediction)
    ups = (np.array(votes) == "up").sum(axis=0)
    np.testing.assert_array_equal(cert.decision, 2 * ups - 3)
    assert (cert.radius >= 0).all()


def test_one_part_is_the_single_model():
    """With one part the radius is that of the model, found in another way."""
    rng = np.random.default_rng(7)
    X, new = rng.normal(size=(40, 5)), rng.normal(size=(12, 5))
    for classes in (2, 3):
        y = rng.integers(classes, size=40)
        single = lc.certify_linear(X, new, y, ridge=0.4, max_flips=40)
        cert = lc.PartitionEnsemble(parts=1, ridge=0.4).fit(X, y).certify(new)
        assert (cert.prediction == single.prediction).all()
        assert (cert.radius == single.radius).all()


@pytest.mark.parametrize(
    ("X", "y", "words"),
    [
        (np.eye(3), [0, 1], "y has 2 entries"),
        (np.full((2, 2), np.nan), [0, 1], "non-finite"),
        (np.zeros((2, 0)), [0, 1], "at least one number"),
        (np.eye(2), [0, None], "missing"),
        (np.eye(2) * 1e90, [0, 1], "rescale"),
        ([["a", "b"]], [0], "text"),
        (np.zeros(3), [0, 1, 1], "dimension"),
    ],
)
def test_wrong_rows_and_labels_are_refused(X, y, words):
    with pytest.raises(lc.InputError, match=words):
        lc.PartitionEnsemble(parts=2).fit(X, y, [0, 1])


def test_new_rows_must_be_of_the_same_kind():
    ensemble = lc.PartitionEnsemble(parts=2).fit(np.eye(3), [0, 1, 1])
    with pytest.raises(lc.InputError, match="columns"):
        ensemble.predict(np.eye(4))
    assert len(ensemble.certify(np.zeros((0, 3))).radius) == 0
    assert len(ensemble.predict(np.zeros((0, 3)))) == 0


def test_it_is_a_scikit_learn_classifier():
    from sklearn.base import clone
    from sklearn.model_selection import cross_val_score

    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 3))
    y = np.where(X[:, 0] + 0.1 * rng.normal(size=80) > 0, "up", "down")
    ensemble = clone(lc.PartitionEnsemble(parts=3, ridge=0.1))
    assert cross_val_score(ensemble, X, y, cv=3).mean() > 0.8
    assert ensemble.set_params(parts=5).get_params()["parts"] == 5


def test_a_kernel_of_finite_features_is_taken_by_its_features():
    rng = np.random.default_rng(5)
    X, new = rng.normal(size=(60, 4)), rng.normal(size=(9, 4))
    y = rng.integers(3, size=60)
    one = lc.PartitionEnsemble(kernel=lc.kernels.Linear(), parts=4).fit(X, y).certify(new)
    two = lc.PartitionEnsemble(parts=4).fit(X, y).certify(new)
    assert (one.radius == two.radius).all()
    assert (one.decision == two.decision).all()


@pytest.mark.parametrize("learner", [{"ridge": 1.0}, {"C": 1.0}])
def test_a_function_of_two_matrices_is_a_kernel_here_too(learner):
    rng = np.random.default_rng(6)
    X, new = rng.normal(size=(24, 2)), rng.normal(size=(5, 2))
    y = rng.integers(2, size=24)
    one, two = (
        lc.PartitionEnsemble(kernel=kernel, parts=4, **learner).fit(X, y).certify(new)
        for kernel in (lambda A, B: A @ B.T, lc.kernels.Linear())
    )
    assert one.radius.tolist() == two.radius.tolist()
    assert one.prediction.tolist() == two.prediction.tolist()
    with pytest.raises(lc.InputError, match=r"a matrix: pass lc.kernels.Precomputed"):
        lc.PartitionEnsemble(kernel=X @ X.T, parts=4).fit(X, y).certify(new)


class Trembling:
    """Features of equal rows that differ in their last digits, as products may leave them."""

    name = "trembling"

    def settings(self):
        return {}

    def fit(self, rows):
        return lambda rows: rows + 1e-7 * np.arange(len(rows))[:, None]


@pytest.mark.parametrize("seed", range(12))
def test_equal_rows_with_features_that_are_not_are_no_tie(seed):
    rng = np.random.default_rng(seed)
    X = np.repeat(rng.normal(size=(1, 2)).round(2), 4, axis=0)
    y, new = rng.permutation([0, 0, 1, 1]), X[:1].copy()
    ensemble = lc.PartitionEnsemble(Trembling(), parts=1, ridge=1.0).fit(X, y, [0, 1])
    cert = ensemble.certify(new)
    oracle = RationalEnsemble(ensemble._base.features, [0] * 4, 1, 1.0, new, 2)
    labels = ensemble._parts[0].labels.tolist()
    assert cert.prediction[0] == oracle.vote(0, labels)
    fewest = oracle.fewest_flips(0, labels)
    assert cert.radius[0] <= fewest - 1 <= cert.radius_upper[0]


def test_an_interrupted_poll_is_no_certificate(monkeypatch):
    from labelcert.ensembles import polling

    monkeypatch.setattr(polling, "work_off", lambda *args: ([], False))
    ensemble = lc.PartitionEnsemble(parts=2).fit(np.eye(3), [0, 1, 1])
    with pytest.raises(KeyboardInterrupt):
        ensemble.predict(np.eye(3))
