"""JSON as it was written by this package, and nothing that Python's reader would bend into it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelcert._errors import InputError


def read_json(text: Any, argument: str, remedy: str) -> Any:
    """What a JSON text holds, as plain Python data.

    Raises InputError: no text, no JSON, NaN or infinity, a name that comes twice, numbers of
    thousands of digits, or lists nested without end. remedy: what to pass.
    """
    if not isinstance(text, (str, bytes, bytearray)):
        raise InputError(f"{argument} is of type {type(text).__name__}: {remedy}.")
    given = text.removeprefix("\ufeff") if isinstance(text, str) else text
    try:
        return json.loads(given, parse_constant=_no_number, object_pairs_hook=_distinct)
    except RecursionError:
        raise InputError(f"{argument} is nested too deeply: {remedy}.") from None
    except ValueError as error:
        raise InputError(f"{argument} is not JSON ({error}): {remedy}.") from None


def whole_array(values: Any) -> NDArray[np.int64]:
    """(k,) integers of JSON as int64; raises ValueError for anything else, also 1.0 and true."""
    if not isinstance(values, list):
        raise ValueError("no list of integers")
    items: list[Any] = values
    if not all(type(value) is int and -(2**63) <= value < 2**63 for value in items):
        raise ValueError("a list of something else than integers")
    return np.array(items, dtype=np.int64)


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name comes twice")
    return found
