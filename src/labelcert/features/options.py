"""Feature maps by name with parameters of their own, for study files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from labelcert._errors import InputError
from labelcert.features.feature_map import FeatureMap
from labelcert.features.registry import class_of, find
from labelcert.intake.names import suggestion


def options_of(name: str) -> tuple[str, ...]:
    """Parameters that may be set of a map: all but its seed and what it is made from."""
    known = fields(class_of(name))
    return tuple(field.name for field in known if field.name not in ("seed", "base"))


def create(name: str, seed: int, values: Mapping[str, Any]) -> FeatureMap:
    """A map of `labelcert.features.find` with some parameters set.

    Raises InputError, a sentence that begins with the parameter, for one that is unknown or out of
    range, and for an unknown name.
    """
    known = options_of(name)
    for option in values:
        if option not in known:
            hint = suggestion(option, list(known)) if known else "it has none"
            raise InputError(f"{option} is not an option of {name} features; {hint}.")
    return find(name, seed, values)


def settings_without_seeds(chosen: FeatureMap) -> dict[str, Any]:
    """Name and value of every setting but the seeds, which come with a split."""
    return _unseeded(chosen.settings())


def _unseeded(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _unseeded(value) if isinstance(value, Mapping) else value
        for key, value in settings.items()
        if key != "seed"
    }
