"""The units of a study: one certificate each, as plain data with a key that says what it is.

The key is the SHA-256 of the unit's content as canonical JSON. The content holds everything that
changes what is certified: the data set (of a file its SHA-256, not its path), the split with its
seed, the network with all its parameters (see `networks`), C or ridge, the attacker, whether
collective counts are wanted, and the exactness. Names in reports, the time limit, the number of
processes and the version of this package are not part of it: units are the same wherever these are
all they differ in. That a unit ended by its time limit is worth computing again with a longer one
is decided by the store (`store.Known`), which knows how it ended.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labelcert.data import registry
from labelcert.studies.canonical import canonical
from labelcert.studies.choices import DatasetChoice, ModelChoice
from labelcert.studies.faults import Fault
from labelcert.studies.file_digests import file_digest, unreadable
from labelcert.studies.networks import content_of
from labelcert.studies.shipped import Study
from labelcert.studies.spec import ThreatSpec, merged
from labelcert.studies.spec_checks import choices
from labelcert.studies.splits import content_of_split
from labelcert.studies.threats import NodeTables

VERSION = 1
"""Of the content; another one would give every unit another key."""

READING = 2
"""Of how own files are read: since 2, labels in CSV are text, and index columns no features."""


@dataclass(frozen=True)
class Unit:
    """One certificate to compute.

    content: what it is, JSON-able. dataset, model: titles in the study. files: paths of the user's
    files by role ("path", "edges", "costs", "groups", and those of `networks`), absolute.
    """

    content: dict[str, Any]
    dataset: str
    model: str
    files: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """64 hexadecimal digits."""
        return hashlib.sha256(canonical(self.content).encode()).hexdigest()

    @property
    def seed(self) -> int:
        """Seed of the split."""
        return self.content["split"]["seed"]

    @property
    def told(self) -> str:
        """A few words for people."""
        name, value = next(iter(self.content["learner"].items()))
        return f"{self.dataset}, {self.model}, {name} {value:g}, seed {self.seed}"


def expand(study: Study) -> list[Unit]:
    """All units of a study: data sets, then seeds, then models, then C or ridge.

    Reads the user's files to tell their contents. Raises InputError, one sentence with the line,
    where one cannot be read.
    """
    try:
        return _expanded(study)
    except Fault as fault:
        raise fault.of(study.document) from None


def _expanded(study: Study) -> list[Unit]:
    datasets, models = choices(study.spec, study.folder)
    units: list[Unit] = []
    for dataset in datasets:
        files = _files(dataset, study.folder)
        digests = _digests(files, dataset)
        threat = merged(study.spec.threat, dataset.spec.threat)
        tables = NodeTables(threat, dataset, study.folder)
        files |= tables.files
        for seed in study.spec.seeds:
            common = _common(study, dataset, digests, seed)
            common["threat"] = _attacker(study, threat) | tables.content
            columns = [*tables.columns, *_split_columns(common)]
            if columns:
                drop = common["dataset"]["drop"]
                common["dataset"]["drop"] = sorted({*drop, *columns})
            for model in models:
                units += _of_model(common, dataset, model, files, study.folder)
    return units


def count_units(study: Study) -> int:
    """How many units a study has; reads no files."""
    datasets, models = choices(study.spec, study.folder)
    pairs = sum(len(model.learners(dataset.entry)) for dataset in datasets for model in models)
    return pairs * len(study.spec.seeds)


def _of_model(
    common: dict[str, Any],
    dataset: DatasetChoice,
    model: ModelChoice,
    files: dict[str, str],
    folder: Path,
) -> Iterator[Unit]:
    network, own = content_of(model.network, folder)
    for name, value in model.learners(dataset.entry):
        content = common | {"model": network, "learner": {name: value}}
        yield Unit(content, dataset.title, model.title, files | own)


def _common(
    study: Study, dataset: DatasetChoice, digests: dict[str, str], seed: int
) -> dict[str, Any]:
    spec = study.spec
    return {
        "version": VERSION,
        "dataset": _source(dataset, digests, seed),
        "split": content_of_split(spec, dataset, study.folder, seed),
        "collective": "collective" in spec.certificates,
        "exactness": "relaxed" if spec.relaxed else spec.exactness,
    }


def _split_columns(common: dict[str, Any]) -> list[str]:
    """The column that says the split, which is no feature then."""
    return [common["split"]["column"]] if "column" in common["split"] else []


def _source(dataset: DatasetChoice, digests: dict[str, str], seed: int) -> dict[str, Any]:
    spec = dataset.spec
    cut: dict[str, Any] = {"binary": spec.binary, "largest_component": spec.largest_component}
    if spec.drop_classes:
        cut["drop_classes"] = sorted({str(name) for name in spec.drop_classes})
    if spec.name is not None:
        return {"name": registry.find(spec.name).name} | cut
    if spec.synthetic is not None:
        graph_seed = seed if spec.graph_seed == "split" else spec.graph_seed
        drawn = {"parameters": dataset.parameters, "seed": graph_seed}
        return {"synthetic": spec.synthetic} | drawn | cut
    suffix = Path(spec.path or "").suffix.lower()
    read: dict[str, Any] = {"suffix": suffix, "label": spec.label, "drop": sorted(set(spec.drop))}
    read["reading"] = READING
    if spec.id is not None:
        read["id"] = spec.id
    if spec.keep:
        read["keep"] = sorted(set(spec.keep))
    return {"sha256": digests} | read | cut


def _attacker(study: Study, threat: ThreatSpec) -> dict[str, Any]:
    directions = threat.directions
    return {
        "max_flips": study.spec.budgets.max_flips,
        "directions": None if directions is None else _sorted_pairs(directions),
        **({"bad_groups": threat.bad_groups} if threat.bad_groups else {}),
    }


def _sorted_pairs(directions: list[list[Any]]) -> list[list[str]]:
    return [list(pair) for pair in sorted({(str(a), str(b)) for a, b in directions})]


def _digests(files: dict[str, str], dataset: DatasetChoice) -> dict[str, str]:
    found: dict[str, str] = {}
    for role, path in files.items():
        try:
            found[role] = file_digest(path)
        except OSError as error:
            raise Fault((*dataset.path, role), unreadable(path, error)) from None
    return found


def _files(dataset: DatasetChoice, folder: Path) -> dict[str, str]:
    given = {"path": dataset.spec.path, "edges": dataset.spec.edges}
    return {role: str(folder / name) for role, name in given.items() if name is not None}
