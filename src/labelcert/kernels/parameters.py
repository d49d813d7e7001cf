"""The parameters of a kernel: name, default, kind, and what they mean."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labelcert._errors import InputError
from labelcert.intake.names import suggestion
from labelcert.kernels.kinds import REFUSED, Kind


@dataclass(frozen=True)
class OnlyWith:
    """A parameter is read only where another one, `name`, has one of these values."""

    name: str
    values: tuple[object, ...]


@dataclass(frozen=True)
class Parameter:
    """One parameter of a kernel.

    Attributes:
        name: as in the constructor, the shell (with dashes) and study files.
        default: its value where none is given.
        kind: the values that are allowed.
        doc: a few words on what it is; what it must be is added from `kind`.
        only_with: when it is read, or None for always.
    """

    name: str
    default: object
    kind: Kind
    doc: str
    only_with: OnlyWith | None = None

    @property
    def told(self) -> str:
        """One line: what it is and what it may be, in the words of the shell."""
        return self.doc + self.kind.short

    def check(self, value: Any) -> None:
        """Raise InputError, a sentence that begins with the name, for a value not allowed."""
        if self.kind.plain(value) is REFUSED:
            raise InputError(f"{self.name} must be {self.kind.told}, not {value!r}.")

    def parse(self, text: str) -> Any:
        """The value that a text stands for, unchecked; "none" is None."""
        return None if text.lower() == "none" else self.kind.parse(text)

    def is_read(self, values: Mapping[str, Any]) -> bool:
        """Whether a kernel with these values of its parameters reads this one."""
        return self.only_with is None or values[self.only_with.name] in self.only_with.values


def named(parameters: Sequence[Parameter], names: Collection[str], kernel: str) -> list[Parameter]:
    """The parameters of these names, in their order; raises InputError for one that is unknown."""
    by_name = {parameter.name: parameter for parameter in parameters}
    for name in names:
        if name not in by_name:
            hint = suggestion(name, list(by_name)) if by_name else "it has none"
            raise InputError(f"{name} is not an option of the {kernel} kernel; {hint}.")
    return [by_name[name] for name in names]


def read_values(parameters: Sequence[Parameter], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that are read, plain, in the order of the parameters; `values` has them all."""
    return {
        parameter.name: parameter.kind.plain(values[parameter.name])
        for parameter in parameters
        if parameter.is_read(values)
    }
