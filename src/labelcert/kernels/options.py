"""Options of the architectures: their declaration and the checks they share."""

from __future__ import annotations

import math
from collections.abc import Sequence

from labelcert._errors import InputError
from labelcert.intake.numbers import real_or_none, whole_or_none
from labelcert.kernels.arccos import ACTIVATIONS
from labelcert.kernels.propagation import NORMALIZATIONS

ACTIVATION_DOC = 'activation of the hidden layers: "relu" or "linear"'
ALPHA_DOC = "probability of returning to the start, in "
DEPTH_DOC = "number of hidden layers, at least 1"
EDGE_WEIGHT_DOC = "factor of the adjacency before self-loops are added, above 0"
NORMALIZATION_DOC = 'propagation matrix: "row" D⁻¹(A+I), "symmetric" D^−½(A+I)D^−½, or None for A+I'


def doc(text: str) -> dict[str, str]:
    """Metadata of a dataclass field: the description that `registry.parameters` lists."""
    return {"doc": text}


def check_choice(argument: str, value: object, allowed: Sequence[object]) -> None:
    """Raise InputError unless `value` is one of `allowed`."""
    # `True == 1` and array comparisons are kept out: options are strings or None.
    if not (value is None or isinstance(value, str)) or value not in allowed:
        names = ", ".join(repr(choice) for choice in allowed)
        raise InputError(f"{argument} must be one of {names}, not {value!r}.")


def check_activation(value: object, argument: str = "activation") -> None:
    """Raise InputError unless `value` is "relu" or "linear"."""
    check_choice(argument, value, ACTIVATIONS)


def check_normalization(value: object) -> None:
    """Raise InputError unless `value` is "row", "symmetric" or None."""
    check_choice("normalization", value, NORMALIZATIONS)


def check_count(argument: str, value: object, least: int) -> None:
    """Raise InputError unless `value` is an integer of at least `least`."""
    number = whole_or_none(value)
    if number is None or number < least:
        raise InputError(f"{argument} must be an integer of at least {least}, not {value!r}.")


def check_share(argument: str, value: object, zero: bool = True) -> None:
    """Raise InputError unless `value` is in [0, 1], or in (0, 1] without `zero`."""
    number = real_or_none(value)
    if number is None or not 0 <= number <= 1 or (not zero and number == 0):
        bracket = "[" if zero else "("
        raise InputError(f"{argument} must be a number in {bracket}0, 1], not {value!r}.")


def check_weight(value: object, argument: str = "edge_weight") -> None:
    """Raise InputError unless `value` is finite and above 0."""
    number = real_or_none(value)
    if number is None or not 0 < number < math.inf:
        raise InputError(f"{argument} must be a finite number above 0, not {value!r}.")
