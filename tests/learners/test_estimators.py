"""scikit-learn conventions of the two learners."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.kernel_ridge import KernelRidge as SklearnRidge
from sklearn.model_selection import cross_val_score
from sklearn.svm import SVC

from labelcert import InputError
from labelcert.learners import KernelRidge, KernelSVM


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    points = rng.standard_normal((40, 6))
    labels = np.where(points[:, 0] + 0.3 * rng.standard_normal(40) > 0, "spam", "ham")
    return points @ points.T, labels


def test_svm_agrees_with_libsvm_up_to_the_bias(data):
    gram, labels = data
    # A constant feature lets the bias-free machine stand in for libsvm's bias term approximately.
    ours = KernelSVM(C=0.5).fit(gram, labels)
    theirs = SVC(C=0.5, kernel="precomputed").fit(gram, labels)
    agreement = (ours.predict(gram) == theirs.predict(gram)).mean()
    assert agreement > 0.9
    assert ours.classes_.tolist() == ["ham", "spam"]


def test_ridge_equals_sklearn(data):
    gram, labels = data
    ours = KernelRidge(ridge=0.3).fit(gram, labels)
    theirs = SklearnRidge(alpha=0.3, kernel="precomputed").fit(gram, 2.0 * (labels == "spam") - 1)
    values, bars = ours.decision_bounds(gram)
    np.testing.assert_allclose(values, theirs.predict(gram), atol=1e-9)
    assert (bars >= 0).all()
    assert bars.max() < 1e-9


@pytest.mark.parametrize("learner", [KernelSVM(C=0.5), KernelRidge(ridge=0.5)])
def test_conventions(learner, data):
    gram, labels = data
    assert clone(learner).get_params() == learner.get_params()
    with pytest.raises(NotFittedError):
        learner.predict(gram)
    fitted = clone(learner).fit(gram, labels)
    assert fitted is not learner
    assert set(fitted.predict(gram)) <= {"ham", "spam"}
    assert cross_val_score(learner, gram, labels, cv=3).mean() > 0.6  # slices both axes


def test_refitting_warm_after_label_changes_equals_cold(data):
    gram, labels = data
    warm = KernelSVM(C=0.5, warm_start=True).fit(gram, labels)
    changed = labels.copy()
    changed[:5] = np.where(changed[:5] == "spam", "ham", "spam")
    warm.fit(gram, changed)
    cold = KernelSVM(C=0.5).fit(gram, changed)
    np.testing.assert_allclose(
        warm.decision_function(gram), cold.decision_function(gram), atol=1e-10
    )


@pytest.mark.parametrize("bad", [0, -1, float("nan"), float("inf")])
def test_bad_regularization(bad, data):
    with pytest.raises(InputError, match="C="):
        KernelSVM(C=bad).fit(*data)
    with pytest.raises(InputError, match="ridge="):
        KernelRidge(ridge=bad).fit(*data)


def test_bad_shapes(data):
    gram, labels = data
    with pytest.raises(InputError, match="at least two classes"):
        KernelSVM().fit(gram, np.zeros(40))
    with pytest.raises(InputError, match="3 entries for 40"):
        KernelSVM().fit(gram, labels[:3])
    with pytest.raises(InputError, match="columns"):
        KernelSVM().fit(gram, labels).predict(gram[:, :4])


@pytest.fixture
def three():
    rng = np.random.default_rng(1)
    points = np.concatenate([rng.standard_normal((60, 4)), np.ones((60, 1))], axis=1)
    labels = np.array(["a", "b", "c"])[points[:, :3].argmax(axis=1)]
    return points @ points.T, labels


@pytest.mark.parametrize("learner", [KernelSVM(C=0.5), KernelRidge(ridge=0.5)])
def test_many_classes_are_one_machine_a_class(learner, three):
    gram, labels = three
    fitted = clone(learner).fit(gram, labels)
    values, bars = fitted.decision_bounds(gram)
    assert values.shape == bars.shape == (60, 3)
    for k, name in enumerate("abc"):
        alone = clone(learner).fit(gram, np.where(labels == name, 1, 0))
        np.testing.assert_allclose(values[:, k], alone.decision_function(gram), atol=1e-9)
    expected = np.array(["a", "b", "c"])[values.argmax(axis=1)]
    assert fitted.predict(gram).tolist() == expected.tolist()
    assert fitted.score(gram, labels) > 0.8
    assert cross_val_score(learner, gram, labels, cv=3).mean() > 0.6


def test_many_classes_refit_warm_equals_cold(three):
    gram, labels = three
    changed = labels.copy()
    changed[:4] = ["b", "c", "a", "a"]
    warm = KernelSVM(C=0.5, warm_start=True).fit(gram, labels).fit(gram, changed)
    cold = KernelSVM(C=0.5).fit(gram, changed)
    np.testing.assert_allclose(warm.dual_coef_.shape, (60, 3))
    np.testing.assert_allclose(
        warm.decision_function(gram), cold.decision_function(gram), atol=1e-9
    )
    fewer = np.where(changed == "c", "a", changed)  # another number of machines
    assert warm.fit(gram, fewer).decision_function(gram).shape == (60,)
