"""Mistakes that only the user's own files show, found before anything is computed.

Named and synthetic graphs are left to the units: to load them may mean to download them.
"""

from __future__ import annotations

from collections.abc import Iterable

from labelcert._errors import InputError
from labelcert.certificates.attacker.label_classes import check_classes
from labelcert.studies.canonical import canonical
from labelcert.studies.choices import DatasetChoice
from labelcert.studies.faults import Fault
from labelcert.studies.setting import setting_of
from labelcert.studies.shipped import Study
from labelcert.studies.spec_checks import every_dataset
from labelcert.studies.spec_yaml import Path
from labelcert.studies.threats import entry_of
from labelcert.studies.units import Unit

_THREAT = ("costs", "groups", "trusted", "directions")


def check_own_data(study: Study, units: Iterable[Unit]) -> dict[str, tuple[str, ...]]:
    """Load the user's own files, draw their splits and set up their attackers.

    Returns by title of the data set what was read of the files and what was left out. Raises
    InputError, one sentence with the line, for the first that does not fit the study.
    """
    datasets = {choice.title: choice for choice in every_dataset(study.spec)}
    seen: set[str] = set()
    notes: dict[str, tuple[str, ...]] = {}
    for unit in units:
        content = unit.content
        if "sha256" not in content["dataset"]:
            continue
        name = canonical(content | {"learner": None, "model": None})
        if name in seen:
            continue
        seen.add(name)
        try:
            setting = setting_of(content, unit.files)
            notes[unit.dataset] = setting.graph.notes
            setting.threat.relabel_space(setting.labels, check_classes(setting.labels, None))
        except InputError as error:
            raise _fault(datasets[unit.dataset], str(error)).of(study.document) from None
    return notes


def _fault(dataset: DatasetChoice, sentence: str) -> Fault:
    """The entry that a sentence is about, as far as its first word tells."""
    subject = sentence.split(maxsplit=1)[0].partition("=")[0]
    at: Path = dataset.path
    if subject in _THREAT:
        at = entry_of(subject, dataset)
    elif subject == "group_budget":
        at = entry_of("group_budgets", dataset)
    elif subject in ("per_class", "split", "train"):
        at = (*dataset.path, "split") if dataset.spec.split is not None else ("split",)
    return Fault(at, f"does not fit data set {dataset.title!r}: {sentence.rstrip('.')}.")
