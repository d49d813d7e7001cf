"""A threat model told of nodes: what it says of those that are labeled.

Tables and files name nodes, and hold more of them than are labeled; `ThreatModel` counts positions
among the labeled ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.data.node_values import as_name, whole_number
from labelcert.intake.budgets import as_count
from labelcert.intake.label_lookup import label_from_text
from labelcert.intake.names import refuse_look_alikes, suggestion


def costs_of(values: Sequence[Any], nodes: Sequence[str], where: str) -> list[int]:
    """(n,) costs of labeled nodes from their cells; an empty one (None) costs 1.

    nodes (n,), where: what the nodes and the cells are called, for messages. Raises InputError for
    a cell that is no positive integer.
    """
    prices: list[int] = []
    for node, value in zip(nodes, values, strict=True):
        price = 1 if value is None else whole_number(value)
        if price is None or not 1 <= price < 2**31:
            raise InputError(
                f"{where} holds {value!r} for node {node}: costs are integers of 1 or more."
            )
        prices.append(price)
    return prices


_FLAGS = {
    "true": True, "yes": True, "y": True, "1": True,
    "false": False, "no": False, "n": False, "0": False,
}  # fmt: skip


def trusted_of(values: Sequence[Any], nodes: Sequence[str], where: str) -> list[bool]:
    """(n,) whether the labels of nodes are trusted, from cells; an empty one (None) says no.

    Cells hold true or false, yes or no, 1 or 0, in any case of letters. Raises InputError for
    another one.
    """
    flags: list[bool] = []
    for node, value in zip(nodes, values, strict=True):
        written = "no" if value is None else as_name(value).strip().lower()
        if written not in _FLAGS:
            raise InputError(
                f"{where} holds {value!r} for node {node}: write yes or no, true or false, 1 or 0, "
                "or leave the cell empty."
            )
        flags.append(_FLAGS[written])
    return flags


def groups_of(values: Sequence[Any], nodes: Sequence[str], where: str) -> list[str]:
    """(n,) groups of labeled nodes, as `costs_of`; raises InputError for an empty cell."""
    names: list[str] = []
    for node, value in zip(nodes, values, strict=True):
        if value is None:
            raise InputError(f"{where} has no group for labeled node {node}: add one.")
        names.append(as_name(value))
    return names


def group_budgets_of(
    groups: Sequence[str],
    costs: Sequence[int] | None,
    known: set[str],
    every: int | str | None,
    named: Mapping[str, int | str],
) -> dict[str, int]:
    """Budget of each group of labeled nodes that has one, as a count.

    groups (n,) of the labeled nodes, costs (n,) or None where each costs 1; known: groups of all
    nodes. every: budget of groups that are not named, None for no limit; a percentage is one of
    what the labels of the group cost together. Raises InputError for a name that no node has.
    """
    refuse_look_alikes(sorted(known), "groups")
    for name in named:
        if name not in known:
            hint = suggestion(name, sorted(known))
            raise InputError(f"group_budget names {name!r}, which is no group; {hint}.")
    totals = dict.fromkeys(groups, 0)
    for group, cost in zip(groups, [1] * len(groups) if costs is None else costs, strict=True):
        totals[group] += cost
    asked = {name: named.get(name, every) for name in totals}
    return {
        name: as_count(budget, totals[name], "group_budget")
        for name, budget in asked.items()
        if budget is not None
    }


def directions_of(pairs: Sequence[tuple[str, str]], labels: Any) -> list[tuple[Any, Any]]:
    """Directions that were written as text, as pairs of labels of the type that labels (n,) have.

    Raises InputError for a text that is not how one of the labels is written.
    """
    classes = np.unique(labels)
    return [
        (
            label_from_text(source, classes, "directions"),
            label_from_text(target, classes, "directions"),
        )
        for source, target in pairs
    ]
