"""The last layer of a frozen torch network: a head that alone is trained.

Network: h(x) are the inputs of a linear layer of a module whose other parameters stay as they are;
that layer is trained, with its penalty on weights and bias alike. Kernel, with c = 1 if the layer
has a bias and 0 if not::

    Θ = h(X) h(X)ᵀ + c

Ridge regression or an SVM on it *is* the retrained head, at any width, so that its certificate is
about the deployed model, as long as no label under attack had a part in h (``math.md`` 13 (a)).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from labelcert._errors import InputError
from labelcert.intake.names import suggestion
from labelcert.intake.origin import with_origin
from labelcert.kernels.arrays import FloatArray, IndexArray
from labelcert.kernels.declared import check_declared, origin
from labelcert.kernels.feature_kernel import block_of, with_constant
from labelcert.kernels.inputs import GraphLike
from labelcert.kernels.nodes import Nodes, read_nodes
from labelcert.kernels.torch_module import FrozenModule, batches, check_call, running

ROWS = 256
"""Rows that the module is run on together."""

LINEAR = 1e-3
"""How far the layer's output may lie from W h + b, beside the largest of |W| |h| + |b|."""


class LastLayer:
    """Kernel of the features before a linear layer of a torch module that stays as it is.

    The module is copied and run in evaluation mode, in its own type and on its own device. Features
    come as float32 (float64 of a module in float64).

    Args:
        module: a `torch.nn.Module`.
        layer: the name of the linear layer that is trained, as `named_modules` has it ("2", "fc").
            What follows it in the module is left out.
        parameters: where those of the module come from: "initialisation", "other data", or "these
            labels", which voids the certificate and is told in it. Without it the kernel can be
            computed, and nothing certified on it.
        input_shape: the shape of one row's input where it is not that of a row, as (1, 28, 28).
        edges: None for a module of rows; "edge_index" for one that is called with all features, the
            edges (2, edges) and, unless all are 1, their weights, as in PyTorch Geometric;
            "adjacency" for one that is called with all features and the dense adjacency.

    Raises:
        InputError: torch missing, no module, no such layer, or a word that is not allowed.
    """

    name = "last_layer"

    def __init__(
        self,
        module: Any,
        layer: str,
        *,
        parameters: str | None = None,
        input_shape: tuple[int, ...] | None = None,
        edges: str | None = None,
    ):
        self._frozen = FrozenModule(module, check_call(input_shape, edges))
        known = [name for name, _ in self._frozen.module.named_modules() if name]
        if layer not in known:
            raise InputError(f"layer {layer!r} is not in the module; {suggestion(layer, known)}.")
        self.layer = layer
        self._layer: Any = self._frozen.module.get_submodule(layer)
        self.declared = check_declared(parameters)

    def settings(self) -> dict[str, Any]:
        """The module by a SHA-256, the layer, and what is declared."""
        return {**self._frozen.settings(), "layer": self.layer, "parameters": self.declared}

    def features(self, graph: GraphLike, rows: ArrayLike | None = None) -> NDArray[Any]:
        """The features (p, k) of nodes, a constant 1 last if the layer has a bias.

        For `labelcert.certify_linear`, and for training the head elsewhere. graph, rows: as of a
        call. Raises InputError as a call does.
        """
        nodes = read_nodes(graph, rows, None)
        return self._declared(self._features(nodes, nodes.rows))

    def __call__(
        self, graph: GraphLike, rows: ArrayLike | None = None, cols: ArrayLike | None = None
    ) -> FloatArray:
        """Block of the kernel between nodes, see `labelcert.kernels.kernel.Kernel`."""
        nodes = read_nodes(graph, rows, cols)
        left = self._features(nodes, nodes.rows).astype(np.float64)
        right = left if nodes.same else self._features(nodes, nodes.cols).astype(np.float64)
        return self._declared(block_of(left, right, self.name))

    def __repr__(self) -> str:
        return f"LastLayer({type(self._frozen.module).__name__}, {self.layer!r})"

    def _declared(self, array: NDArray[Any]) -> Any:
        return with_origin(array, origin(self.declared, "LastLayer"))

    def _features(self, nodes: Nodes, rows: IndexArray) -> NDArray[Any]:
        frozen = self._frozen
        if frozen.call.edges is not None:
            found = self._seen(frozen.graph_inputs(nodes.features, nodes.adjacency))[rows]
        else:
            asked = rows if len(rows) else np.arange(1)
            pieces = [
                self._seen((frozen.tensor(nodes.features[at]),)) for at in batches(asked, ROWS)
            ]
            found = np.concatenate(pieces)[: len(rows)]
        if not np.isfinite(found).all():
            raise InputError("module returns numbers that are not finite: scale the features.")
        if frozen.call.edges is None and len(rows) > 1:
            self._check_alone(found[0], frozen.tensor(nodes.features[rows[:1]]))
        bias = getattr(self._layer, "bias", None) is not None
        return with_constant(found, 1.0 if bias else 0.0)

    def _check_alone(self, among: NDArray[Any], row: Any) -> None:
        """Raise InputError where a row's features are others without the rows beside it."""
        alone = self._seen((row,))[0]
        off = np.abs(alone.astype(np.float64) - among).max(initial=0.0)
        if off > LINEAR * np.abs(among).max(initial=0.0):
            raise InputError(
                "module's features of a row depend on the rows beside it: use layers that do not, "
                "such as batch normalisation with running averages."
            )

    def _seen(self, inputs: tuple[Any, ...]) -> NDArray[Any]:
        """The inputs (p, k) of the layer while the module is run on p rows."""
        torch = self._frozen.torch
        calls: list[tuple[Any, Any]] = []
        handle = self._layer.register_forward_hook(
            lambda _layer, given, result: calls.append((given, result))
        )
        try:
            with torch.no_grad(), running("run"):
                self._frozen.module(*inputs)
        finally:
            handle.remove()
        if len(calls) != 1:
            raise InputError(
                f"layer {self.layer!r} is run {len(calls)} times on an input: name one that is run "
                "once."
            )
        (given, result) = calls[0]
        self._check_linear(given, result, inputs[0].shape[0])
        wide = torch.float64 if given[0].dtype == torch.float64 else torch.float32
        return given[0].to("cpu", wide).numpy()

    def _check_linear(self, given: tuple[Any, ...], result: Any, count: int) -> None:
        """Raise InputError unless the layer maps each row h to W h + b."""
        weight: Any = getattr(self._layer, "weight", None)
        bias: Any = getattr(self._layer, "bias", None)
        fits = (
            len(given) == 1
            and getattr(given[0], "ndim", 0) == 2
            and given[0].shape[0] == count
            and getattr(weight, "ndim", 0) == 2
            and weight.shape[1] == given[0].shape[1]
            and tuple(getattr(result, "shape", ())) == (count, weight.shape[0])
        )
        if fits:
            offset = 0 * weight[:, 0] if bias is None else bias
            size = (given[0].abs() @ weight.abs().T + offset.abs()).max()
            off = (given[0] @ weight.T + offset - result).abs().max()
            reach = max(LINEAR, 10 * self._frozen.torch.finfo(weight.dtype).eps)
            fits = not float(off) > reach * float(size)
        if not fits:
            raise InputError(
                f"layer {self.layer!r} is no linear layer of rows: name one that is, such as a "
                "torch.nn.Linear, whose inputs are one vector a row."
            )
