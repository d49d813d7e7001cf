"""The feature maps by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from labelcert._errors import InputError
from labelcert.features.cached import Cached
from labelcert.features.feature_map import FeatureMap
from labelcert.features.patches import Patches
from labelcert.features.pixels import Pixels
from labelcert.features.random_relu import RandomReLU
from labelcert.features.spectral import Spectral
from labelcert.intake.names import suggestion

_CLASSES: tuple[Any, ...] = (Pixels, RandomReLU, Patches, Spectral)

DEFAULT: str = Pixels.name
"""Where none is named."""


def names() -> dict[str, str]:
    """One line on each map, by its name."""
    return {cls.name: cls.summary for cls in _CLASSES}


def class_of(name: str) -> Any:
    """The class of a name; InputError with the closest known name."""
    for cls in _CLASSES:
        if isinstance(name, str) and cls.name == name.strip().lower().replace("-", "_"):
            return cls
    raise InputError(f"features {name!r} is unknown; {suggestion(str(name), list(names()))}.")


def find(name: str, seed: int = 0, values: Mapping[str, Any] = MappingProxyType({})) -> FeatureMap:
    """The map of a name, seeded, with its defaults but for `values`; InputError.

    Patches and what is made of them, which take minutes for 60,000 images, are kept on disk
    (`cached`).
    """
    cls = class_of(name)
    if cls is Pixels:
        plain: Any = Pixels()
        return plain
    if cls is Spectral:
        patches: Any = Patches(seed=seed)
        found: Any = Spectral(Cached(patches), seed=seed, **values)
    else:
        found = cls(seed=seed, **values)
    return Cached(found) if cls in (Patches, Spectral) else found
