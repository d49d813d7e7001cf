"""The kernels by name, with all that the shell and study files need to know of them.

To add a kernel, write its file (see `layered` and `parameterized`) and add its class to `_CLASSES`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labelcert._errors import InputError
from labelcert.intake.names import suggestion
from labelcert.kernels.appnp import APPNP
from labelcert.kernels.gcn import GCN
from labelcert.kernels.gin import GIN
from labelcert.kernels.graphsage import GraphSAGE
from labelcert.kernels.kernel import Kernel, KernelClass
from labelcert.kernels.linear import Linear
from labelcert.kernels.mlp import MLP
from labelcert.kernels.parameters import Parameter, named
from labelcert.kernels.ppnp import PPNP
from labelcert.kernels.random_features import RandomFeatures
from labelcert.kernels.sgc import SGC

_CLASSES: tuple[KernelClass, ...] = (
    MLP, GCN, SGC, GraphSAGE, APPNP, PPNP, GIN, Linear, RandomFeatures,
)  # fmt: skip

DEFAULT = GCN.name
"""The kernel where none is named."""

WITHOUT_EDGES = MLP.name
"""The same where the data have no edges."""


def names() -> dict[str, KernelClass]:
    """Every kernel class by its lower-case name."""
    return {cls.name: cls for cls in _CLASSES}


def find(name: str) -> KernelClass:
    """The class of a name, case ignored; raises InputError with the closest known name."""
    known = names()
    cls = known.get(name.lower()) if isinstance(name, str) else None
    if cls is None:
        raise InputError(
            f"kernel {name!r} is unknown; {suggestion(str(name).lower(), list(known))}."
        )
    return cls


def shared() -> dict[str, dict[str, Parameter]]:
    """The parameters of all kernels: by their own name, then by the kernels that have them."""
    found: dict[str, dict[str, Parameter]] = {}
    for name, cls in names().items():
        for parameter in cls.parameters():
            found.setdefault(parameter.name, {})[name] = parameter
    return found


def create(name: str, **values: Any) -> Kernel:
    """Build a kernel by name, case ignored, for example ``create("gcn", depth=2)``.

    The text "none" stands for None, which a study file may have no other way to say.

    Raises:
        InputError: unknown name or option (with the closest known one), or an option outside its
            range.
    """
    cls = find(name)
    given = {key: None if value == "none" else value for key, value in values.items()}
    for parameter in named(cls.parameters(), given, cls.name):
        parameter.check(given[parameter.name])
    return cls(**given)


def from_text(name: str, texts: Mapping[str, str]) -> Kernel:
    """As `create`, from what was written in the shell."""
    cls = find(name)
    given = named(cls.parameters(), texts, cls.name)
    return create(name, **{known.name: known.parse(texts[known.name]) for known in given})
