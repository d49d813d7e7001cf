"""What all commands share: plain help, options under older names, and errors that name options."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from labelcert._errors import InputError
from labelcert.cli.option_names import in_options, options_by_name

OLD_OPTIONS = {"--jobs": "--n-jobs"}
"""Options that have another name now, understood as before."""


class ShellCommand(TyperCommand):
    """A command of the shell."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the options, those under older names too."""
        return super().parse_args(ctx, with_current_names(args))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help; a flag takes no value, so no type stands beside it."""
        plain_flags(self.get_params(ctx))
        super().format_help(ctx, formatter)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; what it refuses is told in its own options."""
        try:
            return super().invoke(ctx)
        except InputError as error:
            told = in_options(str(error), options_by_name(self.get_params(ctx)))
            raise InputError(told) from error


class StoreCommand(ShellCommand):
    """A command on one store; of several it says what does take them."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the options; raises InputError for a second store."""
        try:
            return super().parse_args(ctx, args)
        except Exception as error:  # Typer ships a Click of its own, and no name of this error
            if "unexpected extra argument" not in str(error):
                raise
            raise InputError(
                f"{ctx.info_name} takes one store: put several together with labelcert study "
                "merge, or hold two against each other with labelcert study compare."
            ) from error


class PlainGroup(TyperGroup):
    """A group of commands, with the help of a `ShellCommand`."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help; a flag takes no value, so no type stands beside it."""
        plain_flags(self.get_params(ctx))
        super().format_help(ctx, formatter)


def with_current_names(args: Sequence[str]) -> list[str]:
    """Arguments with the options' names of today; raises a usage error for an unknown exactness."""
    found: list[str] = []
    rest = iter(args)
    for word in rest:
        option, equals, value = word.partition("=")
        if option == "--exactness":  # what is now the flag --relaxed
            value = value if equals else next(rest, "")
            if value not in ("exact", "relaxed"):
                raise typer.BadParameter(f"--exactness {value!r} is unknown: use --relaxed or not")
            found += ["--relaxed"] if value == "relaxed" else []
        else:
            found.append(OLD_OPTIONS.get(option, option) + equals + value)
    return found


def plain_flags(parameters: Sequence[Any]) -> None:
    """Let the help show nothing where a flag's type would stand."""
    for parameter in parameters:
        if getattr(parameter, "is_flag", False) and parameter.metavar is None:
            parameter.metavar = ""
