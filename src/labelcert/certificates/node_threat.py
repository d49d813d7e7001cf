"""A threat model told of nodes: what it says of those that are labeled.

Tables and files name nodes, and hold more of them than are labeled; `ThreatModel` counts positions
among the labeled ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from labelcert._errors import InputError
from labelcert.data.node_values import as_name, whole_number


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


def groups_of(values: Sequence[Any], nodes: Sequence[str], where: str) -> list[str]:
    """(n,) groups of labeled nodes, as `costs_of`; raises InputError for an empty cell."""
    names: list[str] = []
    for node, value in zip(nodes, values, strict=True):
        if value is None:
            raise InputError(f"{where} has no group for labeled node {node}: add one.")
        names.append(as_name(value))
    return names


def group_budgets_of(
    present: Sequence[str], known: set[str], every: int | None, named: Mapping[str, int]
) -> dict[str, int]:
    """Budget of each group of labeled nodes that has one.

    present: groups of the labeled nodes; known: groups of all nodes. every: budget of groups that
    are not named, None for no limit. Raises InputError for a name that no node has.
    """
    for name in named:
        if name not in known:
            some = ", ".join(sorted(known)[:12])
            raise InputError(f"group_budget names {name!r}, which is no group: there are {some}.")
    budgets = {name: named.get(name, every) for name in dict.fromkeys(present)}
    return {name: budget for name, budget in budgets.items() if budget is not None}
