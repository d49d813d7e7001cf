"""What `labelcert tune --try` is told to try: values by name, and the networks they make."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

from labelcert._errors import InputError
from labelcert.cli.request import Request
from labelcert.intake.names import suggestion

if TYPE_CHECKING:
    from labelcert.kernels import Kernel


def parse(attempts: tuple[str, ...]) -> dict[str, list[str]]:
    """NAME=V1,V2,… as lists of texts by name; raises InputError."""
    found: dict[str, list[str]] = {}
    for text in attempts:
        name, _, values = text.partition("=")
        name = name.strip().replace("-", "_")
        parts = [part.strip() for part in values.split(",") if part.strip()]
        if not name or not parts:
            raise InputError(f"--try {text!r} is not NAME=V1,V2: for example --try C=0.1,1.")
        if name in found:
            raise InputError(f"--try names {name} twice: list all its values once.")
        found[name] = parts
    return found


def numbers_of(values: dict[str, list[str]], name: str) -> list[float] | None:
    """What is tried of C or ridge, taken out of the values; raises InputError."""
    if name not in values:
        return None
    found: list[float] = []
    for text in values.pop(name):
        try:
            found.append(float(text))
        except ValueError:
            raise InputError(f"--try {name} has the value {text!r}: pass numbers.") from None
    return found


def without_tried(request: Request, values: dict[str, list[str]]) -> Request:
    """The request with one network that can be checked: what is tried, with its first values.

    Of several networks none is named: each is made, and so checked, by `kernels_of`.
    """
    from labelcert.kernels import registry

    if "model" in values:
        return replace(request, model=None, parameters={})
    if request.model is None:
        return request
    known = {parameter.name for parameter in registry.find(request.model).parameters()}
    first = {name: tried[0] for name, tried in values.items() if name in known}
    return replace(request, parameters={**request.parameters, **first})


def kernels_of(
    names: list[str], values: dict[str, list[str]], fixed: dict[str, str]
) -> list[Kernel]:
    """Every combination of values for every model; a model ignores options that only others have.

    Raises InputError for a model, option or value that does not exist.
    """
    from labelcert.kernels import registry

    known = {name: {p.name for p in registry.find(name).parameters()} for name in names}
    for option in values:
        if not any(option in options for options in known.values()):
            there = sorted({name for options in known.values() for name in options})
            hint = suggestion(option, ["C", "ridge", "model", *there])
            raise InputError(f"--try {option!r} is nothing that can be tried here: {hint}.")
    somewhere = set[str]().union(*known.values())
    found: list[Kernel] = []
    for name in names:
        mine = {option: tried for option, tried in values.items() if option in known[name]}
        rest = {
            option: value
            for option, value in fixed.items()
            if option not in mine and (option in known[name] or option not in somewhere)
        }
        for chosen in product(*mine.values()):
            kernel = registry.from_text(name, rest | dict(zip(mine, chosen, strict=True)))
            if kernel not in found:
                found.append(kernel)
    return found
