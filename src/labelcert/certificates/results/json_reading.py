"""Certificates read from JSON and checked; older files lack fields, which are filled in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates.array_types import IntArray, LabelArray
from labelcert.certificates.results.alternative import alternative_from
from labelcert.certificates.results.certificate import Certificate
from labelcert.certificates.results.collective_certificate import CollectiveCertificate
from labelcert.certificates.results.contradictions import refuse_contradictions
from labelcert.certificates.results.json_writing import FORMAT, VERSION
from labelcert.certificates.results.old_names import EXACTNESS
from labelcert.certificates.results.witness import Witness
from labelcert.certificates.results.witness_recipe import WitnessRecipe
from labelcert.intake.json_text import read_json, whole_array
from labelcert.intake.labels import as_labels

_RUN = "labelcert run"
"""The format of the shell's documents, which hold a certificate among the rest."""


def parse(text: Any) -> Certificate:
    """Read a certificate, or that of a run; InputError if the text is not one this version
    understands."""
    remedy = "pass the output of to_json"
    if isinstance(text, str) and text.strip().lower().endswith(".json"):
        remedy += ", the text in the file and not its name"
    document = read_json(text, "text", remedy)
    if isinstance(document, dict) and cast("dict[str, Any]", document).get("format") == _RUN:
        document = cast("dict[str, Any]", document).get("certificate")
    if not isinstance(document, dict) or cast("dict[str, Any]", document).get("format") != FORMAT:
        raise InputError("text is not a labelcert certificate: pass the output of to_json.")
    found = cast("dict[str, Any]", document)
    version = found.get("version")
    if type(version) is not int or not 1 <= version <= VERSION:
        raise InputError(
            f"text has format version {version!r} and this one reads up to {VERSION}: upgrade."
        )
    try:
        return _build(found)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
        raise InputError(f"text is a damaged certificate ({error!r}): write it again.") from None


def _build(d: dict[str, Any]) -> Certificate:
    """The certificate; what files of before a field was written lack is filled in."""
    m, levels = len(d["decision"]), _read_numbers(d.get("levels"))
    max_flips = _read_whole(d["max_flips"])
    budgets = max_flips + 1 if levels is None else len(levels)
    if m > 0 and all(row == [] for row in d["worst_margin"]):
        budgets = 0  # certify_linear was not asked for margins, ensembles have none
    labels, classes = as_labels(d["labels"]), as_labels(d["classes"], "classes")
    shape = (m,) if len(classes) == 2 else (m, len(classes))
    margins = [[math.nan if v is None else v for v in row] for row in d["worst_margin"]]
    if any(len(row) != budgets for row in margins):
        raise ValueError("worst margins of other budgets than those up to max_flips")
    unknown = [[None] * budgets] * m
    bounds = [
        [-math.inf if v is None else v for v in row] for row in d.get("worst_margin_bound", unknown)
    ]
    collective = d["collective"]
    certificate = Certificate(
        labels=labels,
        classes=classes,
        decision=np.asarray(d["decision"], dtype=np.float64).reshape(shape),
        error_bar=np.asarray(d["error_bar"], dtype=np.float64).reshape(shape),
        radius=whole_array(d["radius"]),
        radius_upper=whole_array(d["radius_upper"]),
        worst_margin=np.asarray(margins, dtype=np.float64).reshape(m, budgets),
        worst_margin_bound=np.asarray(bounds, dtype=np.float64).reshape(m, budgets),
        witnesses=_read_witnesses(d["witnesses"]),
        proven_by=tuple(str(v) for v in d["proven_by"]),
        broken_by=tuple(str(v) for v in d["broken_by"]),
        max_flips=max_flips,
        learner={str(k): float(v) for k, v in d["learner"].items()},
        gram_shift=float(d["gram_shift"]),
        seconds=float(d["seconds"]),
        stopped=str(d["stopped"]),
        collective=None if collective is None else _read_collective(collective, labels, classes),
        unit=_one_of(d.get("unit", "flips"), ("flips", "cost")),
        class_numbers=_read_prediction(d, classes),
        relaxed=_read_relaxed(d),
        relaxed_radius=_read_numbers(d.get("relaxed_radius")),
        levels=levels,
        asked=_read_number(d.get("asked")),
        bad_groups=_read_whole(d.get("bad_groups", 0)),
        bad_what=_one_of(d.get("bad_what", "group"), ("group", "annotator")),
        attacker=str(d.get("attacker", "")),
        warnings=_read_sentences(d.get("warnings", [])),
        alternatives=tuple(alternative_from(one) for one in d.get("alternatives", [])),
    )
    refuse_contradictions(certificate)
    return certificate


def _one_of(value: Any, known: tuple[str, ...]) -> str:
    if value not in known:
        raise ValueError(f"{value!r} is none of {known}")
    return str(value)


def _read_prediction(d: dict[str, Any], classes: LabelArray) -> IntArray | None:
    """Class numbers of the predictions; "predicted" is what older files have in their place."""
    if "prediction" not in d:
        return _read_numbers(d.get("predicted"))
    names: list[Any] = d["prediction"]
    known: list[Any] = classes.tolist()
    found: list[Any] = as_labels(names, "prediction").tolist() if names else []
    return np.array([known.index(name) for name in found], dtype=np.int64)


def _read_relaxed(d: dict[str, Any]) -> bool:
    """What was asked for; "exactness" is what older files say of it."""
    if "relaxed" not in d:
        return _one_of(d.get("exactness", "exact"), EXACTNESS) == EXACTNESS[1]
    if type(d["relaxed"]) is not bool:
        raise ValueError("relaxed is neither true nor false")
    return d["relaxed"]


def _read_numbers(numbers: list[int] | None) -> IntArray | None:
    return None if numbers is None else whole_array(numbers)


def _read_number(number: Any) -> int | None:
    return None if number is None else _read_whole(number)


def _read_sentences(sentences: Any) -> tuple[str, ...]:
    if not isinstance(sentences, list) or not all(
        isinstance(told, str) for told in cast("list[Any]", sentences)
    ):
        raise ValueError("warnings that are no text")
    return tuple(cast("list[str]", sentences))


def _read_whole(number: Any) -> int:
    return int(whole_array([number])[0])


def _read_witnesses(found: Any) -> Sequence[Witness | None]:
    if isinstance(found, dict):
        recipe = cast("dict[str, Any]", found)
        _one_of(recipe["recipe"], ("largest gains",))
        return WitnessRecipe(whole_array(recipe["rival"]))
    return tuple(_read_witness(w) for w in found)


def _read_witness(w: dict[str, Any] | None) -> Witness | None:
    if w is None:
        return None
    labels: list[Any] = w["labels"]
    new = as_labels(labels) if labels else np.zeros(0, dtype=np.int64)
    return Witness(whole_array(w["indices"]), new)


def _read_collective(
    d: dict[str, Any], labels: LabelArray, classes: LabelArray
) -> CollectiveCertificate:
    return CollectiveCertificate(
        broken_lower=whole_array(d["broken_lower"]),
        broken_upper=whole_array(d["broken_upper"]),
        num_test=_read_whole(d["num_test"]),
        witnesses=_read_attacks(d, labels, classes),
        seconds=float(d["seconds"]),
        stopped=str(d["stopped"]),
        levels=_read_numbers(d.get("levels")),
        asked=_read_number(d.get("asked")),
    )


def _read_attacks(
    d: dict[str, Any], labels: LabelArray, classes: LabelArray
) -> tuple[Witness, ...]:
    """The flip sets; older files have "flip_sets" and "new_labels", the oldest of two classes no
    new labels. Of more classes these are then not known, and missing."""
    if "witnesses" in d:
        found: list[dict[str, Any]] = d["witnesses"]
        pairs = [(w["indices"], w["labels"]) for w in found]
    else:
        sets: list[Any] = d["flip_sets"]
        given: list[Any] | None = d.get("new_labels")
        if given is None and len(classes) == 2:
            other: dict[Any, Any] = dict(zip(classes.tolist(), classes[::-1].tolist(), strict=True))
            given = [[other[label] for label in labels[whole_array(s)].tolist()] for s in sets]
        pairs = list(zip(sets, given or [[] for _ in sets], strict=True))
    return tuple(Witness(whole_array(s), np.asarray(new, classes.dtype)) for s, new in pairs)
