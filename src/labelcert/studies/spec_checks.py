"""Checks of a study that need more than one entry, or know the data sets and networks."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Any

from labelcert._errors import InputError
from labelcert.data import registry
from labelcert.studies.choices import (
    DEFAULT,
    LEARNERS,
    DatasetChoice,
    ModelChoice,
    dataset_choices,
    model_choices,
    positive,
)
from labelcert.studies.faults import Fault, known_names
from labelcert.studies.row_checks import check_row_models
from labelcert.studies.spec import DatasetSpec, ModelSpec, StudySpec, ThreatSpec, merged
from labelcert.studies.spec_yaml import Path

MOST_UNITS = 100_000
_LARGE = 2_000
"""Nodes of a graph that takes long to draw; its parameters are checked by the units."""

_FILE_ONLY = ("label", "edges", "id", "drop", "keep")


def check(spec: StudySpec, folder: FilePath) -> None:
    """Raise Fault for the first entry that cannot be used; reads no data.

    folder: of the study file, as for `choices`.
    """
    for i, dataset in enumerate(spec.datasets):
        _check_dataset(dataset, ("datasets", i))
    entries = [dataset.called for dataset in spec.datasets]
    for i, model in enumerate(spec.models):
        _check_network(model, ("models", i))
        _check_learner(model, ("models", i), entries)
    check_row_models(spec)
    datasets, models = choices(spec, folder)
    _check_titles([(choice.title, choice.path) for choice in datasets])
    _check_titles([(choice.title, choice.path) for choice in models])
    _check_threats(spec)
    if len(set(spec.certificates)) < len(spec.certificates):
        raise Fault(("certificates",), "names one twice: keep each once.")
    count = sum(len(m.learners(d.entry)) for d in datasets for m in models) * len(spec.seeds)
    if count > MOST_UNITS:
        raise Fault((), f"has {count:,} units, more than {MOST_UNITS:,}: split it into several.")


def check_graphs(spec: StudySpec) -> None:
    """Draw every synthetic graph once, unless large; raise Fault for parameters out of range."""
    for choice in every_dataset(spec):
        size = choice.parameters.get("n", 0)
        if choice.spec.synthetic is None or (isinstance(size, int) and size > _LARGE):
            continue
        try:
            choice.draw(seed=0)
        except InputError as error:
            name, _, rest = str(error).partition(" ")
            path = choice.where.get(name, choice.path)
            text = rest if name in choice.where else f"cannot be drawn: {error}"
            raise Fault(path, f"{text.rstrip('.')}.") from None


def choices(spec: StudySpec, folder: FilePath) -> tuple[list[DatasetChoice], list[ModelChoice]]:
    """Every data set and every model of a study; raises Fault.

    folder: of the study file, where matrices and modules of own kernels are looked for.
    """
    models = [
        choice
        for i, model in enumerate(spec.models)
        for choice in model_choices(model, ("models", i), folder)
    ]
    return every_dataset(spec), models


def every_dataset(spec: StudySpec) -> list[DatasetChoice]:
    """Every data set of a study; raises Fault."""
    return [
        choice
        for i, dataset in enumerate(spec.datasets)
        for choice in dataset_choices(dataset, ("datasets", i))
    ]


def _check_dataset(dataset: DatasetSpec, at: Path) -> None:
    sources = [s for s in ("name", "path", "synthetic") if getattr(dataset, s) is not None]
    if len(sources) != 1:
        raise Fault(at, "must have exactly one of name, path and synthetic.")
    source = sources[0]
    given = dataset.model_fields_set
    for field in _FILE_ONLY:
        if field in given and source != "path":
            raise Fault((*at, field), "goes with path only: leave it out.")
    if source != "synthetic" and "graph_seed" in given:
        raise Fault((*at, "graph_seed"), "goes with synthetic only: leave it out.")
    if source == "synthetic" and dataset.binary:
        raise Fault((*at, "binary"), "is not needed: synthetic graphs have two classes.")
    if dataset.name is not None:
        try:
            registry.find(dataset.name)
        except InputError as error:
            raise Fault((*at, "name"), f"is wrong: {error}.") from None


def _check_network(model: ModelSpec, at: Path) -> None:
    if model.features is None and not model.name:
        raise Fault(at, "lacks name: add it, the name of a network, or features.")
    if model.features is not None and model.name:
        raise Fault((*at, "features"), "goes without a network's name: keep one of them.")
    for name in ("parts", "votes"):
        if model.features is None and getattr(model, name) is not None:
            raise Fault((*at, name), "goes with features only: leave it out.")


def _check_learner(model: ModelSpec, at: Path, entries: list[str]) -> None:
    given = [name for name in LEARNERS if getattr(model, name) is not None]
    inside = {
        name
        for part in (model.fixed, model.grid, model.zipped)
        for name in part
        if name in LEARNERS
    }
    if len(given) + len(inside) == 0:
        raise Fault(at, "lacks C or ridge: add one, such as C: 0.1.")
    if len(given) + len(inside) > 1:
        raise Fault(at, "has more than one of C and ridge: keep one.")
    for name in given:
        _check_values(getattr(model, name), (*at, name), entries)


def _check_values(value: Any, path: Path, entries: list[str]) -> None:
    if isinstance(value, list):
        if not value:
            raise Fault(path, "is an empty list: name at least one value.")
        for i, item in enumerate(value):
            positive(item, (*path, i))
        if len({float(item) for item in value}) < len(value):
            raise Fault(path, "names a value twice: keep each once.")
    elif isinstance(value, dict) and path[-1] in LEARNERS:
        for name, item in value.items():
            if name not in (*entries, DEFAULT):
                raise Fault(
                    (*path, name), f"is no data set here; {known_names(name, [*entries, DEFAULT])}"
                )
            _check_values(item, (*path, name), entries)
        for name in entries:
            if name not in value and DEFAULT not in value:
                raise Fault(path, f"has no value for {name!r}: add it, or add {DEFAULT}.")
    else:
        positive(value, path)


def _check_titles(titles: list[tuple[str, Path]]) -> None:
    seen: set[str] = set()
    for title, path in titles:
        if title in seen:
            raise Fault(path, f"is called {title!r} like another: give one of them a title.")
        seen.add(title)


def _check_threats(spec: StudySpec) -> None:
    at: list[tuple[ThreatSpec | None, Path]] = [(spec.threat, ())]
    at += [(dataset.threat, ("datasets", i)) for i, dataset in enumerate(spec.datasets)]
    for threat, path in at:
        for i, (source, target) in enumerate((threat and threat.directions) or []):
            if str(source) == str(target):
                raise Fault(
                    (*path, "threat", "directions", i),
                    f"goes from {source!r} to itself: name two labels.",
                )
    for i, dataset in enumerate(spec.datasets):
        threat = merged(spec.threat, dataset.threat)
        path: Path = ("threat",) if dataset.threat is None else ("datasets", i, "threat")
        given = ["group_budgets"] if threat.group_budgets is not None else []
        given += ["bad_groups"] if threat.bad_groups else []
        if threat.groups is None and given:
            raise Fault(path, f"has {given[0]} without groups: name a column or a file.")
        if threat.groups is not None and threat.group_budgets is None and not threat.bad_groups:
            raise Fault(
                path,
                "has groups without group_budgets: add a budget, such as 2, or bad_groups: 1.",
            )
