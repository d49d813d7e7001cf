"""The kernels by name, for the shell and for study files.

To add a kernel, write its file (see `base`) and add its class to `_CLASSES`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from labelcert._errors import InputError
from labelcert.intake.names import suggestion
from labelcert.kernels.appnp import APPNP
from labelcert.kernels.base import Kernel
from labelcert.kernels.gcn import GCN
from labelcert.kernels.gin import GIN
from labelcert.kernels.graphsage import GraphSAGE
from labelcert.kernels.mlp import MLP
from labelcert.kernels.ppnp import PPNP
from labelcert.kernels.sgc import SGC

_CLASSES: tuple[type[Kernel], ...] = (MLP, GCN, SGC, GraphSAGE, APPNP, PPNP, GIN)


@dataclass(frozen=True)
class Parameter:
    """One option of a kernel: its name, default, and a one-line description."""

    name: str
    default: object
    doc: str


def names() -> dict[str, type[Kernel]]:
    """Every kernel class by its lower-case name."""
    return {cls.name: cls for cls in _CLASSES}


def parameters(cls: type[Kernel]) -> tuple[Parameter, ...]:
    """The options of a kernel class, in the order of its constructor."""
    return tuple(Parameter(f.name, f.default, f.metadata["doc"]) for f in fields(cls))


def settings(kernel: Kernel) -> dict[str, Any]:
    """The options that a kernel reads, with their values; those of a skip only with a skip."""
    values = asdict(kernel)
    if "skip" in values and values["skip"] != "alpha":
        values.pop("skip_alpha")
    if "skip" in values and values["skip"] is None:
        values.pop("skip_activation")
    return values


def create(name: str, **params: Any) -> Kernel:
    """Build a kernel by name, case ignored, for example ``create("gcn", depth=2)``.

    The text "none" stands for None, which a shell or a study file may have no other way to say.

    Raises:
        InputError: unknown name or option (with the closest known one), or an option outside its
            range.
    """
    known = names()
    cls = known.get(name.lower()) if isinstance(name, str) else None
    if cls is None:
        raise InputError(
            f"kernel {name!r} is unknown; {suggestion(str(name).lower(), list(known))}."
        )
    allowed = [parameter.name for parameter in parameters(cls)]
    for param in params:
        if param not in allowed:
            raise InputError(
                f"{param} is not an option of the {cls.name} kernel; {suggestion(param, allowed)}."
            )
    return cls(**{key: None if value == "none" else value for key, value in params.items()})
