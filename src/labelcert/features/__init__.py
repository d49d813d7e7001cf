"""Label-free features of rows: `Pixels`, `RandomReLU`, `Patches`, `Spectral`.

A map is fitted to rows without their labels, and then turns rows into features. Labels play no
part, so an attacker who changes labels changes no feature.
"""

from labelcert.features.feature_map import FeatureMap
from labelcert.features.patches import Patches
from labelcert.features.pixels import Pixels
from labelcert.features.random_relu import RandomReLU
from labelcert.features.registry import find, names
from labelcert.features.spectral import Spectral

__all__ = ["FeatureMap", "Patches", "Pixels", "RandomReLU", "Spectral", "find", "names"]
