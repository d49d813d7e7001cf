"""Settings of kernels that users wrote, as records can hold them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def plain_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that JSON can hold as they are, and the text of all others."""
    return {str(name): _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError, RecursionError):
        return repr(value)
