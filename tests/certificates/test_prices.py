"""The price of an alternative is the accuracy that scikit-learn's fits have on the same labels."""

import numpy as np
import pandas as pd
import pytest
from sklearn.kernel_ridge import KernelRidge
from sklearn.svm import LinearSVC

import labelcert as lc
from labelcert.certificates.results.alternative import Alternative
from labelcert.certificates.run import pricing
from labelcert.certificates.run.pricing import Prices
from labelcert.certificates.run.validation import check_validation
from labelcert.learners.gram import check_gram


def points(n, seed, classes=2, noise=0.2):
    """Features (n, 6) and labels (n,), some of them wrong."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, 6))
    y = x[:, :classes].argmax(axis=1) if classes > 2 else (x[:, 0] + x[:, 1] > 0).astype(int)
    return x, np.where(rng.random(n) < noise, (y + 1) % classes, y)


def scores(x, y, new, C):
    """Logits (m, classes) of scikit-learn's SVMs without a bias, one class against all others."""
    found = []
    for label in np.unique(y):
        fit = LinearSVC(C=C, loss="hinge", fit_intercept=False, tol=1e-9, max_iter=10**6)
        found.append(fit.fit(x, np.where(y == label, 1, -1)).decision_function(new))
    return np.stack(found, axis=1)


def ridge_scores(gram, rows, y, ridge):
    targets = np.where(y[:, None] == np.unique(y), 1.0, -1.0)
    return KernelRidge(alpha=ridge, kernel="precomputed").fit(gram, targets).predict(rows)


def prices_of(gram, labels, validation, time_limit=60.0):
    classes, numbers = np.unique(labels, return_inverse=True)
    held = check_validation(validation, labels, classes)
    return Prices(check_gram(gram), numbers, len(classes), held, time_limit)


@pytest.mark.parametrize(("classes", "seed"), [(2, 0), (2, 1), (3, 2), (4, 3)])
@pytest.mark.parametrize("C", [0.003, 0.1, 2.0])
def test_of_an_svm(classes, seed, C):
    x, y = points(90, seed, classes)
    held = np.random.default_rng(seed).permutation(90)[:40]
    rest = np.setdiff1d(np.arange(90), held)
    right = int((scores(x[rest], y[rest], x[held], C).argmax(axis=1) == y[held]).sum())
    assert 0 < right < 40
    assert prices_of(x @ x.T, y, held).of_svm(C) == right
    apart = x[rest] @ x[rest].T, y[rest], (x[held] @ x[rest].T, y[held])
    assert prices_of(*apart).of_svm(C) == right


@pytest.mark.parametrize(("classes", "seed", "scale"), [(2, 0, 1.0), (3, 1, 1.0), (2, 2, 3e7)])
def test_of_ridge_regression(classes, seed, scale):
    x, y = points(90, seed, classes)
    gram = scale * (x @ x.T + 1.0)
    held = np.arange(5, 90, 2)
    rest = np.setdiff1d(np.arange(90), held)
    own, rows = gram[np.ix_(rest, rest)], gram[np.ix_(held, rest)]
    middle = round(np.log10(own.diagonal().mean()))
    tried = {
        ridge: int((ridge_scores(own, rows, y[rest], ridge).argmax(axis=1) == y[held]).sum())
        for ridge in (float(f"1e{middle + power}") for power in range(-2, 3))
    }
    found = prices_of(gram, y, held).of_ridge()
    assert found is not None
    assert found.tried == 5
    assert found.right == max(tried.values())
    assert found.ridge == max(ridge for ridge, right in tried.items() if right == found.right)
    assert len(set(tried.values())) > 1


def test_near_duplicates_float32_and_a_class_that_is_only_held_out():
    x, y = points(60, 4)
    x = np.concatenate([x, x + 1e-9])
    y = np.concatenate([y, 1 - y]).astype(object)
    y[:] = np.where(y == 1, "one", "nil")
    gram = (x @ x.T + 1.0).astype(np.float32)
    labels = y.astype(str)
    labels[:3] = "rare"
    prices = prices_of(gram, labels, [0, 1, 2, 3, 70])
    right = prices.of_svm(0.5)
    assert right is not None
    assert right <= 2  # "rare" is trained on nowhere
    assert prices.of_ridge() is not None


def test_a_class_that_the_problem_does_not_have_is_predicted_wrong():
    x, y = points(50, 5, noise=0.0)
    pair = (x[30:] @ x[:30].T, np.full(20, 7))
    prices = prices_of(x[:30] @ x[:30].T, y[:30], pair)
    assert prices.of_svm(1.0) == 0
    assert prices.of_ridge().right == 0


def test_what_there_is_no_time_or_no_room_for_is_not_told(monkeypatch):
    x, y = points(60, 6)
    prices = prices_of(x @ x.T, y, np.arange(20), 1.0)
    assert prices.forecast <= prices.allowed == pricing.LEAST
    monkeypatch.setattr(pricing, "FACTOR", 1.4 * prices.allowed / 40**3 / 3)
    assert prices.of_ridge().tried == 2
    monkeypatch.setattr(pricing, "FACTOR", 2 * prices.allowed / 40**3)
    assert prices.of_ridge() is None
    monkeypatch.setattr(pricing, "threads_that_fit", lambda jobs, size: 0)
    assert prices.of_svm(1.0) is None


def open_problem(classes=2, seed=0):
    """A problem that no search closes in a moment, and 40 more points."""
    x, y = points(210, seed, classes)
    kernel = 0.3 + np.exp(-0.3 * ((x[:, None] - x[None]) ** 2).sum(axis=2))
    return kernel, y, np.arange(150), np.arange(150, 160), np.arange(160, 210)


@pytest.mark.parametrize("classes", [2, 3])
def test_advice_tells_prices_now_and_then(classes):
    kernel, y, train, test, more = open_problem(classes)
    held = np.arange(0, 150, 3)
    rest = np.setdiff1d(train, held)
    given = kernel[np.ix_(train, train)], kernel[np.ix_(test, train)], y[train]
    options = {"C": 1.0, "max_flips": 12, "time_limit": 0.5}
    pair = kernel[np.ix_(more, train)], y[more]
    root = np.linalg.cholesky(kernel + 1e-12 * np.eye(len(kernel)))
    for validation, fitted, judged in ((held, rest, held), (pair, train, more)):
        cert = lc.certify(*given, **options, validation=validation)
        assert not cert.exact.all()
        by_kind = {way.kind: way for way in cert.alternatives}
        assert list(by_kind) == ["longer limit", "smaller C", "ridge"]
        assert cert.advice == tuple(str(way) for way in cert.alternatives)

        def right(C, fitted=fitted, judged=judged):
            found = scores(root[fitted], y[fitted], root[judged], C).argmax(axis=1)
            return int((found == y[judged]).sum())

        now, count = right(1.0), len(judged)
        assert all(way.right_now == now for way in cert.alternatives)
        assert all(way.validated == count for way in cert.alternatives)
        smaller, ridge = by_kind["smaller C"], by_kind["ridge"]
        assert smaller.right == right(smaller.learner["C"])
        assert by_kind["longer limit"].right == now
        values = ridge_scores(
            kernel[np.ix_(fitted, fitted)], kernel[np.ix_(judged, fitted)], y[fitted],
            ridge.learner["ridge"],
        )  # fmt: skip
        assert ridge.right == (values.argmax(axis=1) == y[judged]).sum()
        assert ridge.accuracy == ridge.right / count
        assert ridge.accuracy_now == now / count
        for way in cert.alternatives:
            assert f"{way.right} of {count} validation labels ({way.right / count:.1%})" in way.told
            assert ("trained without them" in way.told) == (validation is held)
        assert f"C = 1 {now} ({now / count:.1%})" in smaller.told
        assert lc.Certificate.from_json(cert.to_json()).alternatives == cert.alternatives


def test_names_put_validation_into_one_order():
    kernel, y, train, test, more = open_problem()
    names = [f"p{i}" for i in train]
    gram = pd.DataFrame(kernel[np.ix_(train, train)], names, names)
    cross = pd.DataFrame(kernel[np.ix_(test, train)], columns=names)
    shuffled = np.random.default_rng(1).permutation(150)
    rows = pd.DataFrame(kernel[np.ix_(more, train)], [f"v{i}" for i in more], names)
    truth = pd.Series(y[more], rows.index)
    mask = pd.Series(np.arange(150) % 3 == 0, names)
    options = {"C": 1.0, "max_flips": 12, "time_limit": 0.3}
    found = []
    for validation in (
        (rows, truth), (rows.iloc[:, shuffled], truth.iloc[::-1]), mask, mask.iloc[shuffled],
        np.arange(0, 150, 3), (np.arange(150) % 3 == 0).tolist(),
    ):  # fmt: skip
        cert = lc.certify(gram, cross, y[train], **options, validation=validation)
        found.append([(way.kind, way.right, way.right_now) for way in cert.alternatives])
    assert found[0] == found[1]
    assert found[2] == found[3] == found[4] == found[5]


def test_verdicts_do_not_depend_on_validation():
    x, y = points(24, 7)
    given = x[:14] @ x[:14].T, x[14:] @ x[:14].T, y[:14]
    plain = lc.certify(*given, C=0.5, max_flips=3)
    with_prices = lc.certify(*given, C=0.5, max_flips=3, validation=[0, 5, 9])
    assert plain.radius.tolist() == with_prices.radius.tolist()
    assert with_prices.exact.all()
    assert with_prices.alternatives == with_prices.advice == ()
    assert lc.certify(*given, ridge=0.5, max_flips=3, validation=[0, 5]).alternatives == ()
    nobody = lc.certify(*given, C=0.5, max_flips=3, validation=[])
    assert nobody.radius.tolist() == plain.radius.tolist()


@pytest.mark.parametrize(
    ("validation", "told"),
    [
        (range(12), "holds out every label"),
        ([0, 12], "contains 12, which is no labeled point"),
        ([0, 0], "repeats positions"),
        ([0.0, 1.0], "must hold integers"),
        ([True] * 3 + [False], "is a mask with 4 entries for 12"),
        ("train", "is a single value"),
        ((np.ones((3, 11)), [0, 1, 0]), "11 columns but there are 12 labels"),
        ((np.ones((3, 12)), [0, 1]), "labels has 2 entries for 3 validation points"),
        ((np.ones((3, 12)), ["a", "b", "a"]), "validation's labels holds"),
        ((np.ones((3, 12)), [0, 1, None]), "validation's labels has a missing"),
        ((np.full((3, 12), np.nan), [0, 1, 0]), "validation's cross has non-finite entries"),
        ((np.full((3, 12), 1e300), [0, 1, 0]), "validation's cross has an entry of size"),
        (([0, 1], [0, 1]), "validation's cross has 1 dimension"),
    ],
)
def test_what_is_no_validation_is_refused(validation, told):
    x, y = points(15, 8, noise=0.0)
    given = x[:12] @ x[:12].T, x[12:] @ x[:12].T, y[:12]
    with pytest.raises(lc.InputError, match=told):
        lc.certify(*given, C=1.0, max_flips=1, validation=validation)


def test_advise_weighs_no_prices():
    x, y = points(15, 9, noise=0.0)
    given = x[:12] @ x[:12].T, x[12:] @ x[:12].T, y[:12]
    with pytest.raises(lc.InputError, match="validation is not available in advise"):
        lc.advise(*given, C=1.0, max_flips=1, validation=np.array([0, 1]))


@pytest.mark.parametrize(
    "damage",
    [
        {"kind": "magic"}, {"told": 3}, {"right": -1}, {"right": 6}, {"right_now": 2.5},
        {"learner": {"C": "much"}}, {"validated": 0}, {"unchanged": True},
    ],
)  # fmt: skip
def test_a_damaged_file_is_refused(damage):
    import dataclasses
    import json

    x, y = points(15, 9, noise=0.0)
    given = x[:12] @ x[:12].T, x[12:] @ x[:12].T, y[:12]
    cert = lc.certify(*given, C=1.0, max_flips=1)
    way = Alternative("smaller C", "A C of 0.1", {"C": 0.1}, 3, 5, 4, 5)
    cert = dataclasses.replace(cert, alternatives=(way,))
    assert lc.Certificate.from_json(cert.to_json()).alternatives == (way,)
    document = json.loads(cert.to_json())
    document["alternatives"][0] |= damage
    with pytest.raises(lc.InputError, match="damaged"):
        lc.Certificate.from_json(json.dumps(document))
    del document["alternatives"]
    assert lc.Certificate.from_json(json.dumps(document)).alternatives == ()
