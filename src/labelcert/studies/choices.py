"""The data sets and models that a study's entries stand for, one combination each."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from labelcert._errors import InputError
from labelcert.data import Graph, datasets
from labelcert.intake.numbers import real_or_none
from labelcert.kernels import Kernel
from labelcert.studies import networks
from labelcert.studies.faults import Fault, known_names, value_told
from labelcert.studies.grids import combinations
from labelcert.studies.row_models import RowModel, row_model
from labelcert.studies.spec import DatasetSpec, ModelSpec
from labelcert.studies.spec_yaml import Path

LEARNERS = ("C", "ridge")
DEFAULT = "default"
"""The key for all data sets that a mapping of C or ridge does not name."""


_DRAWN: dict[str, Callable[..., Graph]] = {"csbm": datasets.csbm, "cba": datasets.cba}


@dataclass(frozen=True)
class DatasetChoice:
    """One data set.

    title: unique in the study. entry: what its entry is called. parameters: of a synthetic graph,
    all of them; where: the entries of those given. path: its entry in the file.
    """

    spec: DatasetSpec
    title: str
    entry: str
    parameters: dict[str, Any]
    where: dict[str, Path]
    path: Path

    def draw(self, seed: int) -> Graph:
        """Draw the synthetic graph; raises InputError for a parameter out of range."""
        return _DRAWN[self.spec.synthetic or ""](**self.parameters, seed=seed)


@dataclass(frozen=True)
class ModelChoice:
    """One network, or features; the learners it is trained with follow from the data set."""

    spec: ModelSpec
    title: str
    network: Kernel | RowModel
    learner: tuple[str, float] | None
    path: Path

    def learners(self, dataset: str) -> list[tuple[str, float]]:
        """("C" or "ridge", value) for a data set, by what its entry is called."""
        if self.learner is not None:
            return [self.learner]
        name = "C" if self.spec.C is not None else "ridge"
        given: Any = self.spec.C if name == "C" else self.spec.ridge
        if isinstance(given, dict):
            given = given[dataset] if dataset in given else given[DEFAULT]
        return [(name, float(v)) for v in (given if isinstance(given, list) else [given])]


def dataset_choices(spec: DatasetSpec, at: Path) -> Iterator[DatasetChoice]:
    """The data sets of an entry; raises Fault."""
    for combination in combinations(spec.fixed, spec.grid, spec.zipped, at):
        told = combination.told()
        title = f"{spec.called}, {told}" if told else spec.called
        parameters: dict[str, Any] = {}
        if combination.values or spec.synthetic is not None:
            parameters = _synthetic(spec, combination.values, combination.where, at)
        yield DatasetChoice(spec, title, spec.called, parameters, combination.where, at)


def model_choices(spec: ModelSpec, at: Path, folder: FilePath) -> Iterator[ModelChoice]:
    """The networks of an entry; folder: what its paths and modules lie in. Raises Fault."""
    fixed, grid = _with_parts(spec, at)
    for combination in combinations(fixed, grid, spec.zipped, at):
        told = combination.told()
        values = dict(combination.values)
        learner: tuple[str, float] | None = None
        for name in LEARNERS:
            if name in values:
                if learner is not None or spec.C is not None or spec.ridge is not None:
                    raise Fault(combination.where[name], "comes twice: give C or ridge once.")
                learner = (name, positive(values.pop(name), combination.where[name]))
        try:
            if spec.features is not None:
                network = row_model(spec.features, values)
            else:
                network = networks.create(spec.name, values, folder)
        except InputError as error:
            raise _network_fault(error, spec, combination.where, at) from None
        title = f"{spec.called}, {told}" if told else spec.called
        yield ModelChoice(spec, title, network, learner, at)


def _with_parts(spec: ModelSpec, at: Path) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Fixed parameters and grid of an entry, with its parts and votes among them."""
    fixed, grid = dict(spec.fixed), dict(spec.grid)
    for name in ("parts", "votes"):
        value = getattr(spec, name)
        if value is None:
            continue
        if name in fixed or name in grid or name in spec.zipped:
            raise Fault((*at, name), "is among the parameters too: keep it in one place.")
        (grid if isinstance(value, list) else fixed)[name] = value
    return fixed, grid


def positive(value: Any, path: Path) -> float:
    """A value of C or ridge; raises Fault."""
    number = real_or_none(value)
    if number is None or not 1e-100 < number < 1e100:
        raise Fault(path, f"must be a positive number, not {value_told(value)}.")
    return number


def _network_fault(error: InputError, spec: ModelSpec, where: dict[str, Path], at: Path) -> Fault:
    """The sentence of a kernel or features, which begins with the parameter, about its entry."""
    name, _, rest = str(error).partition(" ")
    if name in where:
        given = getattr(spec, name, None) is not None
        return Fault((*at, name) if given else where[name], rest)
    return Fault((*at, "name" if spec.features is None else "features"), f"is wrong: {error}")


def _synthetic(
    spec: DatasetSpec, values: dict[str, Any], where: dict[str, Path], at: Path
) -> dict[str, Any]:
    """All parameters of a synthetic graph, in the types of their defaults."""
    if spec.synthetic is None:
        first = next(iter(where.values()))
        raise Fault(first, "has no meaning here: only synthetic data sets have parameters.")
    known = {
        name: parameter.default
        for name, parameter in inspect.signature(_DRAWN[spec.synthetic]).parameters.items()
        if name != "seed"
    }
    for name in values:
        if name not in known:
            raise Fault(where[name], f"is unknown; {known_names(name, list(known))}")
    return {name: typed(values.get(name, default), default) for name, default in known.items()}


def typed(value: Any, default: Any) -> Any:
    """An integer as the float that it stands for where the default is one."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return float(value) if whole and isinstance(default, float) else value
