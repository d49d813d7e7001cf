"""The kernels by name, with all that the shell and study files need to know of them.

To add a kernel, write its file (see `layered` and `parameterized`) and add its class to `_CLASSES`.
Kernels of users go by ``package.module:Class`` (`own`), those of other packages by the name of
their entry point (`installed`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from labelcert._errors import InputError
from labelcert.intake.names import suggestion
from labelcert.kernels.appnp import APPNP
from labelcert.kernels.cnn import CNN
from labelcert.kernels.gcn import GCN
from labelcert.kernels.gin import GIN
from labelcert.kernels.graphsage import GraphSAGE
from labelcert.kernels.installed import installed
from labelcert.kernels.kernel import Kernel, KernelClass
from labelcert.kernels.linear import Linear
from labelcert.kernels.mlp import MLP
from labelcert.kernels.own import is_reference, own_class
from labelcert.kernels.parameters import Parameter, named
from labelcert.kernels.ppnp import PPNP
from labelcert.kernels.precomputed import Precomputed
from labelcert.kernels.random_features import RandomFeatures
from labelcert.kernels.sgc import SGC

_CLASSES: tuple[KernelClass, ...] = (
    MLP, GCN, SGC, GraphSAGE, APPNP, PPNP, GIN, CNN, Linear, RandomFeatures, Precomputed,
)  # fmt: skip

DEFAULT = GCN.name
"""The kernel where none is named."""

WITHOUT_EDGES = MLP.name
"""The same where the data have no edges."""


def names() -> dict[str, KernelClass]:
    """Every kernel class by its lower-case name; of two with one name, the one of this package."""
    return {**installed()[0], **{cls.name: cls for cls in _CLASSES}}


def find(name: str, folder: str | None = None) -> KernelClass:
    """The class of a name, case ignored, or of ``package.module:Class``.

    folder: looked in for such modules too. Raises InputError, with the closest known name.
    """
    if is_reference(name):
        return own_class(name, folder)
    known = names()
    cls = known.get(name.lower()) if isinstance(name, str) else None
    if cls is None and isinstance(name, str) and name.lower() in installed()[1]:
        raise InputError(
            f"kernel {name!r} is installed but cannot be loaded ({installed()[1][name.lower()]}): "
            "mend or reinstall its package."
        )
    if cls is None:
        raise InputError(
            f"kernel {name!r} is unknown; {suggestion(str(name).lower(), list(known))}."
        )
    return cls


def shared(own: Iterable[str] = ()) -> dict[str, dict[str, Parameter]]:
    """The parameters of all kernels: by their own name, then by the kernels that have them.

    own: kernels of the user to count among them, as ``package.module:Class``.
    """
    found: dict[str, dict[str, Parameter]] = {}
    for name, cls in [*names().items(), *((name, find(name)) for name in own)]:
        for parameter in cls.parameters():
            found.setdefault(parameter.name, {})[name] = parameter
    return found


def create(name: str, /, folder_: str | None = None, **values: Any) -> Kernel:
    """Build a kernel by name, case ignored, for example ``create("gcn", depth=2)``.

    The text "none" stands for None, which a study file may have no other way to say. folder_: as of
    `find`.

    Raises:
        InputError: unknown name or option (with the closest known one), or an option outside its
            range.
    """
    cls = find(name, folder_)
    given = {key: None if value == "none" else value for key, value in values.items()}
    for parameter in named(cls.parameters(), given, cls.name):
        parameter.check(given[parameter.name])
    return cls(**given)


def from_text(name: str, texts: Mapping[str, str]) -> Kernel:
    """As `create`, from what was written in the shell."""
    cls = find(name)
    given = named(cls.parameters(), texts, cls.name)
    return create(name, **{known.name: known.parse(texts[known.name]) for known in given})


def arguments_of(kernel: Kernel) -> dict[str, Any]:
    """What builds a kernel again, for `create`."""
    given = getattr(kernel, "arguments", None)
    return dict(kernel.settings() if given is None else given)
