"""The network that --model and its options name."""

from __future__ import annotations

from labelcert._errors import InputError
from labelcert.cli.kernel_options import word_of
from labelcert.cli.module_choice import check_module, module_kernel
from labelcert.cli.request import Request
from labelcert.data import Graph
from labelcert.kernels import Kernel, registry
from labelcert.kernels.own import is_reference


def check_model(request: Request) -> None:
    """Raise InputError early, before a graph is loaded, for a model or option that cannot be."""
    check_module(request)
    if request.model is not None:
        _create(request, request.model)


def choose_kernel(request: Request, graph: Graph) -> Kernel:
    """The kernel of a request; the registry's default, or its default for data without edges.

    Raises InputError: unknown model, an option that the model lacks or whose value it refuses, or
    a graph network for data without edges.
    """
    if request.module is not None:
        return module_kernel(request)
    name = request.model or (registry.DEFAULT if graph.has_edges else registry.WITHOUT_EDGES)
    kernel = _create(request, name)
    if not graph.has_edges and registry.find(name).uses_edges:
        raise InputError(
            f"model {name} needs edges and {graph.name!r} has none: pass --edges FILE, or "
            f"--model {registry.WITHOUT_EDGES}."
        )
    return kernel


def _create(request: Request, name: str) -> Kernel:
    try:
        kernel = registry.from_text(name, request.parameters)
    except InputError as error:
        if is_reference(name) or name.lower() in registry.names():
            raise InputError(f"{error}{_others_with(request, name)}") from None
        raise InputError(f"--model: {error}") from None
    unread = request.parameters.keys() - kernel.settings().keys()
    for parameter in registry.find(name).parameters():
        other = parameter.only_with
        if other is not None and parameter.name in unread:
            value = f" {word_of(other.values[0])}" if len(other.values) == 1 else ""
            raise InputError(
                f"{parameter.name} is read only with --{other.name.replace('_', '-')}{value}: add "
                "it, or leave this out."
            )
    return kernel


def _others_with(request: Request, name: str) -> str:
    """A sentence on the networks that have an option which this one lacks."""
    mine = {parameter.name for parameter in registry.find(name).parameters()}
    shared = registry.shared()
    for option in request.parameters:
        others = [] if option in mine else list(shared.get(option, {}))
        if others:
            return f" It is one of {', '.join(others)}: pass --model {others[0]} for it."
    return ""
