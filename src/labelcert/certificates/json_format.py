"""Certificates as JSON: complete, readable, versioned, and checked when read."""

from __future__ import annotations

import json
import math
import operator
from typing import Any, cast

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates.arrays import IntArray, LabelArray
from labelcert.certificates.certificate import EXACTNESS, Certificate
from labelcert.certificates.collective_certificate import CollectiveCertificate
from labelcert.certificates.witness import Witness
from labelcert.intake.json_text import read_json, whole_array
from labelcert.intake.labels import as_labels

FORMAT = "labelcert certificate"
VERSION = 1


def dump(certificate: Certificate, indent: int | None) -> str:
    """JSON text of a certificate. NaN (a margin not computed) is written as null."""
    c = certificate
    document: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "labels": c.labels.tolist(),
        "classes": c.classes.tolist(),
        "decision": c.decision.tolist(),
        "error_bar": c.error_bar.tolist(),
        "predicted": None if c.predicted is None else c.predicted.tolist(),
        "radius": c.radius.tolist(),
        "radius_upper": c.radius_upper.tolist(),
        "worst_margin": [_without_nan(row) for row in c.worst_margin.tolist()],
        "worst_margin_bound": [_without_infinite(row) for row in c.worst_margin_bound.tolist()],
        "witnesses": [_witness(w) for w in c.witnesses],
        "proven_by": list(c.proven_by),
        "broken_by": list(c.broken_by),
        "max_flips": c.max_flips,
        "asked": c.asked,
        "levels": None if c.levels is None else c.levels.tolist(),
        "unit": c.unit,
        "exactness": c.exactness,
        "relaxed_radius": None if c.relaxed_radius is None else c.relaxed_radius.tolist(),
        "learner": c.learner,
        "gram_shift": c.gram_shift,
        "seconds": c.seconds,
        "stopped": c.stopped,
        "collective": None if c.collective is None else _collective(c.collective),
    }
    return json.dumps(document, indent=indent, allow_nan=False, ensure_ascii=False)


def _without_nan(row: list[float]) -> list[float | None]:
    return [None if math.isnan(v) else v for v in row]


def _without_infinite(row: list[float]) -> list[float | None]:
    return [v if math.isfinite(v) else None for v in row]


def _witness(witness: Witness | None) -> dict[str, Any] | None:
    if witness is None:
        return None
    return {"indices": witness.indices.tolist(), "labels": witness.labels.tolist()}


def _collective(c: CollectiveCertificate) -> dict[str, Any]:
    return {
        "asked": c.asked,
        "levels": None if c.levels is None else c.levels.tolist(),
        "broken_lower": c.broken_lower.tolist(),
        "broken_upper": c.broken_upper.tolist(),
        "num_test": c.num_test,
        "flip_sets": [s.tolist() for s in c.flip_sets],
        "new_labels": [s.tolist() for s in c.new_labels],
        "seconds": c.seconds,
        "stopped": c.stopped,
    }


def parse(text: str) -> Certificate:
    """Read a certificate; InputError if the text is not one this version understands."""
    document = read_json(text, "text", "pass the output of to_json")
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
        witnesses=tuple(_read_witness(w) for w in d["witnesses"]),
        proven_by=tuple(str(v) for v in d["proven_by"]),
        broken_by=tuple(str(v) for v in d["broken_by"]),
        max_flips=max_flips,
        learner={str(k): float(v) for k, v in d["learner"].items()},
        gram_shift=float(d["gram_shift"]),
        seconds=float(d["seconds"]),
        stopped=str(d["stopped"]),
        collective=None if collective is None else _read_collective(collective, labels, classes),
        unit=_one_of(d.get("unit", "flips"), ("flips", "cost")),
        predicted=_read_numbers(d.get("predicted")),
        exactness=_one_of(d.get("exactness", "exact"), EXACTNESS),
        relaxed_radius=_read_numbers(d.get("relaxed_radius")),
        levels=levels,
        asked=_read_number(d.get("asked")),
    )
    _check(certificate)
    return certificate


def _check(c: Certificate) -> None:
    """ValueError where columns do not fit together."""
    columns = (c.radius, c.radius_upper, c.witnesses, c.proven_by, c.broken_by)
    numbers = [v for v in (c.predicted, c.relaxed_radius) if v is not None]
    if {len(v) for v in (*columns, *numbers)} != {c.num_test}:
        raise ValueError("columns of different lengths")
    if c.predicted is not None and not set(c.predicted.tolist()) <= set(range(len(c.classes))):
        raise ValueError("predicted names no class")
    if not set(c.labels.tolist()) <= set(c.classes.tolist()):
        raise ValueError("labels of other classes than those named")
    if not (np.isfinite(c.decision).all() and np.isfinite(c.error_bar).all()):
        raise ValueError("a decision value or an error bar that is not finite")
    if bool((c.error_bar < 0).any()):
        raise ValueError("an error bar below 0")
    _check_radii(c)
    if c.collective is not None:
        _check_counts(c.collective, c)


def _check_radii(c: Certificate) -> None:
    """ValueError where proofs, witnesses and bounds contradict each other."""
    if bool(((c.radius < -1) | (c.radius > c.max_flips) | (c.radius_upper > c.max_flips)).any()):
        raise ValueError("a radius above max_flips, or below -1")
    if bool((c.radius > c.radius_upper).any()):
        raise ValueError("a prediction proven robust where it is broken")
    if bool((c.relaxed_radius is not None) and (c.relaxed_radius > c.radius_upper).any()):
        raise ValueError("a relaxed radius where the prediction is broken")
    classes = set(c.classes.tolist())
    for witness, upper in zip(c.witnesses, c.radius_upper.tolist(), strict=True):
        if witness is None:
            continue
        if upper >= c.max_flips or len(witness.indices) != len(witness.labels):
            raise ValueError("a witness beyond max_flips, or without its labels")
        _check_flips(witness.indices, c.num_labeled)
        new, old = witness.labels.tolist(), c.labels[witness.indices].tolist()
        if not set(new) <= classes or any(map(operator.eq, new, old)):
            raise ValueError("a witness that changes a label to itself, or to no class")
        if c.unit == "flips" and len(witness.indices) > upper + 1:
            raise ValueError("a witness of more flips than break the prediction")


def _check_counts(found: CollectiveCertificate, c: Certificate) -> None:
    lower, upper = found.broken_lower, found.broken_upper
    if (
        len(lower) != len(upper)
        or len(lower) != len(c.budgets)
        or len(found.flip_sets) != len(lower)
    ):
        raise ValueError("collective columns of different lengths")
    if found.num_test != c.num_test:
        raise ValueError("a collective certificate of other test points")
    if bool(((lower < 0) | (lower > upper) | (upper > c.num_test)).any()):
        raise ValueError("more predictions broken than a proof allows")
    if bool((np.diff(lower) < 0).any()):
        raise ValueError("a larger budget that breaks fewer predictions")
    alone = (c.radius[:, None] < c.budgets[None, :]).sum(axis=0)
    if bool((lower > alone).any()):
        raise ValueError("more predictions broken at once than can be broken at all")
    for flips in found.flip_sets:
        _check_flips(flips, c.num_labeled)


def _check_flips(flips: IntArray, n: int) -> None:
    if len(set(flips.tolist())) < len(flips) or bool(((flips < 0) | (flips >= n)).any()):
        raise ValueError("flipped labels that do not exist, or that are named twice")


def _one_of(value: Any, known: tuple[str, ...]) -> str:
    if value not in known:
        raise ValueError(f"{value!r} is none of {known}")
    return str(value)


def _read_numbers(numbers: list[int] | None) -> IntArray | None:
    return None if numbers is None else whole_array(numbers)


def _read_number(number: Any) -> int | None:
    return None if number is None else _read_whole(number)


def _read_whole(number: Any) -> int:
    return int(whole_array([number])[0])


def _read_witness(w: dict[str, Any] | None) -> Witness | None:
    if w is None:
        return None
    labels: list[Any] = w["labels"]
    new = as_labels(labels) if labels else np.zeros(0, dtype=np.int64)
    return Witness(whole_array(w["indices"]), new)


def _read_collective(
    d: dict[str, Any], labels: LabelArray, classes: LabelArray
) -> CollectiveCertificate:
    flip_sets = tuple(whole_array(s) for s in d["flip_sets"])
    given: list[Any] | None = d.get("new_labels")
    if given is None and len(classes) == 2:
        given = [np.where(labels[s] == classes[0], classes[1], classes[0]) for s in flip_sets]
    return CollectiveCertificate(
        broken_lower=whole_array(d["broken_lower"]),
        broken_upper=whole_array(d["broken_upper"]),
        num_test=_read_whole(d["num_test"]),
        flip_sets=flip_sets,
        seconds=float(d["seconds"]),
        stopped=str(d["stopped"]),
        new_labels=tuple(np.asarray(new, dtype=classes.dtype) for new in given or ()),
        levels=_read_numbers(d.get("levels")),
        asked=_read_number(d.get("asked")),
    )
