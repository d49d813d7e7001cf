"""The groups of options in the help: what beginners need first, what experts need last."""

from __future__ import annotations

from typing import Any

START = "Start here"
DATA = "More on the data"
ROWS = "What is trained on, what is certified"
NETWORK = "The network"
MODULE = "A torch module of your own"
MANY = "Many labels: features and ensembles"
ATTACK = "The attacker"
CHOICE = "Choice"
MEASUREMENT = "Measurement"
SEARCH = "For experts: the search"

PANELS = (CHOICE, MEASUREMENT, START, DATA, ROWS, NETWORK, MODULE, MANY, ATTACK, SEARCH)


def in_order(parameters: list[Any]) -> list[Any]:
    """Parameters in the order of their panels, those of a panel as they were."""

    def place(parameter: Any) -> int:
        panel = getattr(parameter, "rich_help_panel", None)
        return PANELS.index(panel) if panel in PANELS else -1

    return sorted(parameters, key=place)
