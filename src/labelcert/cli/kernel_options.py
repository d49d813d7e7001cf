"""The shell's options for the parameters of the networks, made from the registry.

They are made when the help or the options of a command are asked for, so that no other command has
to import the kernels. A new kernel brings its options along: nothing here names one. So does a
user's own kernel, ``--model package.module:Class``, which is looked for before options are read.
"""

from __future__ import annotations

import inspect
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from labelcert.cli.commands import ShellCommand
from labelcert.cli.engine_help import tell_engines
from labelcert.cli.option_names import KERNEL_PREFIX
from labelcert.cli.panels import NETWORK, in_order

if TYPE_CHECKING:
    from labelcert.kernels.parameters import Parameter

_BEFORE = "model"
_MADE, _GIVEN = "labelcert.kernel_options", "labelcert.kernel_parameters"
_OWN = "labelcert.own_kernels"


class KernelCommand(ShellCommand):
    """A command that takes, behind --model, the parameters of every kernel of the registry."""

    def get_params(self, ctx: Any) -> list[Any]:
        """The command's own options and those of the kernels, in the order of their panels."""
        own: list[Any] = super().get_params(ctx)
        if _MADE not in ctx.meta:
            ctx.meta[_MADE] = _made([parameter.name for parameter in own], ctx.meta.get(_OWN, ()))
        at = [parameter.name for parameter in own].index(_BEFORE) + 1
        return in_order([*own[:at], *ctx.meta[_MADE], *own[at:]])

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the options, among them those of the kernels of the user's own that are named."""
        ctx.meta[_OWN] = own_models(args)
        try:
            return super().parse_args(ctx, args)
        except Exception as error:
            tell_own_options(error, ctx.meta[_OWN], [p.name for p in super().get_params(ctx)])
            raise

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help, with what the registry of engines has to say."""
        tell_engines(self.params)
        super().format_help(ctx, formatter)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; `given_parameters` of its context tells the kernel's parameters."""
        values = {option.name: ctx.params.pop(option.name) for option in ctx.meta[_MADE]}
        ctx.meta[_GIVEN] = {
            name.removeprefix(KERNEL_PREFIX): value
            for name, value in values.items()
            if value is not None
        }
        return super().invoke(ctx)


def own_models(args: Sequence[str]) -> list[str]:
    """The kernels of the form ``package.module:Class`` that --model or --try model=… names."""
    named: list[str] = []
    for i, word in enumerate(args):
        option, equals, value = word.partition("=")
        if option in ("--model", "--try"):
            value = value if equals else args[i + 1] if i + 1 < len(args) else ""
            if option == "--try":
                tried, _, listed = value.partition("=")
                named += listed.split(",") if tried.strip() == "model" else []
            else:
                named.append(value)
    return list(dict.fromkeys(name.strip() for name in named if ":" in name))


def tell_own_options(error: Any, models: Sequence[str], own: Collection[str]) -> None:
    """Let the error on an unknown option say which ones kernels of the user's own have.

    own: names of the command's own options.
    """
    from labelcert.kernels import registry

    if not models or not hasattr(error, "option_name") or not hasattr(error, "message"):
        return
    for model in models:
        flags = [flag_of(p.name, own) for p in registry.find(model).parameters()]
        error.message = f"{error.message}; {model} has {', '.join(flags) or 'no options'}"


def flag_of(name: str, own: Collection[str]) -> str:
    """The option of a kernel's parameter in a command with options of its `own`, by their names.

    A name that the command itself has is told apart: --model-seed.
    """
    return f"--{'model-' if name in own else ''}{name.replace('_', '-')}"


def word_of(value: object) -> str:
    """A value of a parameter as the shell has it."""
    return str(value).lower() if value is None or isinstance(value, bool) else str(value)


def given_parameters(context: typer.Context) -> dict[str, str]:
    """What was written for parameters of the kernel, by their names."""
    return context.meta[_GIVEN]


def _made(own: Collection[str], models: Sequence[str]) -> list[Any]:
    """Options as Typer makes them from a signature; each takes text, which the registry reads.

    own: names of the command's own options; models: kernels of the user's own that are named.
    """
    from labelcert.kernels import registry

    signature = [
        inspect.Parameter(
            KERNEL_PREFIX + name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[
                str | None,
                typer.Option(
                    flag_of(name, own),
                    help=_help(kernels, [*registry.names(), *models]),
                    metavar=next(iter(kernels.values())).kind.metavar,
                    rich_help_panel=NETWORK,
                ),
            ],
        )
        for name, kernels in registry.shared(models).items()
    ]

    def bare(**_: Any) -> None: ...

    described: Any = bare  # a function takes a signature, though its type does not say so
    described.__signature__ = inspect.Signature(signature)
    described.__annotations__ = {each.name: each.annotation for each in signature}
    app = typer.Typer(add_completion=False)
    app.command(add_help_option=False)(described)
    made: Any = typer.main.get_command(app)
    return list(made.params)


def _help(kernels: dict[str, Parameter], every: Collection[str]) -> str:
    """What the kernels say of a parameter, and which ones have it, unless all do.

    Where they differ, what the first one says of it, and all words that any takes.
    """
    from rich.markup import escape

    from labelcert.kernels.kinds import listed

    first = next(iter(kernels.values()))
    same = len({parameter.told for parameter in kernels.values()}) == 1
    words = dict.fromkeys(word for p in kernels.values() for word in p.kind.words)
    text = first.told if same else f"{first.doc}: {listed(words)}" if words else first.doc
    lacking = [name for name in every if name not in kernels]
    of = ", ".join(kernels) if len(kernels) <= len(lacking) else f"all but {', '.join(lacking)}"
    return escape(f"{text[0].upper()}{text[1:]}{f' ({of})' if lacking else ''}.")
