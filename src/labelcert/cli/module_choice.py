"""The torch module that --module and the options beside it name, as a kernel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from labelcert._errors import InputError
from labelcert.cli.request import Request
from labelcert.kernels import EmpiricalNTK, Kernel, LastLayer
from labelcert.kernels.declared import WORDS, check_declared
from labelcert.kernels.module_weights import build_module, load_weights
from labelcert.kernels.torch_module import check_call


def check_module(request: Request) -> None:
    """Raise InputError early for options that do not go together, or lack --module."""
    if request.module is None:
        for name, value in (
            ("--weights", request.weights), ("--layer", request.layer),
            ("--parameters-from", request.parameters_from),
            ("--input-shape", request.input_shape), ("--module-edges", request.module_edges),
        ):  # fmt: skip
            if value is not None:
                raise InputError(f"{name} goes with --module: add that, or drop it.")
        return
    if request.model is not None or request.parameters:
        other = "model" if request.model is not None else next(iter(request.parameters))
        raise InputError(f"--{other.replace('_', '-')} does not go with --module: drop one.")
    if request.parameters_from is None:
        raise InputError(
            "--parameters-from is missing: where the network's parameters come from decides "
            f"whether a certificate holds, so pass one of {', '.join(map(repr, WORDS))}."
        )
    _named("--parameters-from: ", lambda: check_declared(request.parameters_from))
    check_call(_shape(request.input_shape), request.module_edges)


def module_kernel(request: Request) -> Kernel:
    """The kernel of the module: of its last layer with --layer, else its tangent kernel.

    Raises InputError: a function or a file that cannot be used, or no such layer.
    """
    assert request.module is not None
    module = _named("--module: ", lambda: build_module(request.module or ""))
    if request.weights is not None:
        load_weights(module, request.weights)
    options: dict[str, Any] = {
        "parameters": request.parameters_from,
        "input_shape": _shape(request.input_shape),
        "edges": request.module_edges,
    }
    if request.layer is None:
        return EmpiricalNTK(module, **options)
    return LastLayer(module, request.layer, **options)


def _shape(text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    parts = text.replace("x", ",").split(",")
    if not all(part.strip().isdecimal() for part in parts):
        raise InputError(f"--input-shape {text!r} is no shape: write numbers such as 1,28,28.")
    return tuple(int(part) for part in parts)


def _named(option: str, find: Callable[[], Any]) -> Any:
    try:
        return find()
    except InputError as error:
        raise InputError(f"{option}{error}") from None
