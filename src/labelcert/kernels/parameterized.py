"""Kernels that are frozen dataclasses: parameters are fields, declared once.

A field carries its `Parameter` in its metadata (`described`). From there come the checks of the
constructor, the settings of records, the options of the shell, and `get_params` and `set_params`
as scikit-learn knows them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

from labelcert.kernels.kinds import Kind
from labelcert.kernels.parameters import OnlyWith, Parameter, named, read_values


def described(kind: Kind, doc: str, only_with: OnlyWith | None = None) -> dict[str, Any]:
    """Metadata of a field; doc: a few words, without what `kind` says by itself."""
    return {"kind": kind, "doc": doc, "only_with": only_with}


@dataclass(frozen=True, repr=False)
class Parameterized:
    """The base of kernels that are frozen dataclasses; their values are checked when built."""

    name: ClassVar[str]
    """Lower-case name in the registry and the shell."""
    summary: ClassVar[str]
    """One line for listings."""
    uses_edges: ClassVar[bool] = True
    """Whether the kernel makes no sense on data without edges."""

    @classmethod
    def parameters(cls) -> tuple[Parameter, ...]:
        """Every parameter, in the order of the constructor."""
        return tuple(Parameter(f.name, f.default, **f.metadata) for f in fields(cls))

    def __post_init__(self) -> None:
        for parameter in self.parameters():
            parameter.check(getattr(self, parameter.name))

    def settings(self) -> dict[str, Any]:
        """The parameters that this kernel reads, as plain values; `get_params` has all."""
        return read_values(self.parameters(), self.get_params())

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Every parameter with its value as given, as in scikit-learn; `deep` changes nothing."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def set_params(self, **values: Any) -> Self:
        """Change parameters in place, as scikit-learn does with its copies; returns the kernel.

        Everywhere else kernels are taken to be constant: do not change one that is a key of a
        dictionary or in use elsewhere. Raises InputError, and changes nothing, for an unknown
        parameter or a value outside its range.
        """
        named(self.parameters(), values, self.name)  # refuses unknown ones
        changed = type(self)(**{**self.get_params(), **values})
        for name in values:
            object.__setattr__(self, name, getattr(changed, name))
        return self

    def __repr__(self) -> str:
        changed = [
            f"{f.name}={getattr(self, f.name)!r}"
            for f in fields(self)
            if getattr(self, f.name) != f.default
        ]
        return f"{type(self).__name__}({', '.join(changed)})"
