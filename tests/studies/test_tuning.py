"""Model selection: what the folds are, what decides, and what bad input is told."""

import numpy as np
import pytest

import labelcert as lc
from labelcert.studies.tuning import C_GRID, standard_error, tune


@pytest.fixture(scope="module")
def karate():
    graph = lc.datasets.load("karate")
    return graph, lc.datasets.split(graph.labels, per_class=5, seed=0).labeled


def by_hand(graph, nodes, kernel, C, folds, budget):
    """Accuracy and certified accuracy of each fold, without the code under test."""
    from sklearn.model_selection import StratifiedKFold

    labels = graph.labels[nodes]
    found = []
    splitter = StratifiedKFold(folds, shuffle=True, random_state=0)
    for train, held in splitter.split(nodes[:, None], labels):
        gram, cross = kernel(graph, nodes[train]), kernel(graph, nodes[held], nodes[train])
        cert = lc.certify(gram, cross, labels[train], C=C, max_flips=budget)
        right = cert.prediction == labels[held]
        found.append((right.mean(), (right & (cert.radius >= budget)).mean()))
    return np.array(found).T


@pytest.mark.parametrize("weight", [0.0, 0.3, 1.0])
def test_scores_are_those_of_the_folds(karate, weight):
    graph, nodes = karate
    kernels = [lc.kernels.GCN(), lc.kernels.SGC()]
    tuning = tune(graph, nodes, kernels, C=[0.01, 1.0], folds=4, budget=1, weight=weight)
    assert len(tuning.trials) == 4
    for trial in tuning.trials:
        accuracy, certified = by_hand(graph, nodes, trial.kernel, trial.learner["C"], 4, 1)
        np.testing.assert_allclose(trial.accuracy, accuracy)
        np.testing.assert_allclose(trial.certified, certified)
        expected = (1 - weight) * accuracy.mean() + weight * certified.mean()
        assert trial.score == pytest.approx(expected)
    scores = [trial.score for trial in tuning.trials]
    assert scores == sorted(scores, reverse=True)


def test_of_equal_scores_the_stronger_regularization_wins(karate):
    graph, nodes = karate
    tuning = tune(graph, nodes, [lc.kernels.GCN()], C=[1.0, 0.01, 0.1])
    assert len({trial.score for trial in tuning.trials}) == 1
    assert [trial.learner["C"] for trial in tuning.trials] == [0.01, 0.1, 1.0]
    ridge = tune(graph, nodes, [lc.kernels.GCN()], ridge=[0.01, 1.0])
    if ridge.trials[0].score == ridge.trials[1].score:
        assert ridge.best.learner == {"ridge": 1.0}


def test_feature_matrix_many_classes_and_the_default_grid():
    rng = np.random.default_rng(0)
    labels = np.repeat(["a", "b", "c"], 8)
    features = np.eye(3)[np.repeat([0, 1, 2], 8)] + 0.3 * rng.standard_normal((24, 3))
    tuning = tune(features, np.arange(24), [lc.kernels.MLP()], labels=labels, folds=2)
    assert len(tuning.trials) == len(C_GRID)
    assert tuning.best.accuracy.mean() > 0.8
    frame = tuning.to_frame()
    assert frame.loc[0, "score"] == frame["score"].max()
    assert {"model", "C", "accuracy_se", "certified_accuracy"} <= set(frame.columns)


def test_a_time_limit_leaves_out_what_was_not_tried(karate):
    graph, nodes = karate
    tuning = tune(graph, nodes, [lc.kernels.GCN()], time_limit=0.0)
    assert tuning.trials == ()
    assert tuning.stopped == "time limit"
    with pytest.raises(lc.InputError, match="time_limit"):
        _ = tuning.best


def test_standard_error():
    assert standard_error(np.array([1.0, 3.0])) == pytest.approx(1.0)
    assert np.isnan(standard_error(np.array([1.0])))


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"folds": 1}, "folds"),
        ({"folds": 50}, "folds"),
        ({"weight": 2.0}, "weight"),
        ({"C": []}, "C"),
        ({"C": [-1.0]}, "C"),
        ({"C": [1.0], "ridge": [1.0]}, "C and ridge"),
        ({"kernels": []}, "kernels"),
        ({"nodes": [0.5]}, "nodes"),
        ({"nodes": [999]}, "nodes"),
    ],
)
def test_bad_input_is_named(karate, options, name):
    graph, nodes = karate
    given = {"nodes": nodes, "kernels": [lc.kernels.GCN()], **options}
    with pytest.raises(lc.InputError, match=name):
        tune(graph, given.pop("nodes"), given.pop("kernels"), **given)


def test_ridge_tells_the_median_of_certified_flips_at_every_budget():
    from sklearn.model_selection import StratifiedKFold

    rng = np.random.default_rng(0)
    features = rng.standard_normal((40, 3))
    labels = (features[:, 0] + 0.4 * rng.standard_normal(40) > 0).astype(int)
    nodes, kernel = np.arange(40), lc.kernels.Linear(constant=1.0)
    tuning = lc.tune(features, nodes, [kernel], labels=labels, ridge=[0.1, 10.0], budget=2)
    folds = StratifiedKFold(4, shuffle=True, random_state=0)
    for trial in tuning.trials:
        for fold, (train, held) in enumerate(folds.split(features, labels)):
            cert = lc.certify_linear(
                kernel.features(features, train), kernel.features(features, held), labels[train],
                ridge=trial.learner["ridge"], max_flips=30,
            )  # fmt: skip
            right = cert.prediction == labels[held]
            assert trial.flips[fold] == np.median(np.where(right, cert.radius, -1))
            assert trial.certified[fold] == (right & (cert.radius >= 2)).mean()
    assert "median_flips" in tuning.to_frame()
    svm = lc.tune(features, nodes, [kernel], labels=labels, C=[0.001])
    assert "median_flips" not in svm.to_frame()


def test_features_are_judged_as_the_linear_kernel_is():
    """Ridge regression on rows as given is that of their inner products, fold by fold."""
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((60, 4))
    labels = (rows[:, :3] + rng.standard_normal((60, 3))).argmax(axis=1)
    tried = [0.1, 1.0, 30.0]
    one = lc.tune(
        rows, np.arange(60), [lc.kernels.Linear()], labels=labels, ridge=tried, budget=2, weight=0.5
    )
    two = lc.tune_features(rows, labels, [lc.features.Pixels()], ridge=tried, budget=2, weight=0.5)
    assert [t.learner for t in one.trials] == [t.learner for t in two.trials]
    for a, b in zip(one.trials, two.trials, strict=True):
        assert a.accuracy.tolist() == b.accuracy.tolist()
        assert a.certified.tolist() == b.certified.tolist()
        assert a.flips.tolist() == b.flips.tolist()
    assert two.best.settings["model"] == "pixels"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"ridge": []}, "ridge is empty"),
        ({"maps": []}, "kernels is empty|maps is empty"),
        ({"maps": ["pixels"]}, "objects of labelcert.features"),
        ({"folds": 50}, "folds=50 is not allowed"),
        ({"labels": [0] * 12}, "one class"),
    ],
)
def test_what_is_wrong_with_features_is_said(more, told):
    given = {"labels": [0, 1] * 6, "maps": [lc.features.Pixels()], "ridge": [1.0], **more}
    labels, maps = given.pop("labels"), given.pop("maps")
    with pytest.raises(lc.InputError, match=told):
        lc.tune_features(np.ones((12, 2)), labels, maps, **given)


def test_a_tie_of_all_candidates_is_told_with_what_would_decide(karate):
    graph, nodes = karate
    tied = tune(graph, nodes, [lc.kernels.GCN()], C=[1.0, 0.01, 0.1])
    (told,) = tied.warnings
    assert told.startswith("All 3 candidates have the score ")
    assert "a larger budget" in told
    assert tune(graph, nodes, [lc.kernels.GCN()], C=[1.0]).warnings == ()
