"""Give a command the options of another, so that they are written down once."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from functools import wraps
from typing import Any, get_type_hints


def with_options_of(
    other: Callable[..., None], *, without: Collection[str] = ()
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Let a function that ends in ``**shared`` take the parameters of `other` there.

    Those of `other` come first. Typer reads the signature that this writes.
    """

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        hints: dict[str, Any] = {}
        parameters: list[inspect.Parameter] = []
        for source in (other, function):
            types = get_type_hints(source, include_extras=True)
            for parameter in inspect.signature(source).parameters.values():
                name = parameter.name
                if parameter.kind is inspect.Parameter.VAR_KEYWORD or name in without:
                    continue
                hints[name] = types[name]
                parameters.append(
                    parameter.replace(annotation=types[name], kind=inspect.Parameter.KEYWORD_ONLY)
                )

        @wraps(function)
        def command(**options: Any) -> None:
            function(**options)

        described: Any = command  # a function takes a signature, though its type does not say so
        described.__signature__ = inspect.Signature(parameters)
        described.__annotations__ = hints
        return command

    return decorate
