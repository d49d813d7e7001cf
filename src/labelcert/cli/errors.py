"""Every mistake of the user becomes one line on standard error and exit code 2."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, cast

import typer
from typer.core import TyperGroup

from labelcert._errors import InputError
from labelcert.cli.commands import plain_flags

BAD_INPUT = 2
INTERRUPTED = 130

# Newer Typer ships its own copy of Click, so the class is found from a name that both export.
_USAGE_ERROR: type[Exception] = next(
    cls for cls in typer.BadParameter.__mro__ if cls.__name__ == "ClickException"
)


class OneLineErrors(TyperGroup):
    """A command group whose errors are one line: no traceback, no box, nothing half-written."""

    def main(  # pyright: ignore[reportIncompatibleMethodOverride]
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command line; ends with SystemExit unless `standalone_mode` is False."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, False, **extra)
        try:
            code = super().main(args, prog_name, complete_var, False, **extra)
        except (InputError, MemoryError, OSError, _USAGE_ERROR) as error:
            complain(describe(error))
            code = BAD_INPUT
        except (KeyboardInterrupt, typer.Abort):
            complain("interrupted before there was a result")
            code = INTERRUPTED
        sys.exit(code if isinstance(code, int) else 0)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help; a flag takes no value, so no type stands beside it."""
        plain_flags(self.get_params(ctx))
        super().format_help(ctx, formatter)

    def invoke(self, ctx: Any) -> Any:
        """Run the chosen command; an interrupt without a result ends it with code 130."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise typer.Abort from None


def describe(error: BaseException) -> str:
    """One sentence for an error that is the user's to mend."""
    if isinstance(error, _USAGE_ERROR):
        message: str = cast("Any", error).format_message()  # every usage error has it
        if type(error).__name__ == "NoArgsIsHelpError":  # its message is the whole help, or none
            return "a command is missing: name one of those that --help lists."
        return f"{message.strip().rstrip('.')}; see --help."
    if isinstance(error, MemoryError):
        return (
            "not enough memory: labels count squared, so train on fewer of them with --per-class, "
            "or on features with --features; or certify fewer test points with --test."
        )
    if isinstance(error, OSError) and not isinstance(error, InputError):
        name = f" {str(error.filename)!r}" if error.filename else ""
        return f"the system refused a file{name} ({error.strerror or error}): check path and space."
    return str(error)


def complain(message: str) -> None:
    """Print an error on standard error, as one line whatever is in it."""
    print(f"error: {printable(message)}", file=sys.stderr)


def printable(text: str) -> str:
    """Text without line breaks and without characters that steer a terminal."""
    line = " ".join(text.split())
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)
