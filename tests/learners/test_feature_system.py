"""Error bars of ridge weights hold against exact arithmetic, from features and from a kernel."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from labelcert._errors import InputError
from labelcert.learners.exact import solve, to_fractions
from labelcert.learners.feature_exact import ExactFeatures
from labelcert.learners.feature_system import FeatureSystem
from labelcert.learners.gram import check_gram
from labelcert.learners.ridge_weights import ridge_weights


def random_features(seed):
    rng = np.random.default_rng(seed)
    n, d = int(rng.integers(1, 9)), int(rng.integers(1, 9))
    features = rng.standard_normal((n, d)) * 10.0 ** rng.uniform(-3, 3)
    if seed % 3 == 0:
        features = np.round(features)
    if seed % 4 == 0:
        features[-1] = features[0] * (1 + 1e-13)
    if seed % 5 == 0:
        features = features.astype(np.float32)
    tests = rng.standard_normal((3, d))
    ridge = float(10.0 ** rng.uniform(-10, 4) * max(np.abs(features).max() ** 2, 1e-12))
    return features, tests, ridge


def exact_weights(features, tests, ridge):
    f, g = to_fractions(np.asarray(features)), to_fractions(tests)
    gram = [[sum((x * y for x, y in zip(a, b, strict=True)), Fraction(0)) for b in f] for a in f]
    for i in range(len(f)):
        gram[i][i] += Fraction(ridge)
    cross = [[sum((x * y for x, y in zip(a, b, strict=True)), Fraction(0)) for b in f] for a in g]
    return [solve(gram, row) for row in cross]


def squared_error(found, truth):
    return sum(
        ((Fraction(float(v)) - t) ** 2 for v, t in zip(found, truth, strict=True)), Fraction(0)
    )


@pytest.mark.parametrize("by_spectrum", [False, True])
@pytest.mark.parametrize("seed", range(60))
def test_bounds_from_features_hold(seed, by_spectrum):
    features, tests, ridge = random_features(seed)
    model = FeatureSystem.of(features).ridge(ridge, by_spectrum=by_spectrum)
    coefficients, error = model.coefficients(tests)
    weights = model.weights(coefficients)
    for t, truth in enumerate(exact_weights(features, tests, ridge)):
        assert squared_error(weights[t], truth) <= Fraction(float(error[t])) ** 2
        assert error[t] <= 1e-3 * (1 + np.linalg.norm(weights[t]))
        assert ExactFeatures(features, ridge).weights(tests[t]) == truth


@pytest.mark.parametrize("seed", range(60))
def test_bounds_hold_for_a_solver_that_errs(seed):
    """The residual tells, whatever was solved: here only roughly."""
    features, tests, ridge = random_features(seed)
    model = FeatureSystem.of(features).ridge(ridge)
    noise = np.random.default_rng(seed)
    solver = model.solve
    object.__setattr__(
        model, "solve", lambda rhs: solver(rhs) * (1 + 0.3 * noise.standard_normal(rhs.shape))
    )
    coefficients, error = model.coefficients(tests)
    weights = model.weights(coefficients)
    for t, truth in enumerate(exact_weights(features, tests, ridge)):
        assert squared_error(weights[t], truth) <= Fraction(float(error[t])) ** 2


@pytest.mark.parametrize("seed", range(60))
def test_bounds_from_a_kernel_hold(seed):
    features, tests, ridge = random_features(seed)
    gram = check_gram(np.asarray(features, float) @ np.asarray(features, float).T)
    cross = tests @ np.asarray(features, float).T
    if not ridge > 100 * gram.added:
        return
    weights, error = ridge_weights(gram, cross, ridge)
    system = to_fractions(gram.given)
    for i in range(len(system)):
        system[i][i] += Fraction(ridge)
    for t, row in enumerate(to_fractions(cross)):
        truth = solve(system, row)
        assert squared_error(weights[t], truth) <= Fraction(float(error[t])) ** 2


def test_a_ridge_below_rounding_is_refused():
    features = np.ones((50, 3))
    with pytest.raises(InputError, match="ridge"):
        FeatureSystem.of(features).ridge(1e-20)


def test_blocks_add_up_to_the_whole():
    rng = np.random.default_rng(1)
    features, tests = rng.standard_normal((9000, 3)), rng.standard_normal((4, 3))
    model = FeatureSystem.of(features).ridge(2.0)
    coefficients, error = model.coefficients(tests)
    expected = tests @ np.linalg.solve(features.T @ features + 2.0 * np.eye(3), features.T)
    np.testing.assert_allclose(model.weights(coefficients), expected, rtol=1e-9, atol=1e-14)
    assert error.max() < 1e-10
