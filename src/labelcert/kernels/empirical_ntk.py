"""The tangent kernel of a torch module of finite width, at its parameters θ₀.

Model: the centred linearisation f(x) = J(x)(θ − θ₀) of the module, with the penalty ‖θ − θ₀‖²; J is
the Jacobian by the parameters. It leaves out the module's own output at θ₀, which no kernel machine
without bias has. Kernel, s one number for the whole object::

    Θ(x, x') = s · J(x) J(x')ᵀ

With one output this is exactly that linearised network (``math.md`` 13 (b)). Of several outputs it
is the sum over them, one output's own, or that of a random projection, and then each class is a
machine of its own on it. Whether the network as it is trained behaves like its linearisation is
another question, which `labelcert.transfer` measures.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from labelcert._errors import InputError
from labelcert.intake.numbers import real_or_none, whole_or_none
from labelcert.intake.origin import with_origin
from labelcert.kernels.arrays import FloatArray, shape_of
from labelcert.kernels.block_memory import check_room
from labelcert.kernels.declared import check_declared, origin
from labelcert.kernels.inputs import GraphLike
from labelcert.kernels.jacobians import Jacobians, Select, outputs_of
from labelcert.kernels.nodes import Nodes, read_nodes
from labelcert.kernels.torch_module import FrozenModule, check_call

SUM, PROJECTION = "sum", "projection"

REFERENCE = 64
"""Nodes whose kernel with themselves fixes the scale."""


class EmpiricalNTK:
    """Tangent kernel of a torch module at the parameters it has, centred.

    The module is copied and run in evaluation mode, in its own type and on its own device, and
    Jacobians are made of some rows at a time. Parameters that need no gradient count as fixed.

    Args:
        module: a `torch.nn.Module`; rows must not depend on each other, but through edges.
        parameters: where those of the module come from: "initialisation", "other data", or "these
            labels", which voids the certificate and is told in it. Without it the kernel can be
            computed, and nothing certified on it.
        outputs: of a module with several, "sum" over all, the number of one, or "projection": a
            random combination of them with signs ±1, whose kernel is on average the sum's, at the
            cost of one output.
        scale: s > 0. None fixes it at the first call, so that the kernel of a node with itself is 1
            on average over up to 64 evenly spaced nodes of the graph (rows of the table) of that
            call; tangent kernels grow with the width, and C and λ with them. `scale` tells it.
        input_shape: the shape of one row's input where it is not that of a row, as (1, 28, 28).
        edges: how a module of graphs is called, see `LastLayer`.

    Raises:
        InputError: torch missing, no module, no parameter that needs a gradient, or a word or
            number that is not allowed.
    """

    name = "empirical_ntk"

    def __init__(
        self,
        module: Any,
        *,
        parameters: str | None = None,
        outputs: str | int = SUM,
        scale: float | None = None,
        input_shape: tuple[int, ...] | None = None,
        edges: str | None = None,
    ):
        self._frozen = FrozenModule(module, check_call(input_shape, edges))
        if not self._frozen.trained:
            raise InputError(
                "module has no parameter that needs a gradient: call module.requires_grad_()."
            )
        self.declared = check_declared(parameters)
        self.outputs = _check_outputs(outputs)
        number = real_or_none(scale)
        if scale is not None and (number is None or not 0 < number < math.inf):
            raise InputError(f"scale={scale!r} must be a finite number above 0, or None.")
        self._scale = number

    @property
    def scale(self) -> float | None:
        """What products of Jacobians are multiplied by; None before the first call fixes it."""
        return self._scale

    def settings(self) -> dict[str, Any]:
        """The module by a SHA-256, its outputs, the scale, and what is declared."""
        return {
            **self._frozen.settings(),
            "outputs": self.outputs,
            "scale": self._scale,
            "centred": True,
            "parameters": self.declared,
        }

    def __call__(
        self, graph: GraphLike, rows: ArrayLike | None = None, cols: ArrayLike | None = None
    ) -> FloatArray:
        """Block of the kernel between nodes, see `labelcert.kernels.kernel.Kernel`."""
        nodes = read_nodes(graph, rows, cols)
        check_room(len(nodes.rows), len(nodes.cols), self.name)
        count = outputs_of(self._frozen, nodes)
        select, chosen = self._selection(count)
        jacobians = Jacobians(self._frozen, nodes, select, chosen)
        if self._scale is None:
            self._scale = _scale(jacobians, nodes)
        found = jacobians.block(nodes.rows, nodes.cols) * self._scale
        if not np.isfinite(found).all():
            raise InputError(
                f"the {self.name} kernel is not finite on this data: scale the features down."
            )
        return with_origin(
            found, origin(self.declared, "EmpiricalNTK", *_told(self.outputs, count))
        )

    def __repr__(self) -> str:
        return f"EmpiricalNTK({type(self._frozen.module).__name__}, outputs={self.outputs!r})"

    def _selection(self, count: int) -> tuple[Select, int]:
        """The outputs that count, of `count`, and how many these are."""
        if self.outputs == SUM:
            return lambda found: found, count
        if self.outputs == PROJECTION:
            signs = np.random.default_rng(0).choice([-1.0, 1.0], size=count)
            vector = self._frozen.torch.as_tensor(signs).to(self._frozen.device, self._frozen.dtype)
            return lambda found: (found @ vector)[:, None], 1
        at = int(self.outputs)
        if at >= count:
            raise InputError(f"outputs={at} is not among the {count} of the module: count from 0.")
        return lambda found: found[:, at : at + 1], 1


def _check_outputs(outputs: Any) -> str | int:
    if isinstance(outputs, str) and outputs in (SUM, PROJECTION):
        return outputs
    number = whole_or_none(outputs)
    if number is None or number < 0:
        raise InputError(
            f"outputs={outputs!r} must be {SUM!r}, {PROJECTION!r} or the number of an output, "
            "counted from 0."
        )
    return number


def _scale(jacobians: Jacobians, nodes: Nodes) -> float:
    total = shape_of(nodes.features)[0]
    rows = np.unique(np.linspace(0, total - 1, min(total, REFERENCE)).round().astype(np.int64))
    mean = float(jacobians.squares(rows).mean())
    return 1 / mean if 0 < mean < math.inf else 1.0


def _told(outputs: str | int, count: int) -> tuple[str, ...]:
    """What certificates tell of a module with several outputs."""
    if count == 1:
        return ()
    if outputs == SUM:
        what = f"the sum over the network's {count} outputs"
    elif outputs == PROJECTION:
        what = f"that of a random projection of the network's {count} outputs, as asked for"
    else:
        what = f"that of output {outputs} of the network's {count}"
    return (
        f"The kernel is {what}: each class is a machine of its own on it, which is not the "
        "linearised network with all its outputs; use one with a single output where that matters.",
    )
