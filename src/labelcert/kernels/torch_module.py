"""A torch module that is frozen: a copy in evaluation mode, and how it is run on nodes.

Only this room and the transfer measurement know torch, which is imported when a module is used
(extra ``labelcert[torch]``), never with the package.
"""

from __future__ import annotations

import copy
import hashlib
import importlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.intake.numbers import whole_or_none
from labelcert.kernels.arrays import FeatureMatrix, IndexArray

EDGES = (None, "edge_index", "adjacency")
"""How a module is given a graph: not at all, as PyTorch Geometric does, or as a dense matrix."""


def load_torch() -> Any:
    """The package torch; raises InputError where it is not installed."""
    try:
        return importlib.import_module("torch")
    except ImportError as error:
        raise InputError("torch is not installed: run pip install 'labelcert[torch]'.") from error


@dataclass(frozen=True)
class Call:
    """How a module is run: the shape of one row's input, None for (d,), and one of `EDGES`."""

    input_shape: tuple[int, ...] | None = None
    edges: str | None = None


def check_call(input_shape: Any, edges: Any) -> Call:
    """The arguments of a constructor, looked at; raises InputError."""
    if edges not in EDGES or isinstance(edges, bool):
        raise InputError(f"edges={edges!r} must be one of {', '.join(map(repr, EDGES))}.")
    if input_shape is None:
        return Call(None, edges)
    if edges is not None:
        raise InputError("input_shape is for modules of rows: leave it out, or edges.")
    sizes = [whole_or_none(size) for size in input_shape] if _is_list(input_shape) else [None]
    if not sizes or any(size is None or size < 1 for size in sizes):
        raise InputError(
            f"input_shape={input_shape!r} must be positive whole numbers such as (1, 28, 28): "
            "pass the shape of the input of one row."
        )
    return Call(tuple(int(size or 0) for size in sizes), edges)


class FrozenModule:
    """A copy of a module in evaluation mode; later changes of the user's module do not reach it.

    Args:
        module: a `torch.nn.Module`.
        call: how it is run.

    Raises:
        InputError: no module, or one that cannot be copied or has parameters without values.
    """

    def __init__(self, module: Any, call: Call):
        if not isinstance(module, self.torch.nn.Module):
            raise InputError(
                f"module={module!r} is no torch module: pass an instance of torch.nn.Module."
            )
        tensors = [*module.parameters(), *module.buffers()]
        if any(self.torch.nn.parameter.is_lazy(tensor) for tensor in tensors):
            raise InputError("module has parameters without values: run it once before.")
        try:
            self.module = copy.deepcopy(module).eval()
        except RuntimeError as error:
            raise InputError(
                f"module cannot be copied ({first_line(error)}): pass one that was not run within "
                "a graph of gradients."
            ) from error
        self.trained = tuple(n for n, p in module.named_parameters() if p.requires_grad)
        self.module.requires_grad_(False)
        floats = [tensor for tensor in tensors if tensor.is_floating_point()]
        self.dtype = floats[0].dtype if floats else self.torch.float32
        self.device = floats[0].device if floats else self.torch.device("cpu")
        self.call = call

    @property
    def torch(self) -> Any:
        """The package; no attribute, because kernels are copied and packages cannot be."""
        return load_torch()

    def settings(self) -> dict[str, Any]:
        """What tells this module from others: its class, and a SHA-256 of all that it holds."""
        digest = hashlib.sha256(repr(self.module).encode())
        for name, tensor in self.module.state_dict().items():
            values = tensor.detach().cpu().contiguous()
            digest.update(f"{name} {values.dtype} {tuple(values.shape)};".encode())
            digest.update(values.reshape(-1).view(self.torch.uint8).numpy().tobytes())
        return {
            "module": type(self.module).__name__,
            "sha256": digest.hexdigest(),
            "input_shape": None if self.call.input_shape is None else list(self.call.input_shape),
            "edges": self.call.edges,
        }

    def tensor(self, inputs: Any) -> Any:
        """Rows (p, d) of features as the module's input (p, …)."""
        dense = inputs.toarray() if hasattr(inputs, "toarray") else inputs
        # A copy: torch wants arrays that may be written to.
        found = self.torch.as_tensor(np.array(dense)).to(self.device, self.dtype)
        shape = self.call.input_shape
        if shape is None:
            return found
        if int(np.prod(shape)) != found.shape[1]:
            raise InputError(
                f"input_shape={shape} has {int(np.prod(shape))} numbers and a row "
                f"{found.shape[1]}: pass the shape of the input of one row."
            )
        return found.reshape(-1, *shape)

    def graph_inputs(self, features: FeatureMatrix, adjacency: Any) -> tuple[Any, ...]:
        """What a module of graphs is called with: all features, and the edges."""
        rows = self.tensor(features)
        if self.call.edges == "adjacency":
            return rows, self.tensor(adjacency)
        pairs = adjacency.tocoo()
        # A[i, j] weighs what node i takes from node j: PyTorch Geometric has sources first.
        index = self.torch.as_tensor(np.stack([pairs.col, pairs.row]).astype(np.int64))
        index = index.to(self.device)
        if (pairs.data == 1).all():
            return rows, index
        return rows, index, self.torch.as_tensor(pairs.data).to(self.device, self.dtype)

    def functional(self, parameters: Mapping[str, Any], inputs: tuple[Any, ...]) -> Any:
        """Outputs (p, o) with these parameters in place of the module's own."""
        return as_columns(
            self.torch.func.functional_call(self.module, dict(parameters), inputs),
            inputs[0].shape[0],
        )

    def parameters(self) -> dict[str, Any]:
        """The parameters that were trained or would be, by name."""
        known = dict(self.module.named_parameters())
        return {name: known[name] for name in self.trained}


@contextmanager
def running(what: str) -> Iterator[None]:
    """Turn what torch or the user's module raises into an InputError that says so."""
    try:
        yield
    except InputError:
        raise
    except (RuntimeError, TypeError, ValueError, IndexError, AttributeError) as error:
        said = first_line(error)
        remedy = "check the features, input_shape and edges that it takes"
        if isinstance(error, TypeError) and re.search(r"missing .*'\w*(edge|adj)", said):
            remedy = (
                "tell it as edges (in the shell --module-edges) how the module takes them, "
                "'edge_index' or 'adjacency'"
            )
        raise InputError(f"module cannot be {what} ({said}): {remedy}.") from error


def first_line(error: BaseException) -> str:
    """The first line of what an exception says."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def as_columns(outputs: Any, count: int) -> Any:
    """Outputs of `count` rows as (count, o); raises InputError for anything else."""
    if not hasattr(outputs, "reshape") or outputs.ndim == 0 or outputs.shape[0] != count:
        shape = tuple(getattr(outputs, "shape", ())) or type(outputs).__name__
        raise InputError(
            f"module returned {shape} for {count} rows: let it return a tensor with a row for each."
        )
    return outputs.reshape(count, -1)


def batches(rows: IndexArray, size: int) -> Iterator[IndexArray]:
    """Pieces of at most `size` rows, in order."""
    for at in range(0, len(rows), size):
        yield rows[at : at + size]


def _is_list(values: Any) -> bool:
    return isinstance(values, (list, tuple))
