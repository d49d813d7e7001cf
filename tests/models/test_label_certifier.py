"""`LabelCertifier` as a scikit-learn classifier, and its certificates against `certify`."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

import labelcert as lc


def table(n=40, classes=("ham", "spam"), seed=0, width=4):
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((n, width))
    labels = np.array(classes)[rows[:, : len(classes)].argmax(axis=1)]
    return rows, labels


@pytest.mark.parametrize("learner", [{}, {"ridge": 0.5}], ids=["svm", "ridge"])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
def test_check_estimator(learner):
    check_estimator(lc.LabelCertifier(**learner))


@pytest.mark.parametrize("classes", [("ham", "spam"), ("a", "b", "c")])
@pytest.mark.parametrize("learner", [{"C": 0.3}, {"ridge": 0.7}])
def test_predicts_and_certifies_as_certify_on_its_kernel_does(classes, learner):
    rows, labels = table(classes=classes)
    new, _ = table(12, seed=1)
    kernel = lc.kernels.MLP()
    fitted = lc.LabelCertifier(kernel, **learner).fit(rows, labels)
    both = np.concatenate([rows, new])
    gram, cross = kernel(both, np.arange(40)), kernel(both, np.arange(40, 52), np.arange(40))
    expected = lc.certify(gram, cross, labels, max_flips=2, **learner)
    found = fitted.certify(new, max_flips=2)
    assert found.radius.tolist() == expected.radius.tolist()
    assert found.prediction.tolist() == expected.prediction.tolist()
    assert fitted.predict(new).tolist() == expected.prediction.tolist()
    np.testing.assert_allclose(fitted.decision_function(new), expected.decision, atol=1e-9)


def test_witnesses_hold_when_the_classifier_is_fitted_to_them():
    rows, labels = table(20)
    new, _ = table(10, seed=1)
    fitted = lc.LabelCertifier(C=0.3).fit(rows, labels)
    cert = fitted.certify(new, max_flips=4)
    seen = 0
    for i, witness in enumerate(cert.witnesses):
        if witness is not None:
            changed = labels.copy()
            changed[witness.indices] = witness.labels
            refitted = clone(fitted).fit(rows, changed)
            assert refitted.predict(new[i : i + 1])[0] != cert.prediction[i]
            seen += 1
    assert seen > 3


def test_grids_and_pipelines_and_workers():
    rows, labels = table(60)
    frame = pd.DataFrame(rows, columns=list("abcd"))
    pipe = make_pipeline(StandardScaler(), lc.LabelCertifier())
    assert cross_val_score(pipe, frame, pd.Series(labels), cv=3, n_jobs=2).mean() > 0.7
    grid = {"labelcertifier__kernel__depth": [1, 2], "labelcertifier__C": [0.1, 1.0]}
    search = GridSearchCV(pipe, grid, cv=3).fit(frame, labels)
    best = search.best_estimator_[-1]
    assert best.kernel.depth == search.best_params_["labelcertifier__kernel__depth"]
    cert = best.certify(search.best_estimator_[:-1].transform(frame[:3]), max_flips=1)
    assert len(cert.radius) == 3


def test_setting_parameters_of_the_default_kernel_changes_no_other_estimator():
    changed = lc.LabelCertifier().set_params(kernel__depth=3)
    assert changed.kernel.depth == 3
    assert lc.LabelCertifier().kernel == lc.kernels.MLP()
    kernel = lc.kernels.MLP()
    lc.LabelCertifier(kernel).set_params(kernel__depth=2)
    assert kernel.depth == 1
    with pytest.raises(lc.InputError, match="width"):
        lc.LabelCertifier().set_params(kernel__width=2)


def test_frames_name_their_columns_and_are_aligned_by_position():
    rows, labels = table()
    frame = pd.DataFrame(rows, columns=list("abcd"), index=[f"r{i}" for i in range(40)])
    fitted = lc.LabelCertifier().fit(frame, pd.Series(labels, index=frame.index))
    assert fitted.feature_names_in_.tolist() == list("abcd")
    with pytest.raises(lc.InputError, match="feature names"):
        fitted.predict(frame[list("bacd")])
    shuffled = pd.Series(labels, index=frame.index)[::-1]
    with pytest.raises(lc.InputError, match="another order"):
        lc.LabelCertifier().fit(frame, shuffled)


def test_a_function_of_two_matrices_is_a_kernel():
    rows, labels = table()
    fitted = lc.LabelCertifier(lambda a, b: a @ b.T, ridge=1.0).fit(rows, labels)
    weights = np.linalg.solve(rows @ rows.T + np.eye(40), np.where(labels == "spam", 1.0, -1.0))
    np.testing.assert_allclose(fitted.decision_function(rows), rows @ rows.T @ weights, atol=1e-9)


def test_the_threat_model_counts_rows_and_max_flips_replaces_its_budget():
    rows, labels = table(20)
    new, _ = table(8, seed=1)
    threat = lc.ThreatModel(budget=1, trusted=list(range(20)))
    fitted = lc.LabelCertifier(threat=threat).fit(rows, labels)
    assert (fitted.certify(new).radius == fitted.certify(new).max_flips).all()
    free = lc.LabelCertifier(threat=lc.ThreatModel(budget=0, trusted=[0])).fit(rows, labels)
    plain = lc.certify(
        lc.kernels.MLP()(rows), lc.kernels.MLP()(new, rows), labels, C=1.0,
        threat=lc.ThreatModel(budget=2, trusted=[0]),
    )  # fmt: skip
    assert free.certify(new, max_flips=2).radius.tolist() == plain.radius.tolist()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"C": 1.0, "ridge": 1.0}, "not both"),
        ({"C": -1.0}, "C="),
        ({"C": "1"}, "C="),
        ({"kernel": "mlp"}, "no kernel"),
        ({"kernel": lc.kernels.MLP}, "no kernel"),
        ({"threat": 3}, "no threat model"),
    ],
)
def test_parameters_that_cannot_be_used_are_refused(arguments, told):
    with pytest.raises(lc.InputError, match=told):
        lc.LabelCertifier(**arguments).fit(*table())


def test_data_that_would_be_bent_are_refused():
    rows, labels = table()
    masked = np.ma.masked_array(rows, mask=rows > 2)
    text = [["1", "2"], ["3", "4"]]
    mixed = [1, "1"] * 20
    missing = pd.Series([*labels[:-1], None], dtype=object)
    for X, y, told in (
        (masked, labels, "masked"),
        (text, [0, 1], "text"),
        (np.array(text), [0, 1], "text"),
        (rows, mixed, "mixes|types"),
        (rows, missing, "None|NaN|missing|mixes"),
        (rows, labels[:-1], "inconsistent"),
        (rows, ["one"] * 40, "1 class"),
        (rows, None, "requires y"),
    ):
        with pytest.raises(lc.InputError, match=told):
            lc.LabelCertifier().fit(X, y)


def test_certify_takes_what_is_fitted_from_the_model_only():
    rows, labels = table()
    with pytest.raises(NotFittedError):
        lc.LabelCertifier().certify(rows, max_flips=1)
    fitted = lc.LabelCertifier().fit(rows, labels)
    with pytest.raises(lc.InputError, match="C belongs"):
        fitted.certify(rows, max_flips=1, C=2.0)
    with pytest.raises(lc.InputError, match="max_flips is missing"):
        fitted.certify(rows)
    with pytest.raises(lc.InputError, match="features"):
        fitted.certify(rows[:, :2], max_flips=1)


def test_saved_and_loaded_is_the_same_classifier(tmp_path):
    rows, labels = table(classes=("a", "b", "c"))
    threat = lc.ThreatModel(
        budget="10%", trusted=np.array([1, 2]), groups=list("xy") * 20, group_budgets={"x": 1},
        directions=[("a", "b")],
    )  # fmt: skip
    for learner in ({"C": 0.2}, {"ridge": 2.0, "threat": threat}):
        frame = pd.DataFrame(rows, columns=list("abcd"))
        fitted = lc.LabelCertifier(lc.kernels.MLP(depth=2), **learner).fit(frame, labels)
        fitted.save(tmp_path / "model.npz")
        again = lc.LabelCertifier.load(tmp_path / "model.npz")
        assert again.get_params(deep=False).keys() == fitted.get_params(deep=False).keys()
        assert (again.kernel, again.C, again.ridge) == (fitted.kernel, fitted.C, fitted.ridge)
        assert again.predict(frame).tolist() == fitted.predict(frame).tolist()
        assert (again.decision_function(frame) == fitted.decision_function(frame)).all()
        first, second = (c.certify(frame[:4], max_flips=1) for c in (fitted, again))
        assert first.radius.tolist() == second.radius.tolist()
        assert (
            pickle.loads(pickle.dumps(again)).predict(frame).tolist()
            == again.predict(frame).tolist()
        )


class Bump:
    """A kernel of one's own."""

    name = "bump"

    def __init__(self, width=1.0):
        self.width = width

    def settings(self):
        return {"width": self.width}

    def __call__(self, graph, rows=None, cols=None):
        rows = np.arange(len(graph)) if rows is None else rows
        cols = rows if cols is None else cols
        gaps = ((graph[rows][:, None] - graph[cols][None]) ** 2).sum(axis=2)
        return np.exp(-gaps / self.width)


def test_a_saved_kernel_of_ones_own_has_to_be_given_again(tmp_path):
    rows, labels = table()
    fitted = lc.LabelCertifier(Bump(2.0)).fit(rows, labels)
    fitted.save(tmp_path / "a.npz")
    with pytest.raises(lc.InputError, match="kernel=…"):
        lc.LabelCertifier.load(tmp_path / "a.npz")
    with pytest.raises(lc.InputError, match="not the one"):
        lc.LabelCertifier.load(tmp_path / "a.npz", kernel=Bump(3.0))
    again = lc.LabelCertifier.load(tmp_path / "a.npz", kernel=Bump(2.0))
    assert again.predict(rows).tolist() == fitted.predict(rows).tolist()


def test_files_that_are_none_are_refused(tmp_path):
    rows, labels = table()
    path = tmp_path / "a.npz"
    lc.LabelCertifier().fit(rows, labels).save(path)
    whole = dict(np.load(path))
    for name, change in {
        "short": {"y": whole["y"][:-1]},
        "nan": {"X": whole["X"] * np.nan},
        "pickled": {"y": np.array([object()] * 40)},
        "other": {"document": np.array('{"format": "other"}')},
        "broken": {"document": np.array("{")},
    }.items():
        np.savez(tmp_path / f"{name}.npz", **{**whole, **change})
        with pytest.raises(lc.InputError, match=f"{name}|damaged|non-finite"):
            lc.LabelCertifier.load(tmp_path / f"{name}.npz")
    with pytest.raises(lc.InputError, match="no file"):
        lc.LabelCertifier.load(tmp_path / "none.npz")


def test_labels_that_are_objects_are_understood_or_refused_as_everywhere():
    rows = np.arange(8.0).reshape(4, 2)
    flags = np.array([True, False, True, False], dtype=object)
    fitted = lc.LabelCertifier(ridge=1.0).fit(rows, flags)
    assert fitted.classes_.tolist() == [0, 1]
    with pytest.raises(lc.InputError, match="mixes types, such as '1' and 1"):
        lc.LabelCertifier(ridge=1.0).fit(rows, np.array(["1", 1, "1", 1], dtype=object))
    with pytest.raises(lc.InputError, match="fraction"):
        lc.LabelCertifier(ridge=1.0).fit(rows, np.array([0.5, 1.0, 0.5, 1.0], dtype=object))


def test_validation_rows_price_what_would_close_radii():
    rng = np.random.default_rng(3)
    rows = rng.standard_normal((90, 4))
    labels = np.where(rows[:, 0] + 0.5 * rng.standard_normal(90) > 0, "up", "down")
    kernel = lc.kernels.MLP(depth=1)
    clf = lc.LabelCertifier(kernel=kernel, C=1.0).fit(rows[:40], labels[:40])
    options = {"max_flips": 6, "time_limit": 0.0}
    found = clf.certify(rows[40:50], **options, validation=(rows[50:], labels[50:]))
    right = int((clf.predict(rows[50:]) == labels[50:]).sum())
    assert found.alternatives
    assert all(way.right_now == right and way.validated == 40 for way in found.alternatives)
    mask = np.arange(40) < 12
    held = clf.certify(rows[40:50], **options, validation=mask)
    other = lc.LabelCertifier(kernel=kernel, C=1.0).fit(rows[12:40], labels[12:40])
    right = int((other.predict(rows[:12]) == labels[:12]).sum())
    assert all(way.right_now == right and way.validated == 12 for way in held.alternatives)
    with pytest.raises(lc.InputError, match="labels has 1 entries for 40"):
        clf.certify(rows[40:50], **options, validation=(rows[50:], labels[:1]))
