"""What the shell says of --engine, made from the registry of engines.

A new engine that users may ask for by name is told without an edit here.
"""

from __future__ import annotations

from typing import Any

OPTION = "engine"


def tell_engines(parameters: list[Any]) -> None:
    """Write the help of --engine, if it is among a command's parameters."""
    for parameter in parameters:
        if parameter.name == OPTION:
            parameter.help = engine_help()


def engine_help() -> str:
    """The names that may be asked for, and what is said of each engine."""
    from labelcert.engines.registry import AUTO, ENTRIES

    told = [f"{entry.option}, which {entry.summary}" for entry in ENTRIES if entry.option]
    return f"{AUTO} picks; or one alone: {'; '.join(told)}."
