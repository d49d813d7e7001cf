"""Whether two results of one unit can both be right: their proven intervals must overlap."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def contradictions(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[str]:
    """What two records of one unit say that cannot both be true, in words; empty if they agree.

    A radius lies in [radius, radius_upper] of either, and a collective count between its ends, so
    two proofs of the same unit must overlap everywhere. Predictions may differ at ties only.
    """
    if first["test"]["nodes"] != second["test"]["nodes"]:
        return ["they have other test nodes"]
    found: list[str] = []
    for i, node in enumerate(first["test"]["nodes"]):
        low = max(first["radius"][i], second["radius"][i])
        high = min(first["radius_upper"][i], second["radius_upper"][i])
        if low > high:
            found.append(f"node {node}: radius at least {low} and at most {high}")
        elif low >= 0 and _at(first, i) != _at(second, i):
            found.append(f"node {node}: predicted {_at(first, i)!r} and {_at(second, i)!r}")
    return found + _collective(first["collective"], second["collective"])


def _at(record: Mapping[str, Any], i: int) -> Any:
    return record["test"]["predictions"][i]


def _collective(first: Any, second: Any) -> list[str]:
    if first is None or second is None:
        return []
    ends = zip(
        first["broken_lower"], first["broken_upper"],
        second["broken_lower"], second["broken_upper"], strict=False,
    )  # fmt: skip
    return [
        f"budget {r}: at least {max(a, c)} and at most {min(b, d)} broken together"
        for r, (a, b, c, d) in enumerate(ends)
        if max(a, c) > min(b, d)
    ]
