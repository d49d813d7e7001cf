"""Small torch networks for tests; the tests that use them are skipped where torch is missing."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: labelcert[torch]")
nn = torch.nn


def mlp(inputs=3, width=8, outputs=1, seed=0, bias=True, double=False):
    """Two layers and a ReLU; the head is layer "2"."""
    torch.manual_seed(seed)
    module = nn.Sequential(
        nn.Linear(inputs, width, bias=bias), nn.ReLU(), nn.Linear(width, outputs, bias=bias)
    )
    return module.double() if double else module


class GraphNet(nn.Module):
    """A graph convolution as PyTorch Geometric calls one: features, edges, and weights if any."""

    def __init__(self, inputs, width=6, outputs=1, seed=0):
        super().__init__()
        torch.manual_seed(seed)
        self.first, self.head = nn.Linear(inputs, width), nn.Linear(width, outputs)

    def forward(self, x, edge_index, edge_weight=None):
        weight = x.new_ones(edge_index.shape[1]) if edge_weight is None else edge_weight
        source, target = edge_index
        mixed = x + torch.zeros_like(x).index_add(0, target, weight[:, None] * x[source])
        return self.head(torch.tanh(self.first(mixed)))


class NtkNet(nn.Module):
    """The network of `labelcert.kernels.MLP` with one hidden layer, in its own parametrisation."""

    def __init__(self, inputs, width, seed):
        super().__init__()
        draw = np.random.default_rng(seed)

        def parameter(*shape):
            return nn.Parameter(torch.as_tensor(draw.standard_normal(shape)))

        self.W, self.b = parameter(inputs, width), parameter(width)
        self.v, self.c = parameter(width), parameter(1)

    def forward(self, x):
        hidden = torch.relu(x @ self.W + self.b) * np.sqrt(2.0)
        return hidden @ self.v / np.sqrt(len(self.v)) + self.c


def finite_differences(module, forward, step=1e-6):
    """d outputs / d parameters (p, o, P) of a module in float64, one parameter at a time."""
    columns = []
    with torch.no_grad():
        for parameter in module.parameters():
            flat = parameter.view(-1)
            for k in range(len(flat)):
                old = float(flat[k])
                flat[k] = old + step
                above = forward(module).reshape(-1, 1).clone()
                flat[k] = old - step
                below = forward(module).reshape(-1, 1).clone()
                flat[k] = old
                columns.append(((above - below) / (2 * step)).numpy())
    return np.hstack(columns)


class ConvNet(nn.Module):
    """The network of `labelcert.kernels.CNN`, in its own parametrisation."""

    def __init__(self, depth, size, pooling, channels, side, width, seed, linear):
        super().__init__()
        draw = np.random.default_rng(seed)
        shapes = [(width, channels if k == 0 else width, size, size) for k in range(depth)]
        self.W = nn.ParameterList(
            [nn.Parameter(torch.as_tensor(draw.standard_normal(shape))) for shape in shapes]
        )
        last = (width,) if pooling else (width, side, side)
        self.v = nn.Parameter(torch.as_tensor(draw.standard_normal(last)))
        self.size, self.pooling, self.width, self.linear = size, pooling, width, linear

    def forward(self, x):
        for k, weights in enumerate(self.W):
            root = self.size * (1 if k == 0 else self.width**0.5)
            x = nn.functional.conv2d(x, weights / root, padding=self.size // 2)
            x = x if self.linear else torch.relu(x) * 2**0.5
        if self.pooling:
            return x.mean(dim=(-2, -1)) @ self.v / self.width**0.5
        return (x * self.v).flatten(1).sum(dim=1) / self.v.numel() ** 0.5


def conv_net(kernel, channels, side, width, seed):
    """A finite network of a `labelcert.kernels.CNN`."""
    return ConvNet(kernel.depth, kernel.filter, kernel.pooling, channels, side, width, seed,
                   kernel.activation == "linear")  # fmt: skip
