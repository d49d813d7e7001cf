"""Classifiers of others as bases: what is proven, what is found, what is taken at its word."""

from itertools import product

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

import labelcert as lc
from ensembles.small_problems import small


def holds_against(cert, t, y, fewest, vote):
    """An interval of a radius and its witness, against the least number of flips that change a vote
    (None: none do), and what the vote is after any flips."""
    last = len(y) if fewest is None else fewest - 1
    assert cert.radius[t] <= last <= cert.radius_upper[t] <= cert.max_flips
    found = cert.witness(t)
    if found is None:
        assert cert.radius_upper[t] == cert.max_flips
        return
    changed = np.array(y)
    assert (changed[found.indices] != found.labels).all()
    changed[found.indices] = found.labels
    assert len(found.indices) == cert.radius_upper[t] + 1
    assert cert.broken_by[t] == "retrained parts"
    assert vote(changed) != cert.prediction[t]


class Flighty(ClassifierMixin, BaseEstimator):
    """Votes by a coin: the same rows and labels must give the same votes all the same."""

    def __init__(self, random_state=None):
        self.random_state = random_state

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self._coin = np.random.RandomState(self.random_state).randint(10**6)
        return self

    def predict(self, X):
        return self.classes_[(np.arange(len(X)) + self._coin) % len(self.classes_)]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "base", [DecisionTreeClassifier(), KNeighborsClassifier(1), Flighty()],
    ids=lambda base: type(base).__name__,
)  # fmt: skip
def test_black_boxes_against_retraining_on_all_relabelings(base, seed):
    X, y, new = small(seed, 2, n=6)
    ensemble = lc.PartitionEnsemble(base=base, parts=3, votes="black_box").fit(X, y, [0, 1])
    cert = ensemble.certify(new)
    again = lc.PartitionEnsemble(base=base, parts=3, votes="black_box")
    votes = {
        other: again.fit(X, other, [0, 1]).predict(new) for other in product((0, 1), repeat=len(y))
    }
    clean = votes[tuple(y.tolist())]
    assert (clean == cert.prediction).all()
    for t in range(len(new)):
        lost = [
            int((np.array(other) != y).sum())
            for other, found in votes.items()
            if found[t] != clean[t]
        ]
        assert 0 <= cert.radius[t] < min(lost, default=7)
        holds_against(
            cert, t, y, min(lost, default=None), lambda z, t=t: votes[tuple(z.tolist())][t]
        )


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    "base", [DecisionTreeClassifier(), KNeighborsClassifier(1)], ids=lambda b: type(b).__name__
)
def test_black_boxes_of_many_classes_against_retraining(base, seed):
    X, y, new = small(seed, 3, n=5)
    ensemble = lc.PartitionEnsemble(base=base, parts=2, votes="black_box").fit(X, y, [0, 1, 2])
    cert = ensemble.certify(new)
    again = lc.PartitionEnsemble(base=base, parts=2, votes="black_box")
    votes = {z: again.fit(X, z, [0, 1, 2]).predict(new) for z in product(range(3), repeat=5)}
    for t in range(len(new)):
        lost = [
            int((np.array(z) != y).sum()) for z, v in votes.items() if v[t] != cert.prediction[t]
        ]
        holds_against(
            cert, t, y, min(lost, default=None), lambda z, t=t: votes[tuple(z.tolist())][t]
        )


def test_intervals_of_black_boxes_are_worth_something():
    """One flip of the nearest row turns its nearest neighbour's vote: all is exact."""
    rng = np.random.default_rng(3)
    X, y, new = rng.normal(size=(60, 3)), rng.integers(2, size=60), rng.normal(size=(9, 3))
    base = KNeighborsClassifier(1)
    ensemble = lc.PartitionEnsemble(base=base, parts=7, votes="black_box").fit(X, y)
    cert = ensemble.certify(new)
    assert cert.exact.all()
    for t in range(9):
        found, changed = cert.witness(t), y.copy()
        changed[found.indices] = found.labels
        after = lc.PartitionEnsemble(base=base, parts=7, votes="black_box").fit(X, changed)
        assert after.predict(new)[t] != cert.prediction[t]
    few = ensemble.certify(new, max_flips=1)
    assert (few.radius_upper <= 1).all()
    assert (ensemble.certify(new, witnesses=False).radius_upper == 60).all()
    assert (ensemble.certify(new, time_limit=0).radius_upper == 60).all()


class Choosy(KNeighborsClassifier):
    """Refuses labels of which one class has a single member, as nested cross-validation does."""

    def fit(self, X, y):
        if np.unique(y, return_counts=True)[1].min() < 2:
            raise ValueError("the least populated class has only 1 member")
        return super().fit(X, y)


def test_a_classifier_that_refuses_a_relabeling_only_hides_a_witness():
    X = np.arange(12.0).reshape(6, 2)
    y = np.array([0, 0, 1, 1, 1, 0])
    ensemble = lc.PartitionEnsemble(base=Choosy(1), parts=1, votes="black_box").fit(X, y)
    cert = ensemble.certify(X)
    assert (cert.radius == 0).all()
    assert (cert.radius_upper >= 0).all()
    assert cert.exact.any()


def test_retrainings_are_limited_in_number(monkeypatch):
    """However many there may be, what is told was retrained on."""
    from labelcert.ensembles import retrained_flips

    monkeypatch.setattr(retrained_flips, "MOST_RETRAININGS", 1)
    rng = np.random.default_rng(3)
    X, y, new = rng.normal(size=(60, 3)), rng.integers(2, size=60), rng.normal(size=(9, 3))
    base = KNeighborsClassifier(1)
    cert = lc.PartitionEnsemble(base=base, parts=3, votes="black_box").fit(X, y).certify(new)
    assert (cert.radius <= cert.radius_upper).all()
    assert not cert.exact.all()


def test_the_order_of_rows_means_nothing_to_a_classifier_that_it_means_something_to():
    rng = np.random.default_rng(1)
    X, y, new = rng.normal(size=(60, 3)), rng.integers(3, size=60), rng.normal(size=(10, 3))
    X[30:] = X[:30]
    order = rng.permutation(60)
    base = RandomForestClassifier(n_estimators=5)
    one, two = (
        lc.PartitionEnsemble(base=base, parts=4, votes="black_box").fit(a, b).certify(new)
        for a, b in ((X, y), (X[order], y[order]))
    )
    assert one.decision.tobytes() == two.decision.tobytes()
    assert one.radius.tobytes() == two.radius.tobytes()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"ridge": 1.0, "C": 1.0}, "pass one of them"),
        ({"base": DecisionTreeClassifier()}, "votes='black_box'"),
        ({"base": object(), "votes": "black_box"}, "scikit-learn classifier"),
        ({"base": DecisionTreeClassifier(), "kernel": lc.kernels.MLP(), "votes": "black_box"},
         "does not take a kernel"),
        ({"features": "patches", "kernel": lc.kernels.MLP()}, "features and kernel"),
        ({"kernel": "mlp"}, "no kernel"),
        ({"features": "pixel"}, "pixels"),
        ({"features": 3}, "features=3"),
        ({"parts": 0}, "parts"),
        ({"parts": 2.5}, "parts"),
        ({"ridge": -1.0}, "ridge"),
        ({"C": 0.0}, "C=0"),
        ({"votes": "grey_box"}, "votes"),
        ({"seed": -1}, "seed"),
        ({"n_jobs": 0}, "n_jobs"),
    ],
)  # fmt: skip
def test_wrong_parameters_are_refused(wrong, words):
    X, y = np.eye(4), [0, 1, 0, 1]
    with pytest.raises(lc.InputError, match=words):
        lc.PartitionEnsemble(**wrong).fit(X, y).predict(X)
