"""One text for the same data."""

from __future__ import annotations

import json
from typing import Any


def canonical(content: Any) -> str:
    """JSON with sorted keys and no spaces; the same data give the same text.

    Raises ValueError for NaN and infinity, which JSON has no word for.
    """
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
