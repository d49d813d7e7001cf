"""Checks of a study whose models see features of rows: what does not go with them."""

from __future__ import annotations

from labelcert.data import registry
from labelcert.studies.faults import Fault
from labelcert.studies.spec import ModelSpec, StudySpec, merged
from labelcert.studies.spec_yaml import Path
from labelcert.studies.splits import check_splits, split_of


def check_row_models(spec: StudySpec) -> None:
    """Raise Fault for the first entry that models of features, or standard splits, rule out."""
    check_splits(spec)
    _check_splits(spec)
    for i, model in enumerate(spec.models):
        if model.features is not None:
            _check_model(spec, model, ("models", i))


def _check_splits(spec: StudySpec) -> None:
    for i, dataset in enumerate(spec.datasets):
        split = split_of(spec, dataset)
        if not split.standard:
            continue
        path: Path = ("split",) if dataset.split is None else ("datasets", i, "split")
        if dataset.name is None or registry.find(dataset.name).train is None:
            raise Fault(
                path,
                f"is standard, and data set {dataset.called!r} has no split of its own: leave it "
                "out there.",
            )
        for name in ("per_class", "validation"):
            if name in split.model_fields_set:
                raise Fault(
                    (*path, name), "does not go with a standard split: leave one of them out."
                )


def _check_model(spec: StudySpec, model: ModelSpec, at: Path) -> None:
    if "collective" in spec.certificates:
        raise Fault(
            (*at, "features"), "have no collective certificates: ask for sample_wise alone."
        )
    if spec.exactness != "exact":
        raise Fault((*at, "features"), "are certified exactly: leave exactness out.")
    places = (model.fixed, model.grid, model.zipped)
    if model.parts is None and not any("parts" in place for place in places):
        return
    for dataset in spec.datasets:
        threat = merged(spec.threat, dataset.threat)
        for name in ("trusted", "directions", "costs", "groups"):
            if getattr(threat, name):
                raise Fault(
                    at,
                    f"has parts, which are proven against any relabeling, and the threat has "
                    f"{name}: leave one of them out.",
                )
