"""Kernels that users wrote, by name: ``package.module:Class``, or installed with an entry point.

A class whose objects are kernels, or functions of two feature matrices; such a function itself; or
such an object. Parameters are those of the class or function, with their defaults; a class of
`Parameterized` kernels declares its own. Modules are looked for where Python finds them and then in
the current folder. To import a module is to run it: name only what you trust.
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
import os
import sys
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from numpy.typing import ArrayLike

from labelcert._errors import InputError
from labelcert.intake.names import suggestion
from labelcert.kernels.arrays import FloatArray
from labelcert.kernels.checked_block import checked_block
from labelcert.kernels.functions import as_kernel, leading
from labelcert.kernels.inputs import GraphLike
from labelcert.kernels.kernel import Kernel
from labelcert.kernels.kinds import anything
from labelcert.kernels.parameters import Parameter
from labelcert.kernels.plain_values import plain_values

_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


@dataclass(frozen=True)
class OwnKernel:
    """A kernel of a user under the name that it goes by in commands and records.

    arguments: what it was built with. Its blocks are checked before they are used.
    """

    name: str
    arguments: dict[str, Any]
    inner: Kernel = field(compare=False)

    def settings(self) -> dict[str, Any]:
        """Those of the user's kernel, plain."""
        return plain_values(dict(self.inner.settings()))

    def __call__(
        self, graph: GraphLike, rows: ArrayLike | None = None, cols: ArrayLike | None = None
    ) -> FloatArray:
        """Block of the kernel between nodes; raises InputError where it is not one."""
        return checked_block(self.inner, self.name, graph, rows, cols)


@dataclass(frozen=True)
class OwnClass:
    """What a name stands for, as the registry lists kernels (`KernelClass`)."""

    name: str
    target: Any

    @property
    def summary(self) -> str:
        """The first line of its documentation."""
        return (inspect.getdoc(self.target) or "a kernel of your own").splitlines()[0]

    @property
    def uses_edges(self) -> bool:
        """As it says itself; no unless it does."""
        return bool(getattr(self.target, "uses_edges", False))

    def parameters(self) -> tuple[Parameter, ...]:
        """Those it declares, else those of its constructor, or of the function behind the data."""
        declared: Any = getattr(self.target, "parameters", None)
        if isinstance(self.target, type) and callable(declared):
            own: Any = declared()
            return tuple(own)
        if not isinstance(self.target, type) and not inspect.isroutine(self.target):
            return ()  # an object is there already
        try:
            known = inspect.signature(self.target).parameters.values()
        except (TypeError, ValueError):
            return ()
        taken = () if isinstance(self.target, type) else leading(self.target)
        return tuple(
            Parameter(p.name, None if p.default is p.empty else p.default, anything(), p.name)
            for p in known
            if p.kind in _NAMED and p.name not in taken
        )

    def __call__(self, **values: Any) -> Kernel:
        """Build the kernel; raises InputError for arguments that it refuses."""
        target = self.target
        try:
            if isinstance(target, type):
                made = target(**values)
            else:
                made = partial(target, **values) if values else target
        except InputError:
            raise
        except Exception as error:
            raise InputError(
                f"model {self.name} cannot be built ({type(error).__name__}: {error}): check its "
                "options."
            ) from error
        return OwnKernel(self.name, values, as_kernel(made, f"model {self.name} gives"))

    def digest(self) -> str:
        """SHA-256 of the source of its module, and of the one that it is imported from.

        Raises InputError where a file is no longer what was imported, as far as that was seen.
        """
        written: Any = inspect.unwrap(self.target) if callable(self.target) else self.target
        of_target = getattr(written, "__module__", None) or type(written).__module__
        modules = {of_target, self.name.partition(":")[0]} if ":" in self.name else {of_target}
        found = hashlib.sha256()
        for module in sorted(modules):
            found.update(module.encode() + b"\0" + _source_digest(module))
        return found.hexdigest()


_seen: dict[str, bytes] = {}
"""SHA-256 of the files of modules when they were first looked at: what runs is what was imported,
and a file that was edited since is another kernel."""


def _source_digest(module: str) -> bytes:
    path = getattr(sys.modules.get(module), "__file__", None)
    digest = b"" if path is None else hashlib.sha256(Path(path).read_bytes()).digest()
    if _seen.setdefault(module, digest) != digest:
        raise InputError(
            f"kernel module {module!r} has changed since it was imported: start Python again."
        )
    return digest


def is_reference(name: object) -> bool:
    """Whether a name is ``module:something``."""
    return isinstance(name, str) and ":" in name


def own_class(reference: str, folder: str | None = None) -> OwnClass:
    """What ``package.module:Class`` stands for.

    folder: looked in for modules as well, besides the current one. Raises InputError: no such form,
    a module that cannot be imported, or nothing in it that can be a kernel.
    """
    module_name, _, attribute = reference.partition(":")
    parts = [*module_name.split("."), *attribute.split(".")]
    if not all(part.isidentifier() for part in parts):
        raise InputError(f"kernel {reference!r} is no name: write it as package.module:Class.")
    module = _imported(module_name, reference, folder)
    found: Any = module
    for part in attribute.split("."):
        if not hasattr(found, part):
            names = [name for name in dir(found) if not name.startswith("_")]
            where = getattr(module, "__file__", None) or module_name
            raise InputError(
                f"kernel {reference!r} is not in {where}: {suggestion(part, names or ['none'])}."
            )
        found = getattr(found, part)
    if not callable(found):
        raise InputError(
            f"kernel {reference!r} is of type {type(found).__name__}: name a class, or a function "
            "of two feature matrices."
        )
    known = OwnClass(reference, found)
    known.digest()  # looked at as early as can be
    return known


def _imported(name: str, reference: str, folder: str | None) -> ModuleType:
    for place in (folder, os.getcwd()):
        if place is not None and place not in sys.path and "" not in sys.path:
            sys.path.append(place)  # last, so that nothing installed is hidden by a file there
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:
        raise InputError(
            f"kernel {reference!r} cannot be imported ({type(error).__name__}: {error}): install "
            "its package, or run the command where its file lies."
        ) from error
