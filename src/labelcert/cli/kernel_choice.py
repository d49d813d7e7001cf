"""The network that --model and its options name."""

from __future__ import annotations

from labelcert._errors import InputError
from labelcert.cli.request import Request
from labelcert.data import Graph
from labelcert.kernels import registry
from labelcert.kernels.base import Kernel

GRAPHLESS = "mlp"
"""The model that makes sense where there are no edges."""


def check_model(request: Request) -> None:
    """Raise InputError early, before a graph is loaded, for a model or option that cannot be."""
    if request.model is not None:
        _create(request, request.model)


def choose_kernel(request: Request, graph: Graph) -> Kernel:
    """The kernel of a request; gcn by default, mlp where the graph has no edges.

    Raises InputError: unknown model, an option that the model lacks or whose value it refuses, or
    a graph network for data without edges.
    """
    name = request.model or ("gcn" if graph.has_edges else GRAPHLESS)
    kernel = _create(request, name)
    if not graph.has_edges and kernel.name != GRAPHLESS:
        raise InputError(
            f"model {name} needs edges and {graph.name!r} has none: pass --edges FILE, or "
            f"--model {GRAPHLESS}."
        )
    return kernel


def _create(request: Request, name: str) -> Kernel:
    given = dict(request.parameters)
    for option in ("normalization", "skip"):
        if option in given and str(given[option]).lower() == "none":
            given[option] = None
    if given.get("skip") != "alpha" and "skip_alpha" in given and name.lower() == "gcn":
        raise InputError("skip_alpha is read only with --skip alpha: add it, or leave this out.")
    if given.get("skip") is None and "skip_activation" in given and name.lower() == "gcn":
        raise InputError("skip_activation is read only with --skip: add it, or leave this out.")
    try:
        return registry.create(name, **given)
    except InputError as error:
        if name.lower() in registry.names():
            raise
        raise InputError(f"--model: {error}") from None
