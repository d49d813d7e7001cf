"""Finite networks whose limit is a closed-form kernel, trained on many label vectors at once.

The network of `labelcert.kernels.recursion`, in its own parametrisation: standard normal weights
and biases, products with hidden units divided by √width, ReLU times √2::

    Z₁ = P₁ (X W₁ + b₁),   Z_{l+1} = P_{l+1} (φ(Z_l) W_{l+1}/√width + b_{l+1}),   output Z_{L+1}

Two rewritings change nothing but the cost. A bias is the weight of one more unit, constant √width
(1 in the first layer). The inputs P₁ [X, 1] (k, d) of the k nodes that matter are replaced by a
factor (k, min(k, d)) with the same inner products: a Gaussian W₁ stays one when it is rotated, and
training moves it within the span of the inputs only.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.kernels.arrays import IndexArray
from labelcert.kernels.inputs import GraphLike, read_graph
from labelcert.kernels.layered import LayeredKernel
from labelcert.kernels.torch_module import load_torch


class Networks:
    """Copies of one finite network over the nodes of a graph, each with its own parameters.

    Args:
        kernel: a closed-form kernel without skip connections.
        graph: as a kernel takes it.
        nodes: (p,) different nodes whose outputs are computed.
        width: units of every hidden layer, at least 1.

    Raises:
        InputError: a kernel that is no layered network, or has skip connections.
    """

    def __init__(self, kernel: Any, graph: GraphLike, nodes: IndexArray, width: int):
        self.torch = load_torch()
        if not isinstance(kernel, LayeredKernel):
            raise InputError(
                f"kernel={kernel!r} is not one of a layered network: pass one such as "
                "kernels.GCN()."
            )
        features, adjacency = read_graph(graph)
        layers = kernel.layers(adjacency)
        if layers.residual is not None:
            raise InputError("kernel has skip connections, which are not measured: use skip=None.")
        self.width, self._linear = width, layers.activation == "linear"
        self._bias = layers.bias
        self._mixing: list[Any] = []
        needed: IndexArray = np.asarray(nodes, dtype=np.int64)
        for propagation in reversed(layers.propagations[1:]):
            rows = propagation.rows(needed)
            below = np.unique(rows.indices[rows.data != 0])
            self._mixing.insert(0, self._tensor(rows[:, below].toarray()))
            needed = below.astype(np.int64)
        first = layers.propagations[0].rows(needed)
        inputs: Any = first @ features
        inputs = inputs.toarray() if hasattr(inputs, "toarray") else np.asarray(inputs)
        if layers.bias:
            inputs = np.hstack([inputs, np.asarray(first.sum(axis=1)).reshape(-1, 1)])
        self._inputs = self._tensor(_factor(inputs))

    def parameters(self, seed: int) -> list[Any]:
        """Random parameters: W₁ (r, width), W_l (width + bias, width), and the last (…, 1)."""
        generator = self.torch.Generator().manual_seed(seed)
        depth, bias = len(self._mixing), int(self._bias)
        shapes = [(self._inputs.shape[1], self.width)]
        shapes += [(self.width + bias, self.width)] * (depth - 1) + [(self.width + bias, 1)]
        return [self.torch.randn(shape, generator=generator) for shape in shapes]

    def outputs(self, parameters: list[Any]) -> Any:
        """Outputs (B, p) of B copies, from parameters with one more dimension (B, …) in front."""
        torch = self.torch
        state = self._inputs @ parameters[0]
        for mixing, weights in zip(self._mixing, parameters[1:], strict=True):
            units = state if self._linear else torch.relu(state) * 2**0.5
            mixed = units @ (weights[:, : self.width] / self.width**0.5)
            if self._bias:
                mixed = mixed + weights[:, self.width :]
            state = mixing @ mixed
        return state[:, :, 0]

    def numbers(self) -> int:
        """Numbers that one copy holds while it is trained: parameters and hidden units."""
        depth, rows = len(self._mixing), self._inputs.shape[0]
        weights = self.width * (self._inputs.shape[1] + (depth - 1) * (self.width + 1) + 1)
        return 5 * weights + 4 * depth * rows * self.width

    def _tensor(self, array: np.ndarray) -> Any:
        return self.torch.as_tensor(np.array(array), dtype=self.torch.float32)


def _factor(inputs: np.ndarray) -> np.ndarray:
    """F (k, min(k, d)) with F Fᵀ = inputs inputsᵀ."""
    if inputs.shape[1] <= inputs.shape[0]:
        return inputs
    triangle: Any = np.linalg.qr(inputs.T, mode="r")
    return triangle.T
