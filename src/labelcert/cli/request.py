"""What the user asked `labelcert certify` or `labelcert advise` for, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labelcert.cli.kernel_options import given_parameters

DEFAULT_C = 1.0
"""Small enough that karate (93 % right) is decided in well under a second; on larger graphs the
paper's values lie between 0.001 and 1."""

DEFAULT_MAX_FLIPS = "10"

DEFAULT_PER_CLASS = 5
"""Of graphs and named data; a table is trained on whole but for a hold-out."""


@dataclass(frozen=True)
class Request:
    """The options of one run; None is "not given".

    parameters: of the kernel, by name, as they were written.
    """

    dataset: str
    edges: Path | None
    label: str | None
    id: str | None
    drop: tuple[str, ...]
    keep: tuple[str, ...]
    drop_classes: tuple[str, ...]
    new: Path | None
    standardize: bool
    binary: bool
    largest_component: bool
    per_class: int | None
    validation: int | None
    test: int | None
    seed: int
    model: str | None
    parameters: dict[str, str]
    module: str | None
    weights: Path | None
    layer: str | None
    parameters_from: str | None
    input_shape: str | None
    module_edges: str | None
    C: float | None
    ridge: float | None
    max_flips: str | None
    collective: bool
    worst_margins: bool
    trusted: str | None
    directions: tuple[str, ...]
    costs: str | None
    groups: str | None
    group_budgets: tuple[str, ...]
    bad_groups: int
    relaxed: bool
    engine: str
    solver: str
    time_limit: float
    point_time_limit: float | None
    jobs: int | None
    outputs: tuple[Path, ...]
    plots: tuple[Path, ...]
    reports: tuple[Path, ...]
    quiet: bool
    learner: str | None = None
    features: str | None = None
    parts: int | None = None
    votes: str | None = None
    split: str | None = None
    train: Path | None = None
    called: str | None = None
    annotations: str | None = None


def from_options(options: dict[str, Any]) -> Request:
    """The request of the options of the command, by the names of its parameters.

    Its context holds those of the kernel.
    """
    rest = dict(options)
    parameters = given_parameters(rest.pop("context"))
    for singular in ("direction", "group_budget", "output", "plot", "report"):
        rest[singular + "s"] = tuple(rest.pop(singular, None) or ())
    for name in ("drop", "keep"):
        rest[name] = tuple(rest[name] or ())
    rest["drop_classes"] = tuple(rest.pop("drop_class") or ())
    return Request(parameters=parameters, **rest)
