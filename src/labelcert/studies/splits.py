"""The split of a data set in a study: drawn, its publisher's, or one of the user's own.

A unit's content holds what decides it: that masks are taken, the name of a column, or the nodes of
a list. The seed then draws which test nodes are certified, where `test` says how many, and names
the column of masks that have several.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from labelcert._errors import InputError
from labelcert.data.node_values import near_column, read_node_list, values_of_column
from labelcert.data.table_files import CSV_SUFFIXES, PARQUET_SUFFIXES
from labelcert.studies.choices import DatasetChoice
from labelcert.studies.faults import Fault
from labelcert.studies.spec import DatasetSpec, SplitSpec, StudySpec, merged
from labelcert.studies.spec_yaml import Path as Entry

KINDS = ("standard", "masks", "column", "train")
"""Entries that say where a split comes from, of which one rules out the others."""

DRAWN = ("per_class", "validation")


def split_of(spec: StudySpec, dataset: DatasetSpec) -> SplitSpec:
    """The split of a data set: where it says how of its own, that of the study does not matter."""
    own = dataset.split
    if own is not None and any(name in own.model_fields_set for name in (*KINDS, *DRAWN)):
        kinds = [name for name in KINDS if getattr(spec.split, name)]
        if kinds or any(getattr(own, name) for name in KINDS):
            test = {"test": spec.split.test} if "test" in spec.split.model_fields_set else {}
            return merged(SplitSpec.model_validate(test), own)
    return merged(spec.split, own)


def entry_of_split(dataset: DatasetSpec, at: Entry) -> Entry:
    """Where the study file says it; at: the entry of the data set."""
    return ("split",) if dataset.split is None else (*at, "split")


def check_splits(spec: StudySpec) -> None:
    """Raise Fault for the first split that rules itself out; reads no data but suffixes."""
    for i, dataset in enumerate(spec.datasets):
        split, at = split_of(spec, dataset), entry_of_split(dataset, ("datasets", i))
        kinds = [name for name in KINDS if getattr(split, name)]
        if len(kinds) > 1:
            raise Fault(at, f"has {kinds[0]} and {kinds[1]}: keep one of them.")
        for name in DRAWN:
            if kinds and kinds != ["standard"] and name in split.model_fields_set:
                raise Fault(
                    (*at, name), f"draws nodes and {kinds[0]} names them: leave one of them out."
                )
        suffix = Path(dataset.path or "").suffix.lower()
        if split.masks and suffix != ".npz":
            raise Fault((*at, "masks"), "come with an .npz file: name one as path of the data set.")
        if split.column is not None and suffix not in CSV_SUFFIXES + PARQUET_SUFFIXES:
            raise Fault((*at, "column"), "is one of a table: name one as path of the data set.")


def content_of_split(
    spec: StudySpec, dataset: DatasetChoice, folder: Path, seed: int
) -> dict[str, Any]:
    """What a unit's content says of its split; raises Fault for a column or file that is not."""
    split = split_of(spec, dataset.spec)
    drawn = {"test": split.test, "seed": seed}
    at = entry_of_split(dataset.spec, dataset.path)
    if split.standard:
        return {"standard": True, **drawn}
    if split.masks:
        return {"masks": True, **drawn}
    if split.column is not None:
        return {"column": _column(split.column.strip(), dataset.spec, folder, at), **drawn}
    if split.train is not None:
        try:
            nodes = read_node_list(folder / split.train, "train")
        except InputError as error:
            raise Fault((*at, "train"), f"is wrong: {error}") from None
        return {"train": sorted(nodes), **drawn}
    return {
        "per_class": split.per_class,
        "validation": split.per_class if split.validation is None else split.validation,
        **drawn,
    }


def _column(column: str, spec: DatasetSpec, folder: Path, at: Entry) -> str:
    table = str(folder / (spec.path or ""))
    if column == ("label" if spec.label is None else spec.label):
        raise Fault((*at, "column"), f"names the label column {column!r}: name another column.")
    try:
        found = values_of_column(table, column, "split", as_text=True)
        near = near_column(table, column) if found is None else ""
    except InputError as error:
        raise Fault((*at, "column"), f"cannot be read: {error}") from None
    if found is None:
        raise Fault(
            (*at, "column"), f"is {column!r}, no column of the table{near}: check the spelling."
        )
    return column
