"""Certificates as JSON: complete, readable, versioned."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from labelcert.certificates.results.certificate import Certificate
from labelcert.certificates.results.collective_certificate import CollectiveCertificate
from labelcert.certificates.results.witness import Witness
from labelcert.certificates.results.witness_recipe import WitnessRecipe

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
        "prediction": c.prediction.tolist(),
        "radius": c.radius.tolist(),
        "radius_upper": c.radius_upper.tolist(),
        "worst_margin": [_without_nan(row) for row in c.worst_margin.tolist()],
        "worst_margin_bound": [_without_infinite(row) for row in c.worst_margin_bound.tolist()],
        "witnesses": _witnesses(c.witnesses),
        "proven_by": list(c.proven_by),
        "broken_by": list(c.broken_by),
        "max_flips": c.max_flips,
        "asked": c.asked,
        "levels": None if c.levels is None else c.levels.tolist(),
        "unit": c.unit,
        "relaxed": c.relaxed,
        "relaxed_radius": None if c.relaxed_radius is None else c.relaxed_radius.tolist(),
        "learner": c.learner,
        "gram_shift": c.gram_shift,
        "seconds": c.seconds,
        "stopped": c.stopped,
        "bad_groups": c.bad_groups,
        "bad_what": c.bad_what,
        "attacker": c.attacker,
        "warnings": list(c.warnings),
        "alternatives": [asdict(way) for way in c.alternatives],
        "collective": None if c.collective is None else _collective(c.collective),
    }
    return json.dumps(document, indent=indent, allow_nan=False, ensure_ascii=False)


def _without_nan(row: list[float]) -> list[float | None]:
    return [None if math.isnan(v) else v for v in row]


def _without_infinite(row: list[float]) -> list[float | None]:
    return [v if math.isfinite(v) else None for v in row]


def _witnesses(found: Sequence[Witness | None]) -> Any:
    """A list, or what the recipe needs where witnesses are made on demand."""
    if isinstance(found, WitnessRecipe):
        return {"recipe": "largest gains", "rival": found.rival.tolist()}
    return [_witness(w) for w in found]


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
        "witnesses": [_witness(w) for w in c.witnesses],
        "seconds": c.seconds,
        "stopped": c.stopped,
    }
