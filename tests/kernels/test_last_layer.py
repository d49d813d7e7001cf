"""The head of a frozen torch network, against features by hand and scikit-learn's heads."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import Ridge
from sklearn.model_selection import cross_val_score
from sklearn.svm import SVC

import labelcert as lc
from kernels.small_graphs import small_graph
from labelcert._errors import InputError
from labelcert.kernels import EmpiricalNTK, LastLayer
from torch_networks import GraphNet, mlp, nn, torch

pytestmark = pytest.mark.torch

X = np.random.default_rng(0).standard_normal((14, 3))
DECLARED = {"parameters": "other data"}


def by_hand(module, x, bias=True):
    with torch.no_grad():
        hidden = module[:2](torch.as_tensor(x, dtype=torch.float32)).numpy().astype(float)
    return np.hstack([hidden, np.ones((len(x), 1))]) if bias else hidden


@pytest.mark.parametrize("bias", [True, False])
def test_features_are_the_inputs_of_the_layer_and_a_constant(bias):
    module = mlp(bias=bias)
    kernel = LastLayer(module, "2", **DECLARED)
    expected = by_hand(module, X, bias)
    found = kernel.features(X)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=1e-6)
    some = kernel(X, [3, 1], [0, 5, 5])
    np.testing.assert_allclose(some, expected[[3, 1]] @ expected[[0, 5, 5]].T, atol=1e-5)
    np.testing.assert_allclose(kernel(X[:2], X[2:]), expected[:2] @ expected[2:].T, atol=1e-5)
    assert np.array_equal(kernel(X), kernel(X).T)
    assert kernel.features(X, []).shape == (0, expected.shape[1])
    assert isinstance(kernel, lc.kernels.Kernel)


@pytest.mark.parametrize("labels", ["two", "three"])
def test_a_certificate_is_retraining_the_head_on_every_relabeling(labels):
    """Radii against scikit-learn's ridge regression and SVM on every vector of labels."""
    module, n, most = mlp(width=5, seed=3), 8, 3
    names = np.array(["a", "b"] if labels == "two" else ["a", "b", "c"])
    y = names[np.random.default_rng(1).integers(len(names), size=n)]
    y[: len(names)] = names
    kernel = LastLayer(module, "2", **DECLARED)
    F = by_hand(module, X)
    for learner in ({"ridge": 0.7}, {"C": 0.9}):
        cert = lc.certify(
            kernel(X, np.arange(n)), kernel(X, np.arange(n, 14), np.arange(n)), y,
            classes=names.tolist(), max_flips=most, **learner,
        )  # fmt: skip
        assert cert.exact.all()
        assert cert.radius.tolist() == radii_by_scikit_learn(F, y, names, n, most, learner)


def radii_by_scikit_learn(F, y, names, n, most, learner):
    clean = predicted(F, y, names, n, learner)
    radius = np.full(len(clean), most)
    for size in range(1, most + 1):
        for chosen in combinations(range(n), size):
            others = [[name for name in names if name != y[i]] for i in chosen]
            for new in np.stack(np.meshgrid(*others), -1).reshape(-1, size):
                flipped = y.copy()
                flipped[list(chosen)] = new
                changed = predicted(F, flipped, names, n, learner) != clean
                radius[changed] = np.minimum(radius[changed], size - 1)
    return radius.tolist()


def predicted(F, y, names, n, learner):
    columns = names[1:] if len(names) == 2 else names
    scores = np.stack([decision(F, np.where(y == name, 1.0, -1.0), n, learner) for name in columns])
    if len(names) == 2:
        return (scores[0] > 0).astype(int)
    return scores.argmax(axis=0)


def decision(F, target, n, learner):
    if "ridge" in learner:
        head = Ridge(alpha=learner["ridge"], fit_intercept=False).fit(F[:n], target)
        return head.predict(F[n:])
    # SVC has an intercept: a point and its mirror image, with opposite labels, make it 0.
    doubled, targets = np.vstack([F[:n], -F[:n]]), np.concatenate([target, -target])
    head = SVC(C=learner["C"] / 2, kernel="linear", tol=1e-10).fit(doubled, targets)
    return F[n:] @ head.coef_[0]


def test_a_graph_module_is_run_on_the_whole_graph():
    graph = small_graph()
    features = np.asarray(graph.features)
    module = GraphNet(features.shape[1])
    A = graph.adjacency.toarray() if hasattr(graph.adjacency, "toarray") else graph.adjacency
    mixed = torch.as_tensor(features + A @ features, dtype=torch.float32)
    with torch.no_grad():
        hidden = torch.tanh(module.first(mixed)).numpy().astype(float)
    found = LastLayer(module, "head", edges="edge_index", **DECLARED)(graph, [0, 2])
    np.testing.assert_allclose(found, hidden[[0, 2]] @ hidden[[0, 2]].T + 1, atol=1e-5)


def test_images_are_given_their_shape_and_the_module_stays_as_it_was():
    torch.manual_seed(0)
    module = nn.Sequential(nn.Conv2d(1, 2, 2), nn.Flatten(), nn.Dropout(0.5), nn.Linear(8, 2))
    kernel = LastLayer(module, "3", input_shape=(1, 3, 3), **DECLARED)
    images = np.random.default_rng(0).integers(0, 255, (600, 9)).astype(np.uint8)
    with torch.no_grad():
        expected = module[0](torch.as_tensor(images.reshape(-1, 1, 3, 3), dtype=torch.float32))
    np.testing.assert_allclose(
        kernel.features(images)[:, :-1], expected.flatten(1).numpy(), rtol=1e-5, atol=1e-4
    )
    assert module.training
    before = kernel(images, [0, 1])
    with torch.no_grad():
        module[0].weight.zero_()
    assert np.array_equal(kernel(images, [0, 1]), before)


def test_features_go_to_certify_linear_with_what_is_declared():
    y = np.arange(14) % 2
    kernel = LastLayer(mlp(), "2", parameters="these labels")
    F = kernel.features(X)
    cert = lc.certify_linear(F[:10], F[10:], y[:10], ridge=1.0, max_flips=3)
    gram = lc.certify(kernel(X, np.arange(10)), kernel(X, np.arange(10, 14), np.arange(10)), y[:10],
                      ridge=1.0, max_flips=3)  # fmt: skip
    assert cert.radius.tolist() == gram.radius.tolist()
    assert cert.warnings[0].startswith("Void")


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: LastLayer(mlp(), "3"), "layer '3' is not in the module"),
        (lambda: LastLayer("net", "2"), "no torch module"),
        (lambda: LastLayer(mlp(), "2", parameters="mine"), "parameters='mine' must be one of"),
        (lambda: LastLayer(mlp(), "1")(X), "no linear layer"),
        (lambda: LastLayer(mlp(inputs=4), "2")(X), "module cannot be run"),
        (lambda: LastLayer(mlp(), "2")(X * 1e300), "not finite"),
        (lambda: LastLayer(mlp(), "2", edges="yes"), "edges='yes' must be one of"),
        (lambda: LastLayer(mlp(), "2", input_shape=(1, 2))(X), "input_shape"),
        (lambda: LastLayer(nn.Sequential(nn.LazyLinear(2)), "0"), "without values"),
        (lambda: LastLayer(twice(), "0")(X), "run 2 times"),
        (lambda: LastLayer(beside(), "2")(X), "depend on the rows beside it|cannot be run"),
    ],
)
def test_what_cannot_be_is_refused(make, told):
    with pytest.raises(InputError, match=told.replace("(", r"\(")):
        make()


def beside():
    """Features of a row that depend on the rows beside it."""
    return nn.Sequential(
        nn.Linear(3, 4), nn.BatchNorm1d(4, track_running_stats=False), nn.Linear(4, 2)
    )


def test_a_classifier_with_a_module_can_be_copied_as_scikit_learn_does():
    y = np.arange(14) % 2
    for kernel in (LastLayer(mlp(), "2", **DECLARED), EmpiricalNTK(mlp(), **DECLARED)):
        one = lc.LabelCertifier(kernel, ridge=0.5)
        other = clone(one).fit(X, y)
        assert np.array_equal(other.predict(X), one.fit(X, y).predict(X))
        assert type(other.decision_function(X)) is np.ndarray
        assert cross_val_score(one, X, y, cv=2).shape == (2,)


def twice():
    layer = nn.Linear(3, 3)
    return nn.Sequential(layer, layer)
