"""Products of Jacobians of a torch module, tile by tile: never all Jacobians at a time.

J(x) is the matrix (o, P) of derivatives of the o outputs for input x by all P parameters. A tile of
rows is differentiated together; products are added up in float64 from Jacobians in the module's
type. Cost of a block (p, q) in tiles of b rows: (p / b) q + p Jacobians, and 2 b o P numbers of
memory beside the module's own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from labelcert.kernels.arrays import FloatArray, IndexArray
from labelcert.kernels.nodes import Nodes
from labelcert.kernels.torch_module import FrozenModule, as_columns, batches, running

MEMORY = 2**28
"""Bytes that a tile of Jacobians may take in float64, if that holds one row."""

Select = Callable[[Any], Any]
"""From outputs (p, o) to those that count, (p, k)."""


class Jacobians:
    """The Jacobians of a frozen module at the nodes of a graph.

    Args:
        frozen: the module; its trained parameters are those differentiated by.
        nodes: features and edges.
        select: which outputs count.
        count: of these outputs.
    """

    def __init__(self, frozen: FrozenModule, nodes: Nodes, select: Select, count: int):
        self._frozen, self._nodes, self._select = frozen, nodes, select
        self._parameters = frozen.parameters()
        numbers = count * sum(p.numel() for p in self._parameters.values())
        self.tile = max(1, MEMORY // (8 * max(numbers, 1)))
        self._graph = (
            None
            if frozen.call.edges is None
            else frozen.graph_inputs(nodes.features, nodes.adjacency)
        )

    def of(self, rows: IndexArray) -> list[Any]:
        """For each parameter its part of the Jacobians, a tensor (p, its numbers times outputs)."""
        torch = self._frozen.torch
        with running("differentiated"):
            if self._graph is None:
                inputs = self._frozen.tensor(self._nodes.features[rows])
                found = torch.func.vmap(torch.func.jacrev(self._row), in_dims=(None, 0))(
                    self._parameters, inputs
                )
            else:
                at = torch.as_tensor(rows).to(self._frozen.device)
                found = torch.func.jacrev(self._nodes_at)(self._parameters, self._graph, at)
        return [part.reshape(len(rows), -1) for part in found.values()]

    def block(self, rows: IndexArray, cols: IndexArray) -> FloatArray:
        """Products (p, q), exactly symmetric where rows and cols are the same."""
        found = np.zeros((len(rows), len(cols)))
        same = np.array_equal(rows, cols)
        for i, left_rows in enumerate(batches(rows, self.tile)):
            left = self.of(left_rows)
            at = i * self.tile
            for j, right_rows in enumerate(batches(cols, self.tile)):
                if same and j < i:
                    continue
                right = left if same and i == j else self.of(right_rows)
                to = j * self.tile
                piece = _products(left, right)
                found[at : at + len(left_rows), to : to + len(right_rows)] = piece
                if same:
                    found[to : to + len(right_rows), at : at + len(left_rows)] = piece.T
        return (found + found.T) / 2 if same else found

    def squares(self, rows: IndexArray) -> FloatArray:
        """The diagonal (p,) of the products."""
        pieces = [np.zeros(0)]
        for at in batches(rows, self.tile):
            total: Any = 0
            for part in self.of(at):
                total = total + _wide(part).square().sum(dim=1)
            pieces.append(total.cpu().numpy())
        return np.concatenate(pieces)

    def _row(self, parameters: Any, row: Any) -> Any:
        return self._select(self._frozen.functional(parameters, (row[None],)))[0]

    def _nodes_at(self, parameters: Any, graph: tuple[Any, ...], at: Any) -> Any:
        return self._select(self._frozen.functional(parameters, graph)[at])


def outputs_of(frozen: FrozenModule, nodes: Nodes) -> int:
    """How many outputs the module has, by running it once; raises InputError."""
    with frozen.torch.no_grad(), running("run"):
        if frozen.call.edges is not None:
            inputs = frozen.graph_inputs(nodes.features, nodes.adjacency)
        else:
            inputs = (frozen.tensor(nodes.features[:1]),)
        return int(as_columns(frozen.module(*inputs), inputs[0].shape[0]).shape[1])


def _products(left: list[Any], right: list[Any]) -> FloatArray:
    total: Any = 0
    for a, b in zip(left, right, strict=True):
        total = total + _wide(a) @ _wide(b).T
    return total.cpu().numpy()


def _wide(part: Any) -> Any:
    """A tensor in float64, on the CPU where its device has none."""
    return (part.cpu() if part.device.type == "mps" else part).double()
