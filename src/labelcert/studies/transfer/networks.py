"""Finite networks whose limit is a closed-form kernel, trained on many label vectors at once.

The network of `labelcert.kernels.recursion`, in its own parametrisation: standard normal weights
and biases, products with hidden units divided by √width, ReLU times √2::

    Z₁ = P₁ (X W₁ + b₁),   Z_{l+1} = P_{l+1} (φ(Z_l) W_{l+1}/√width + b_{l+1}),   output Z_{L+1}

Four rewritings change nothing but the cost. A bias is the weight of one more unit, constant √width
(1 in the first layer). The inputs P₁ [X, 1] (k, d) of the k nodes that matter are replaced by a
factor (k, min(k, d)) with the same inner products: a Gaussian W₁ stays one when it is rotated. The
factor is triangular, with the nodes that labeled ones see in front: so training, which moves W₁
within the span of their inputs only, needs its first rows and theirs, and none of the test nodes.
Without non-linearity and biases, all propagations are done on the inputs.
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
        trained: how many of the nodes, the first ones, are trained on; None for all.

    Raises:
        InputError: a kernel that is no layered network, or has skip connections.
    """

    def __init__(
        self,
        kernel: Any,
        graph: GraphLike,
        nodes: IndexArray,
        width: int,
        trained: int | None = None,
    ):
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
        self._bias, self.trained = layers.bias, len(nodes) if trained is None else trained
        needed, front = np.asarray(nodes, dtype=np.int64), self.trained
        mixing, fronts = [], [front]
        for propagation in reversed(layers.propagations[1:]):
            rows = propagation.rows(needed)
            needed, front = _below(rows, front)
            mixing.insert(0, rows[:, needed].toarray())
            fronts.insert(0, front)
        first = layers.propagations[0].rows(needed)
        inputs: Any = first @ features
        inputs = inputs.toarray() if hasattr(inputs, "toarray") else np.asarray(inputs)
        if layers.bias:
            inputs = np.hstack([inputs, np.asarray(first.sum(axis=1)).reshape(-1, 1)])
        elif self._linear:
            for matrix in mixing:
                inputs = matrix @ inputs
            mixing, fronts = [np.eye(len(nodes))] * len(mixing), [self.trained] * len(fronts)
        inputs = _factor(inputs, fronts[0])
        self._moving = min(fronts[0], inputs.shape[1])
        self._inputs = self._tensor(inputs)
        self._mixing = [self._tensor(matrix) for matrix in mixing]
        sizes = zip(self._mixing, fronts[1:], fronts[:-1], strict=True)
        self._front = (
            self._inputs[: fronts[0], : self._moving].contiguous(),
            [matrix[:after, :before].contiguous() for matrix, after, before in sizes],
        )

    def parameters(self, seed: int) -> list[Any]:
        """Random parameters: W₁ (r, width), W_l (width + bias, width), and the last (…, 1)."""
        generator = self.torch.Generator().manual_seed(seed)
        depth, bias = len(self._mixing), int(self._bias)
        shapes = [(self._inputs.shape[1], self.width)]
        shapes += [(self.width + bias, self.width)] * (depth - 1) + [(self.width + bias, 1)]
        return [self.torch.randn(shape, generator=generator) for shape in shapes]

    def moving(self, parameters: list[Any]) -> list[Any]:
        """The part of parameters (B, …) that training on the first nodes moves."""
        return [parameters[0][:, : self._moving], *parameters[1:]]

    def outputs(self, parameters: list[Any]) -> Any:
        """Outputs (B, p) of B copies, from parameters with one more dimension (B, …) in front."""
        return self._through(self._inputs, self._mixing, parameters)

    def trained_outputs(self, moving: list[Any]) -> Any:
        """Outputs (B, trained) of the nodes trained on, from the part of parameters that moves."""
        return self._through(*self._front, moving)

    def moved_outputs(self, start: list[Any], moved: list[Any]) -> Any:
        """Outputs (B, p) where B copies started from the same (1, …) and moved by these (B, …)."""
        found = []
        for copy in range(len(moved[0])):
            whole = [first.clone() for first in start]
            for part, by in zip(self.moving(whole), moved, strict=True):
                part.add_(by[copy])
            found.append(self.outputs(whole))
        return self.torch.cat(found)

    def numbers(self) -> int:
        """Numbers that one copy holds while it is trained: parameters and hidden units."""
        depth, (rows, moving) = len(self._mixing), self._front[0].shape
        weights = self.width * (moving + (depth - 1) * (self.width + 1) + 1)
        return 5 * weights + 4 * depth * rows * self.width

    def _through(self, inputs: Any, mixings: list[Any], parameters: list[Any]) -> Any:
        state = inputs @ parameters[0]
        for mixing, weights in zip(mixings, parameters[1:], strict=True):
            units = state if self._linear else self.torch.relu(state) * 2**0.5
            mixed = units @ (weights[:, : self.width] / self.width**0.5)
            if self._bias:
                mixed = mixed + weights[:, self.width :]
            state = mixing @ mixed
        return state[:, :, 0]

    def _tensor(self, array: np.ndarray) -> Any:
        return self.torch.as_tensor(np.array(array), dtype=self.torch.float32)


def _below(rows: Any, front: int) -> tuple[IndexArray, int]:
    """Columns that rows reach, those of the first `front` rows in front; and how many these are."""
    columns = rows.indices[rows.data != 0]
    within = rows.indices[: rows.indptr[front]][rows.data[: rows.indptr[front]] != 0]
    first = np.unique(within)
    return np.concatenate([first, np.setdiff1d(columns, first)]).astype(np.int64), len(first)


def _factor(inputs: np.ndarray, front: int) -> np.ndarray:
    """F (k, min(k, d)) with F Fᵀ = inputs inputsᵀ; triangular, unless `front` rows fill it."""
    if inputs.shape[1] <= front:
        return inputs
    triangle: Any = np.linalg.qr(inputs.T, mode="r")
    return triangle.T
