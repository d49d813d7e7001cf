"""The feature maps by name."""

from __future__ import annotations

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


def find(name: str, seed: int = 0) -> FeatureMap:
    """The map of a name with its defaults, seeded; InputError with the closest known name.

    Patches and what is made of them, which take minutes for 60,000 images, are kept on disk
    (`cached`).
    """
    for cls in _CLASSES:
        if isinstance(name, str) and cls.name == name.strip().lower().replace("-", "_"):
            found: Any = cls() if cls is Pixels else cls(seed=seed)
            if cls is Spectral:
                patches: Any = Patches(seed=seed)
                found = Spectral(Cached(patches), seed=seed)
            return Cached(found) if cls in (Patches, Spectral) else found
    raise InputError(f"features {name!r} is unknown; {suggestion(str(name), list(names()))}.")
