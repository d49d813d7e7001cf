"""Lists of numbers as text files hold them: "[0.5, 1.2]" as Python and JSON write one, "[0.5 1.2]"
as NumPy does. Tables of embeddings that pandas wrote to CSV have such cells, and so has
a frame that pandas reads from one.
"""

from __future__ import annotations

from typing import Any


def is_list_text(cell: Any) -> bool:
    """Whether a cell is text in brackets."""
    text = cell.strip() if isinstance(cell, str) else ""
    return text.startswith("[") and text.endswith("]")


def list_of_text(cell: Any) -> list[Any]:
    """The numbers of such a cell; parts that are none stay text, an empty cell is an empty list."""
    if not isinstance(cell, str):
        return []
    inner = cell.strip()[1:-1].strip()
    parts = inner.split(",") if "," in inner else inner.split()
    return [_number(part.strip()) for part in parts] if inner else []


def _number(part: str) -> Any:
    try:
        return part if "_" in part else float(part)
    except ValueError:
        return part
