"""What a study file may hold, as pydantic models; the text of every field says what it must be.

A sentence about a wrong value is made of that text (`spec_errors`). What needs more than one entry,
or the kernels and data sets, is checked afterwards (`spec_checks`).
"""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from labelcert._errors import InputError
from labelcert.intake.budgets import as_count

FORMAT = 1
"""Version of the format of study files."""

_Seed = Annotated[int, Field(ge=0, lt=2**63)]
_Positive = Annotated[int, Field(ge=1)]
_Count = Annotated[int, Field(ge=0, lt=2**31)]
_Finite = Annotated[float, Field(allow_inf_nan=False)]
_Votes = Literal["white_box", "black_box"]
_Parameter = str | int | _Finite | bool | None
_FIXED = "a mapping from parameters to single values"
_LISTS = "a mapping from parameters to lists of values"


class _Part(BaseModel):
    """A mapping of the file; nothing unknown, nothing converted."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


_Own = TypeVar("_Own", bound=_Part)


def _read_budget(value: int | str) -> int | str:
    """A budget that is one; counts that were written as text become integers."""
    try:
        count = as_count(value, 0)
    except InputError as error:
        raise ValueError(str(error)) from None
    return value.strip() if isinstance(value, str) and value.strip().endswith("%") else count


class Varied(_Part):
    """Parameters: fixed, in all combinations (grid), or row by row (zipped)."""

    fixed: dict[str, _Parameter] = Field(default={}, description=_FIXED)
    grid: dict[str, list[_Parameter]] = Field(default={}, description=_LISTS)
    zipped: dict[str, list[_Parameter]] = Field(
        default={}, description=_LISTS + " of the same length"
    )


class SplitSpec(_Part):
    """How many nodes are labeled and tested; see `labelcert.datasets.split`."""

    per_class: _Positive = Field(default=5, description="an integer of 1 or more")
    validation: Annotated[int, Field(ge=0)] | None = Field(
        default=None, description="an integer of 0 or more, or null for as many as per_class"
    )
    test: _Positive | None = Field(
        default=None, description="an integer of 1 or more, or null for all"
    )
    standard: bool = Field(
        default=False, description="true for the split that comes with the data set, or false"
    )
    masks: bool = Field(
        default=False, description="true for train_mask, val_mask and test_mask of an .npz file"
    )
    column: str | None = Field(
        default=None, description="the column of the table that says train, validation or test"
    )
    train: str | None = Field(
        default=None, description="the path of a file with a node a line, the ones to train on"
    )


class ThreatSpec(_Part):
    """What the attacker may do; see `labelcert.ThreatModel`."""

    directions: list[Annotated[list[str | int], Field(min_length=2, max_length=2)]] | None = Field(
        default=None, description="a list of pairs [from, to] of labels"
    )
    trusted: str | list[str | _Count] | None = Field(
        default=None, description="a list of nodes, or the path of a file with one a line"
    )
    costs: str | None = Field(
        default=None,
        description="a column of the node table, or the path of a table of node and cost",
    )
    groups: str | None = Field(
        default=None,
        description="a column of the node table, or the path of a table of node and group",
    )
    group_budgets: _Count | str | dict[str, _Count | str] | None = Field(
        default=None,
        description="a count, or a mapping from groups (or default) to counts; percentages of the "
        "group's labels such as 50% are counts too",
    )

    bad_groups: _Count = Field(
        default=0, description="an integer of 0 or more: groups that may be wrong anywhere"
    )

    @field_validator("group_budgets")
    @classmethod
    def _budgets(cls, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: _read_budget(budget) for name, budget in value.items()}
        return None if value is None else _read_budget(value)


class DatasetSpec(Varied):
    """A data set: one of name, path and synthetic, and how it is prepared."""

    name: str | None = Field(default=None, description="the name of a data set")
    path: str | None = Field(
        default=None, description="the path of a .npz, .csv, .tsv or .parquet file"
    )
    synthetic: Literal["csbm", "cba"] | None = Field(default=None, description="csbm or cba")
    title: str | None = Field(default=None, description="a name for reports, as text")
    label: str | None = Field(default=None, description="the column of the labels, as text")
    edges: str | None = Field(default=None, description="the path of an edge table")
    id: str | None = Field(default=None, description="the column of the node ids, as text")
    drop: list[str] = Field(default=[], description="a list of columns to leave out")
    keep: list[str] = Field(default=[], description="a list of columns to use all the same")
    drop_classes: list[str | int] = Field(default=[], description="a list of classes to leave out")
    binary: bool = Field(default=False, description="true or false")
    largest_component: bool = Field(default=False, description="true or false")
    graph_seed: _Seed | Literal["split"] = Field(
        default="split", description="split (a new graph for every seed) or an integer of 0 or more"
    )
    split: SplitSpec | None = Field(default=None, description="a mapping as the study's split")
    threat: ThreatSpec | None = Field(default=None, description="a mapping as the study's threat")

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        is_path = "." in value or "/" in value or "\\" in value
        return {"path": value} if is_path else {"name": value}

    @property
    def called(self) -> str:
        """What the data set is called in tables: its title, or what names it."""
        if self.title is not None:
            return self.title
        source = self.name or self.path or self.synthetic or ""
        return source + ("b" if self.binary else "")


class ModelSpec(Varied):
    """A network, or features of rows, with parameters, and how it is trained: C or ridge."""

    name: str = Field(default="", description="the name of a network, see 'labelcert models'")
    features: str | None = Field(
        default=None, description="the name of features, in place of a network's"
    )
    parts: _Positive | list[_Positive] | None = Field(
        default=None, description="a number of parts of an ensemble, or a list of them"
    )
    votes: _Votes | list[_Votes] | None = Field(
        default=None, description="white_box or black_box, or a list of them"
    )
    title: str | None = Field(default=None, description="a name for reports, as text")
    C: Any = Field(
        default=None,
        description="a positive number, a list of them, or a mapping from data sets to them",
    )
    ridge: Any = Field(
        default=None,
        description="a positive number, a list of them, or a mapping from data sets to them",
    )

    @property
    def called(self) -> str:
        """What the model is called in tables, before its varying parameters."""
        return self.title or self.features or self.name


class BudgetSpec(_Part):
    """Every budget from 0 up to the largest is certified."""

    max_flips: int | str = Field(
        description="a count of flips such as 10, or a percentage of the labels such as 50%"
    )

    @field_validator("max_flips")
    @classmethod
    def _budget(cls, value: int | str) -> int | str:
        return _read_budget(value)


class LimitSpec(_Part):
    """What a unit may take; not part of what the units are."""

    time_limit: Annotated[float, Field(ge=0)] | None = Field(
        default=60.0, description="seconds of 0 or more for each unit, or null for no limit"
    )
    jobs: _Positive | None = Field(
        default=None, description="an integer of 1 or more, or null for all"
    )

    @field_validator("time_limit")
    @classmethod
    def _unlimited(cls, value: float | None) -> float | None:
        return None if value is None or math.isinf(value) else value


class StudySpec(_Part):
    """A whole study file."""

    version: Annotated[int, Field(ge=1)] = Field(default=FORMAT, description=f"{FORMAT}")
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")] = Field(
        description="letters, digits, dots, dashes and underscores"
    )
    title: str = Field(default="", description="one line of text")
    description: str = Field(default="", description="text")
    datasets: Annotated[list[DatasetSpec], Field(min_length=1)] = Field(
        description="a list of data sets, at least one"
    )
    split: SplitSpec = Field(
        default=SplitSpec(), description="a mapping: per_class, validation, test"
    )
    seeds: Annotated[list[_Seed], Field(min_length=1)] = Field(
        description="a list of different integers of 0 or more"
    )
    models: Annotated[list[ModelSpec], Field(min_length=1)] = Field(
        description="a list of models, at least one"
    )
    budgets: BudgetSpec = Field(description="a mapping that names max_flips")
    certificates: Annotated[list[Literal["sample_wise", "collective"]], Field(min_length=1)] = (
        Field(default=["sample_wise"], description="a list of sample_wise, collective, or both")
    )
    relaxed: bool = Field(default=False, description="true or false")
    exactness: Literal["exact", "relaxed"] = Field(default="exact", description="exact or relaxed")
    """Old name of `relaxed`."""
    threat: ThreatSpec = Field(
        default=ThreatSpec(),
        description="a mapping of directions, trusted, costs, groups, group_budgets, bad_groups",
    )
    limits: LimitSpec = Field(default=LimitSpec(), description="a mapping: time_limit, jobs")

    @field_validator("seeds")
    @classmethod
    def _different(cls, seeds: list[int]) -> list[int]:
        if len(set(seeds)) < len(seeds):
            raise ValueError("a seed comes twice")
        return seeds


def merged(whole: _Own, own: _Own | None) -> _Own:
    """A part of the study, with what a data set says of its own."""
    if own is None:
        return whole
    return whole.model_copy(update={name: getattr(own, name) for name in own.model_fields_set})
