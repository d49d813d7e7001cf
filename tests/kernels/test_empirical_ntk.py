"""The empirical tangent kernel: finite differences, closed forms, and gradient descent."""

from __future__ import annotations

import json

import numpy as np
import pytest

import labelcert as lc
from kernels.small_graphs import small_graph
from labelcert._errors import InputError
from labelcert.kernels import MLP, EmpiricalNTK, jacobians
from torch_networks import GraphNet, NtkNet, finite_differences, mlp, nn, torch

pytestmark = pytest.mark.torch

X = np.random.default_rng(0).standard_normal((7, 3))
INITIAL = {"parameters": "initialisation"}


def on_rows(module):
    return module(torch.as_tensor(X, dtype=torch.float64))


@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize("tile", [1, 2, 100])
def test_blocks_are_products_of_finite_differences(outputs, tile, monkeypatch):
    module = mlp(outputs=outputs, double=True)
    numbers = outputs * sum(p.numel() for p in module.parameters())
    monkeypatch.setattr(jacobians, "MEMORY", 8 * numbers * tile)
    J = finite_differences(module, on_rows).reshape(7, outputs, -1)
    expected = np.einsum("iop,jop->ij", J, J)
    found = EmpiricalNTK(module, scale=1.0, **INITIAL)
    np.testing.assert_allclose(found(X), expected, rtol=1e-6)
    np.testing.assert_allclose(
        found(X, [5, 2, 2], [0, 6]), expected[[5, 2, 2]][:, [0, 6]], rtol=1e-6
    )
    np.testing.assert_allclose(found(X[:3], X[3:]), expected[:3, 3:], rtol=1e-6)
    assert np.array_equal(found(X), found(X).T)
    last = EmpiricalNTK(module, scale=1.0, outputs=outputs - 1, **INITIAL)
    np.testing.assert_allclose(last(X), J[:, -1] @ J[:, -1].T, rtol=1e-6)


def test_a_projection_is_that_of_a_combination_with_signs():
    module = mlp(outputs=3, double=True)
    J = finite_differences(module, on_rows).reshape(7, 3, -1)
    found = EmpiricalNTK(module, scale=1.0, outputs="projection", **INITIAL)(X)
    signs = [np.array([1, a, b]) for a in (-1, 1) for b in (-1, 1)]
    candidates = [np.einsum("o,iop->ip", s, J) for s in signs]
    assert any(np.allclose(found, c @ c.T, rtol=1e-6) for c in candidates)


def test_graph_modules_have_a_node_s_output_as_a_function_of_the_parameters():
    graph = small_graph()
    features = np.asarray(graph.features)
    module = GraphNet(features.shape[1], width=3, outputs=2).double()
    A = graph.adjacency.toarray() if hasattr(graph.adjacency, "toarray") else graph.adjacency
    mixed = torch.as_tensor(features + A @ features)
    J = finite_differences(module, lambda m: m.head(torch.tanh(m.first(mixed))))
    J = J.reshape(len(features), 2, -1)
    found = EmpiricalNTK(module, scale=1.0, edges="edge_index", **INITIAL)(graph)
    np.testing.assert_allclose(found, np.einsum("iop,jop->ij", J, J), rtol=1e-5, atol=1e-8)


def test_parameters_without_a_gradient_count_as_fixed():
    module = mlp(double=True)
    module[0].requires_grad_(False)
    with torch.no_grad():
        hidden = module[:2](torch.as_tensor(X)).numpy()
    found = EmpiricalNTK(module, scale=1.0, **INITIAL)(X)
    np.testing.assert_allclose(found, hidden @ hidden.T + 1, rtol=1e-10)


def test_growing_width_tends_to_the_closed_form():
    closed = MLP(depth=1)(X)
    off = {}
    for width in (64, 1024, 16384):
        errors = [
            np.abs(EmpiricalNTK(NtkNet(3, width, seed), scale=1.0, **INITIAL)(X) - closed).max()
            for seed in range(4)
        ]
        off[width] = np.mean(errors) / closed.max()
    assert off[16384] < 0.02 < off[64]
    assert off[16384] < off[1024] / 2 < off[64] / 4


def test_a_centred_linearised_network_trained_by_gradient_descent_is_the_kernel_machine():
    """½ Σ (y − J θ)² + ½ λ ‖θ‖² by plain gradient descent on θ − θ₀: ridge regression."""
    module, y, ridge = mlp(width=4, double=True, seed=2), np.array([1, -1, 1, 1, -1]), 0.5
    J = finite_differences(module, on_rows)
    theta = np.zeros(J.shape[1])
    step = 1 / (np.linalg.eigvalsh(J @ J.T).max() + ridge)
    for _ in range(20_000):
        theta -= step * (J[:5].T @ (J[:5] @ theta - y) + ridge * theta)
    kernel = EmpiricalNTK(module, scale=1.0, **INITIAL)
    cert = lc.certify(kernel(X, range(5)), kernel(X, [5, 6], range(5)), y, ridge=ridge, max_flips=1)
    np.testing.assert_allclose(cert.decision, J[5:] @ theta, rtol=1e-5)


def test_the_scale_is_fixed_at_the_first_call_and_told():
    module = mlp(width=500)
    kernel = EmpiricalNTK(module, **INITIAL)
    assert kernel.scale is None
    cross = kernel(X, [0], [1, 2])
    whole = kernel(X)
    assert whole.diagonal().mean() == pytest.approx(1.0)
    np.testing.assert_allclose(whole[:1, 1:3], cross, rtol=1e-6)
    before = kernel.scale
    kernel(10 * X)
    assert kernel.scale == before == json.loads(json.dumps(kernel.settings()))["scale"]
    np.testing.assert_allclose(EmpiricalNTK(module, scale=before)(X), whole, rtol=1e-6)


def test_settings_tell_modules_apart():
    one, same, other = (EmpiricalNTK(mlp(seed=s)).settings() for s in (1, 1, 2))
    assert one == same != other
    assert isinstance(EmpiricalNTK(mlp()), lc.kernels.Kernel)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: EmpiricalNTK(nn.ReLU()), "no parameter that needs a gradient"),
        (lambda: EmpiricalNTK(mlp(), outputs="all"), "outputs='all' must be"),
        (lambda: EmpiricalNTK(mlp(), outputs=1)(X), "outputs=1 is not among the 1"),
        (lambda: EmpiricalNTK(mlp(), scale=0), "scale=0 must be"),
        (lambda: EmpiricalNTK(mlp(inputs=5))(X), "module cannot be run"),
        (lambda: EmpiricalNTK(GraphNet(3))(X), "tell it as edges .*, 'edge_index' or 'adj"),
        (lambda: EmpiricalNTK(mlp())(X * 1e300), "not finite"),
    ],
)
def test_what_cannot_be_is_refused(make, told):
    with pytest.raises(InputError, match=told):
        make()
