"""What the heat map draws, as plain data: a cell for each test node and model of a scene."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from labelcert.report.nodes.scenes import Scene, called
from labelcert.report.tables import radius_told

MOST_MARKED = 36
"""Test nodes up to which radii are written into the cells."""


class HeatRow(TypedDict):
    """A cell.

    node: id of the test node, or its number as text. told: the radius in words; mark: what is
    written into the cell, "" where there are too many.
    """

    node: str
    model: str
    radius: int
    radius_upper: int
    told: str
    mark: str


def heat_rows(scene: Scene) -> list[HeatRow]:
    """The cells of a scene, model by model."""
    few = len(scene["tests"]) <= MOST_MARKED
    return [
        HeatRow(
            node=called(scene, node),
            model=verdicts["model"],
            radius=low,
            radius_upper=high,
            told=told,
            mark=told.replace(" to ", "–") if few else "",
        )
        for verdicts in scene["verdicts"]
        for node, low, high in zip(
            scene["tests"], verdicts["radius"], verdicts["radius_upper"], strict=True
        )
        for told in (radius_told(low, high, verdicts["max_flips"], verdicts["below"]),)
    ]


def highest(scenes: Iterable[Scene]) -> int:
    """The highest radius of all scenes, at least 1: the one that has the last shade."""
    radii = (r for scene in scenes for v in scene["verdicts"] for r in v["radius_upper"])
    return max(1, max(radii, default=1))
