from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelcert.kernels.arccos import activation_pair, kappa0, kappa1


def pair(sigma: np.ndarray, activation: str = "relu") -> tuple[np.ndarray, np.ndarray]:
    ids = np.arange(len(sigma))
    d = np.diagonal(sigma).copy()
    return activation_pair(activation, sigma, d, d, ids, ids)


def test_known_values() -> None:
    u = np.array([-1.0, 0.0, 0.5, 1.0])
    np.testing.assert_allclose(kappa0(u), [0, 0.5, 2 / 3, 1], atol=1e-15)
    np.testing.assert_allclose(
        kappa1(u), [0, 1 / np.pi, (np.pi / 3 + np.sqrt(0.75)) / np.pi, 1], atol=1e-15
    )


@given(st.floats(-0.999, 0.999))
def test_kappa0_is_the_derivative_of_kappa1(u: float) -> None:
    step = 1e-6
    slope = (kappa1(np.array(u + step)) - kappa1(np.array(u - step))) / (2 * step)
    assert slope == pytest.approx(kappa0(np.array(u)), abs=1e-6)


def test_expectations_agree_with_sampling() -> None:
    sigma = np.array([[2.0, 0.9, -1.0], [0.9, 0.5, -0.4], [-1.0, -0.4, 3.0]])
    rng = np.random.default_rng(0)
    z = rng.multivariate_normal(np.zeros(3), sigma, size=400_000)
    active = np.sqrt(2) * np.maximum(z, 0)
    covariance, derivative = pair(sigma)
    np.testing.assert_allclose(covariance, active.T @ active / len(z), atol=0.02)
    np.testing.assert_allclose(derivative, 2 * (z > 0).T @ (z > 0) / len(z), atol=0.01)


def test_same_node_is_exact_only_where_ids_meet() -> None:
    sigma = np.array([[1.0, 0.3], [0.3, 2.0]])
    covariance, derivative = activation_pair(
        "relu", sigma[:, 1:], np.array([1.0, 2.0]), np.array([2.0]), np.array([4, 7]), np.array([7])
    )
    assert derivative[1, 0] == 1.0
    assert covariance[1, 0] == pytest.approx(2.0, rel=1e-15)
    assert derivative[0, 0] < 0.7


def test_rounding_above_one_is_clipped_and_near_one_is_snapped() -> None:
    d = np.array([1.0, 1.0])
    for value in (1.0 + 1e-12, 1.0 - 1e-15):
        block = np.array([[1.0, value], [value, 1.0]])
        covariance, derivative = activation_pair("relu", block, d, d, np.arange(2), np.arange(2, 4))
        assert np.all(derivative == 1.0)
        assert np.all(covariance == 1.0)
    _, derivative = activation_pair(
        "relu", np.array([[-1.0 - 1e-12]]), d[:1], d[:1], np.array([0]), np.array([1])
    )
    assert derivative[0, 0] == 0.0


def test_zero_variance_has_zero_covariance_and_a_finite_derivative() -> None:
    sigma = np.diag([0.0, 0.0, 4.0])
    covariance, derivative = pair(sigma)
    assert np.array_equal(covariance[:2], np.zeros((2, 3)))
    assert np.array_equal(derivative[:2, :2], [[1.0, 0.5], [0.5, 1.0]])
    assert np.linalg.eigvalsh(derivative)[0] > 0


def test_linear_changes_nothing() -> None:
    sigma = np.array([[1.0, 5.0], [5.0, 2.0]])
    covariance, derivative = pair(sigma, "linear")
    assert covariance is sigma
    assert np.array_equal(derivative, np.ones((2, 2)))
