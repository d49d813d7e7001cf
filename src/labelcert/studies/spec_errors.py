"""What pydantic finds wrong, as one sentence that names file, line and entry."""

from __future__ import annotations

import types
import typing
from typing import Any

from pydantic import BaseModel, ValidationError

from labelcert.studies.faults import Fault, known_names, told, value_told
from labelcert.studies.spec import FORMAT, DatasetSpec, StudySpec, Varied
from labelcert.studies.spec_yaml import Document, Path


def validate(document: Document) -> StudySpec:
    """The study of a document; raises Fault for the first entry, by line, that is wrong."""
    version = document.data.get("version", FORMAT)
    if isinstance(version, int) and version > FORMAT:
        raise Fault(
            ("version",),
            f"is {version}, and this labelcert knows up to {FORMAT}: upgrade labelcert.",
        )
    try:
        return StudySpec.model_validate(document.data)
    except ValidationError as error:
        entries = error.errors(include_url=False)
    # A key that is misspelt explains why another one is missing.
    unknown = [entry for entry in entries if entry["type"] == "extra_forbidden"]
    faults = [_fault(entry, document.data) for entry in unknown or entries]
    raise min(faults, key=lambda fault: document.line(fault.path))


def _fault(entry: Any, data: Any) -> Fault:
    kind = entry["type"]
    path = _within(entry["loc"], data, missing=kind == "missing")
    field, description = _described(path)
    if kind == "extra_forbidden":
        return Fault(path, _unknown(path))
    if kind == "missing":
        return Fault(path[:-1], f"lacks {path[-1]}: add it, {description}.")
    if field == path:
        return Fault(path, f"must be {description}, not {value_told(_value(path, data))}.")
    value = value_told(_value(path, data))
    return Fault(path, f"is {value}: {told(field)} must be {description}.")


def _within(loc: tuple[int | str, ...], data: Any, missing: bool) -> Path:
    """The part of pydantic's location that is in the file: it also names members of unions."""
    path: list[int | str] = []
    here: Any = data
    for i, part in enumerate(loc):
        inside = isinstance(here, dict) and part in here
        inside |= isinstance(here, list) and isinstance(part, int) and part < len(here)
        if inside or (missing and i == len(loc) - 1):
            path.append(part)
        if inside:
            here = here[part]  # pyright: ignore[reportArgumentType, reportCallIssue]
    return tuple(path)


def _value(path: Path, data: Any) -> Any:
    for part in path:
        data = data[part]
    return data


def _described(path: Path) -> tuple[Path, str]:
    """The innermost field on the way to an entry, and what its value must be."""
    field: Path = ()
    text = "a mapping that names datasets, seeds, models and budgets"
    model: type[BaseModel] | None = StudySpec
    for i, part in enumerate(path):
        if isinstance(part, int):
            if model is not None:
                short = "a name, a path, or " if model is DatasetSpec else ""
                names = ", ".join(model.model_fields)
                field, text = path[: i + 1], f"{short}a mapping of {names}"
            continue
        if model is None or part not in model.model_fields:
            break
        info = model.model_fields[part]
        field, text = path[: i + 1], info.description or ""
        model = _model_in(info.annotation)
    return field, text


def _unknown(path: Path) -> str:
    """What could be meant where a key is unknown."""
    model: type[BaseModel] | None = StudySpec
    for part in path[:-1]:
        if model is not None and part in model.model_fields:
            model = _model_in(model.model_fields[str(part)].annotation)
    names = [] if model is None else list(model.model_fields)
    hint = f"is unknown; {known_names(str(path[-1]), names)}"
    if model is not None and issubclass(model, Varied):
        hint = hint.rstrip(".") + "; parameters go under fixed, grid or zipped."
    return hint


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that a field holds, in a list or a union or alone."""
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return annotation if issubclass(annotation, BaseModel) else None
    for part in typing.get_args(annotation):
        found = _model_in(part)
        if found is not None:
            return found
    return None
