"""The keyword arguments that `certify` and its sisters share, in one place.

`Settings` holds them with their defaults and turns them into what a run needs; `Options` tells type
checkers of them where a verb passes them on; `shows_options` puts them into the signature of such a
verb, so that help and documentation list them. `certify` documents each of them.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypedDict, TypeVar

from labelcert._errors import InputError
from labelcert.certificates.attacker.threat_model import ThreatModel
from labelcert.certificates.results.old_names import EXACTNESS
from labelcert.certificates.run.option_checks import (
    DEFAULT_TIME_LIMIT,
    check_engine,
    check_exactness,
    check_jobs,
    check_margins,
    check_time_limit,
)
from labelcert.engines.task import Wishes
from labelcert.engines.work.clock import Clock
from labelcert.intake.numbers import flag

Progress = Callable[[str, float], None]
_Verb = TypeVar("_Verb", bound=Callable[..., Any])


class Options(TypedDict, total=False):
    """The keyword arguments of `labelcert.certify`, described there."""

    C: float | None
    ridge: float | None
    max_flips: int | str | None
    threat: ThreatModel | None
    classes: Sequence[Any] | None
    collective: bool
    relaxed: bool
    engine: str
    solver: str
    worst_margins: bool
    time_limit: float | None
    point_time_limit: float | None
    n_jobs: int | None
    progress: Progress | None
    exactness: str | None
    validation: Any


@dataclass(frozen=True)
class Settings:
    """`Options` with their defaults, as they were passed: what uses them checks them."""

    C: float | None = None
    ridge: float | None = None
    max_flips: int | str | None = None
    threat: ThreatModel | None = None
    classes: Sequence[Any] | None = None
    collective: bool = False
    relaxed: bool = False
    engine: str = "auto"
    solver: str = "highs"
    worst_margins: bool = False
    time_limit: float | None = DEFAULT_TIME_LIMIT
    point_time_limit: float | None = None
    n_jobs: int | None = None
    progress: Progress | None = None
    exactness: str | None = None
    validation: Any = None

    @classmethod
    def of(cls, verb: str, options: Mapping[str, Any]) -> Settings:
        """The settings that a verb was called with; TypeError, as of any function, for others."""
        for name in options:
            if name not in cls.__annotations__:
                raise TypeError(f"{verb}() got an unexpected keyword argument {name!r}")
        return cls(**options)

    def clock(self) -> Clock:
        """The clock of a call; raises InputError for a limit that is none."""
        return Clock(check_time_limit(self.time_limit), self.progress)

    def wishes(self, classes: int, bad_groups: int) -> Wishes:
        """What the engines are asked for; classes and bad_groups: how many there are.

        Raises InputError for values that are none, or that exclude each other.
        """
        check_engine(self.engine, self.solver, self.ridge)
        margins = flag(self.worst_margins, "worst_margins")
        check_margins(margins, self.engine, classes, bad_groups)
        seconds = check_time_limit(self.point_time_limit, "point_time_limit")
        return Wishes(
            sample_wise=True,
            collective=flag(self.collective, "collective"),
            jobs=check_jobs(self.n_jobs),
            engine=self.engine,
            solver=self.solver,
            margins=margins,
            seconds_a_point=float("inf") if seconds is None else seconds,
            exactness=check_exactness(self._exactness(), self.engine),
        )

    def _exactness(self) -> str:
        """By `relaxed`, or by its old name."""
        relaxed = flag(self.relaxed, "relaxed")
        if self.exactness is None:
            return EXACTNESS[int(relaxed)]
        if relaxed and self.exactness == "exact":
            raise InputError("relaxed=True and exactness='exact' contradict: leave exactness out.")
        return self.exactness


def shows_options(*, without: Sequence[str] = ()) -> Callable[[_Verb], _Verb]:
    """Let the signature of a function that ends in ``**options`` list them with their defaults."""

    def decorate(verb: _Verb) -> _Verb:
        own = [
            parameter
            for parameter in inspect.signature(verb).parameters.values()
            if parameter.kind is not inspect.Parameter.VAR_KEYWORD
        ]
        taken = {parameter.name for parameter in own} | set(without)
        shared = [
            inspect.Parameter(
                field.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=field.default,
                annotation=field.type,
            )
            for field in fields(Settings)
            if field.name not in taken
        ]
        described: Any = verb  # a function takes a signature, though its type does not say so
        described.__signature__ = inspect.Signature([*own, *shared])
        return verb

    return decorate
