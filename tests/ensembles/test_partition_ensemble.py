"""Ensembles: no relabeling within the radius changes the prediction, and every witness does."""

import numpy as np
import pytest

import labelcert as lc
from oracles.rational_ensemble import RationalEnsemble

KINDS = ("plain", "twins", "contradictory twins", "many parts", "one part", "zeros", "tiny ridge",
         "huge ridge", "float32", "orthogonal", "one class in most", "integers")  # fmt: skip


def problem(seed):
    """Rows, class numbers, classes, parts, ridge and new rows of a small, often nasty problem."""
    rng = np.random.default_rng(seed)
    kind = KINDS[seed % len(KINDS)]
    classes = 2 + seed // len(KINDS) % 2
    n = int(rng.integers(1, 8 if classes == 2 else 6))
    d, parts, ridge = (
        int(rng.integers(1, 4)),
        int(rng.integers(1, 4)),
        float(rng.choice([0.1, 1.0])),
    )
    X, new = rng.normal(size=(n, d)).round(1), rng.normal(size=(3, d)).round(1)
    y = rng.integers(classes, size=n)
    if kind == "twins":
        X[n // 2 :] = X[: n - n // 2]
    elif kind == "contradictory twins":
        X[:] = X[0]
        new[0] = X[0]
    elif kind == "many parts":
        parts = 5
    elif kind == "one part":
        parts = 1
    elif kind == "zeros":
        X[0], new[0] = 0.0, 0.0
    elif kind in ("tiny ridge", "huge ridge"):
        ridge = 1e-9 if kind == "tiny ridge" else 1e9
    elif kind == "float32":
        X, new = (
            rng.normal(size=(n, d)).astype(np.float32),
            rng.normal(size=(3, d)).astype(np.float32),
        )
    elif kind == "orthogonal":
        X[:, 0], new[0, 1:] = 0.0, 0.0
    elif kind == "one class in most":
        y[:-1] = classes - 1
    elif kind == "integers":
        X, new = (
            rng.integers(-2, 3, (n, d)).astype(np.int16),
            rng.integers(-2, 3, (3, d)).astype(np.int16),
        )
    return X, y, classes, parts, ridge, new


def fitted(seed, **more):
    X, y, classes, parts, ridge, new = problem(seed)
    ensemble = lc.PartitionEnsemble(parts=parts, ridge=ridge, n_jobs=1, **more)
    return ensemble.fit(X, y, classes=range(classes)), new


def truth(seed, ensemble):
    X, y, classes, parts, ridge, new = problem(seed)
    oracle = RationalEnsemble(X, ensemble.parts_.tolist(), parts, ridge, new, classes)
    return oracle, y.tolist()


@pytest.mark.parametrize("seed", range(72))
def test_no_relabeling_within_the_radius_changes_the_vote_and_witnesses_do(seed):
    ensemble, new = fitted(seed)
    cert = ensemble.certify(new)
    oracle, y = truth(seed, ensemble)
    n = len(y)
    for t in range(len(new)):
        assert cert.prediction[t] == oracle.vote(t, y)
        fewest = oracle.fewest_flips(t, y)
        last = n if fewest is None else fewest - 1
        assert 0 <= cert.radius[t] <= last <= cert.radius_upper[t] <= cert.max_flips == n
        found = cert.witness(t)
        if found is None:
            assert cert.radius_upper[t] == n
            continue
        changed = np.array(y)
        assert (changed[found.indices] != found.labels).all()
        changed[found.indices] = found.labels
        assert len(found.indices) == cert.radius_upper[t] + 1
        assert oracle.vote(t, changed.tolist()) != cert.prediction[t]


@pytest.mark.parametrize("seed", range(72))
def test_votes_are_those_of_the_retrained_parts(seed):
    ensemble, new = fitted(seed)
    cert = ensemble.certify(new)
    oracle, y = truth(seed, ensemble)
    for t in range(len(new)):
        votes = np.bincount(
            [oracle.base_vote(j, t, y) for j in range(oracle.count)], minlength=oracle.classes
        )
        told = cert.decision[t]
        assert (told == votes[1] - votes[0]) if oracle.classes == 2 else (told == votes).all()
    assert (ensemble.predict(new) == cert.prediction).all()


def test_radii_are_worth_something():
    """Intervals that are always open would pass the tests above."""
    exact, total = 0, 0
    for seed in range(72):
        ensemble, new = fitted(seed)
        cert = ensemble.certify(new)
        exact, total = exact + int(cert.exact.sum()), total + len(new)
        assert "open" not in cert.status
    assert exact >= 0.8 * total


@pytest.mark.parametrize("seed", range(72))
def test_looking_inside_is_never_behind_the_black_box(seed):
    white, new = fitted(seed)
    black, _ = fitted(seed, votes="black_box")
    one, two = white.certify(new), black.certify(new)
    assert (one.prediction == two.prediction).all()
    assert (one.radius >= two.radius).all()


@pytest.mark.parametrize("seed", range(24))
@pytest.mark.parametrize("votes", ["white_box", "black_box"])
def test_the_order_of_the_rows_changes_nothing(seed, votes):
    X, y, classes, parts, ridge, new = problem(seed)
    order = np.random.default_rng(seed).permutation(len(y))
    one, two = (
        lc.PartitionEnsemble(parts=parts, ridge=ridge, votes=votes).fit(a, b, range(classes))
        for a, b in ((X, y), (X[order], y[order]))
    )
    assert (one.parts_[order] == two.parts_).all()
    first, second = one.certify(new), two.certify(new)
    for name in ("prediction", "decision", "error_bar", "radius", "radius_upper"):
        assert getattr(first, name).tobytes() == getattr(second, name).tobytes()


def test_the_order_of_many_rows_changes_nothing_bit_for_bit():
    rng = np.random.default_rng(0)
    X, new = rng.normal(size=(400, 16)).astype(np.float32), rng.normal(size=(20, 16))
    X[200:220] = X[:20]
    y = rng.integers(3, size=400)
    order = rng.permutation(400)
    found = []
    for a, b in ((X, y), (X[order], y[order])):
        ensemble = lc.PartitionEnsemble("random_relu", parts=7, ridge=0.3).fit(a, b)
        found.append((ensemble.certify(new), ensemble._base.features.tobytes()))
    assert found[0][1] == found[1][1]
    for name in ("decision", "radius", "radius_upper"):
        assert getattr(found[0][0], name).tobytes() == getattr(found[1][0], name).tobytes()


def test_equal_rows_are_in_one_part_and_labels_move_no_row():
    rng = np.random.default_rng(3)
    X = np.repeat(rng.normal(size=(30, 2)), 3, axis=0)
    y = rng.integers(2, size=90)
    one = lc.PartitionEnsemble(parts=11).fit(X, y, [0, 1])
    assert (one.parts_.reshape(30, 3) == one.parts_.reshape(30, 3)[:, :1]).all()
    assert (lc.PartitionEnsemble(parts=11).fit(X, 1 - y, [0, 1]).parts_ == one.parts_).all()
    assert (lc.PartitionEnsemble(parts=11).fit(X[:60], y[:60]).parts_ == one.parts_[:60]).all()
    assert (lc.PartitionEnsemble(parts=11, seed=1).fit(X, y).parts_ != one.parts_).any()
    assert (lc.PartitionEnsemble(parts=11).fit(X.tolist(), y).parts_ == one.parts_).all()


def test_labels_may_be_text():
    rng = np.random.default_rng(4)
    X, y, new = rng.normal(size=(40, 3)), rng.integers(3, size=40), rng.normal(size=(5, 3))
    names = np.array(["ant", "bee", "cat"])
    one = lc.PartitionEnsemble(parts=6).fit(X, y).certify(new)
    two = lc.PartitionEnsemble(parts=6).fit(X, names[y]).certify(new)
    assert (names[one.prediction] == two.prediction).all()
    assert (one.radius == two.radius).all()
    assert (names[one.witness(0).labels] == two.witness(0).labels).all()


def test_ties_go_to_the_class_first_in_sorted_order_whatever_the_order_of_classes():
    X, y = np.eye(2), np.array(["b", "a"])
    new = np.array([[1.0, 1.0]])
    for classes in (["a", "b"], ["b", "a"], None):
        ensemble = lc.PartitionEnsemble(parts=1).fit(X, y, classes)
        assert ensemble.predict(new) == ["a"]
        assert ensemble.certify(new).radius[0] == 0


def test_one_class_only_needs_the_others_named():
    X = np.arange(8.0).reshape(4, 2)
    with pytest.raises(lc.InputError, match="name it in classes"):
        lc.PartitionEnsemble(parts=2).fit(X, ["a"] * 4)
    cert = lc.PartitionEnsemble(parts=2).fit(X, ["a"] * 4, ["a", "b"]).certify(X)
    assert set(cert.prediction) == {"a"}
    # The first row holds zeros only, which no label moves: both bases tell nothing, and ties say a.
    assert cert.radius.min() >= 0


@pytest.mark.parametrize("budget", [0, 1, "10%", 40, 10**6])
def test_budgets_cap_radii(budget):
    rng = np.random.default_rng(5)
    X, y = rng.normal(size=(40, 3)), rng.integers(2, size=40)
    ensemble = lc.PartitionEnsemble(parts=9).fit(X, y)
    free, cert = ensemble.certify(X), ensemble.certify(X, max_flips=budget)
    most = {0: 0, 1: 1, "10%": 4}.get(budget, 40)
    assert cert.max_flips == most
    assert (cert.radius == np.minimum(free.radius, most)).all()
    assert (cert.radius_upper == np.minimum(free.radius_upper, most)).all()
    assert lc.Certificate.from_json(cert.to_json()).radius.tolist() == cert.radius.tolist()
    assert len(cert.to_frame()) == 40


def test_a_time_limit_leaves_the_black_box():
    rng = np.random.default_rng(6)
    X, y = rng.normal(size=(60, 3)), rng.integers(2, size=60)
    black = lc.PartitionEnsemble(parts=5, votes="black_box").fit(X, y).certify(X)
    ended = lc.PartitionEnsemble(parts=5).fit(X, y).certify(X, time_limit=0)
    assert (ended.prediction == black.prediction).all()
    assert (ended.radius >= black.radius).all()
    assert ended.stopped == "time limit"
