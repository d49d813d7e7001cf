"""The attacker that --max-flips, --trusted, --direction, --costs and --groups describe."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates import ThreatModel
from labelcert.certificates.budget import as_count
from labelcert.cli.group_choice import check_group_budgets, group_budgets, tell_groups
from labelcert.cli.node_values import NodeValues, as_name, whole_number
from labelcert.cli.request import DEFAULT_MAX_FLIPS, Request
from labelcert.data import Graph


@dataclass(frozen=True)
class ThreatChoice:
    """The threat model, its record for the document, and the attacker in words."""

    threat: ThreatModel
    record: dict[str, Any]
    told: str


def check_threat(request: Request) -> None:
    """Raise InputError early for budgets that are none, whatever the number of labels."""
    as_count(request.max_flips or DEFAULT_MAX_FLIPS, 0)
    check_group_budgets(request)


def choose_threat(
    request: Request,
    graph: Graph,
    labeled: np.ndarray,
    costs: NodeValues | None,
    groups: NodeValues | None,
) -> ThreatChoice:
    """The threat model for labeled nodes (n,) of a graph.

    costs, groups: what `read_values` read of them. A percentage becomes a count, rounded down; a
    budget above what all labels cost is cut to that; both are told.
    Raises InputError: not a budget, a trusted node that is not labeled, a direction that does not
    read FROM:TO, a cost that is no positive integer, a labeled node without a group, or a budget of
    a group that does not exist.
    """
    nodes = _trusted_nodes(request.trusted) if request.trusted is not None else []
    positions = _positions(nodes, labeled)
    directions = [_direction(text) for text in request.directions]
    prices = None if costs is None else _prices(costs, request, graph, labeled)
    names = None if groups is None else _names(groups, request, graph, labeled)
    budget, told = _budget(request, len(labeled), prices)
    if nodes:
        told += f", {len(set(nodes))} trusted"
    if directions:
        told += ", only " + " and ".join(f"{a} to {b}" for a, b in directions)
    limits = None
    if groups is not None and names is not None:
        present = list(dict.fromkeys(names))
        limits = group_budgets(request, present, {as_name(v) for v in groups.all_values})
        told += ", " + tell_groups(present, limits)
    threat = ThreatModel(
        budget,
        trusted=positions,
        costs=prices,
        directions=directions or None,
        groups=names,
        group_budgets=limits,
    )
    record = {
        "max_flips": budget,
        "trusted": sorted(set(nodes)),
        "directions": directions,
        "costs": prices,
        "groups": names,
        "group_budgets": limits,
    }
    return ThreatChoice(threat, record, told)


def _budget(request: Request, n: int, prices: list[int] | None) -> tuple[int, str]:
    """The budget as a count, and in words."""
    asked = request.max_flips or DEFAULT_MAX_FLIPS
    wanted = as_count(asked, n)
    most = n if prices is None else sum(prices)
    budget = min(wanted, most)
    if prices is None:
        told, all_of_it = f"up to {budget} flips of {n} labels", "there are no more labels"
    else:
        told = f"flips that cost up to {budget}, of {n} labels at {min(prices)} to {max(prices)}"
        all_of_it = "all labels cost no more"
    if asked.strip().endswith("%"):
        told += f" ({asked.strip()}, rounded down)"
    elif wanted > most:
        told += f" (not {wanted}: {all_of_it})"
    return budget, told


def _prices(costs: NodeValues, request: Request, graph: Graph, labeled: np.ndarray) -> list[int]:
    prices: list[int] = []
    for node, value in zip(labeled.tolist(), costs.of(request, graph, labeled), strict=True):
        price = 1 if value is None else whole_number(value)
        if price is None or not 1 <= price < 2**31:
            raise InputError(
                f"{costs.where} holds {value!r} for node {node}: costs are integers of 1 or more."
            )
        prices.append(price)
    return prices


def _names(groups: NodeValues, request: Request, graph: Graph, labeled: np.ndarray) -> list[str]:
    names: list[str] = []
    for node, value in zip(labeled.tolist(), groups.of(request, graph, labeled), strict=True):
        if value is None:
            raise InputError(f"{groups.where} has no group for labeled node {node}: add one.")
        names.append(as_name(value))
    return names


def _trusted_nodes(path: Path) -> list[int]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not a text file"
        raise InputError(
            f"trusted file {str(path)!r} cannot be read ({reason}): pass a text file."
        ) from error
    nodes = []
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        try:
            nodes.append(int(text))
        except ValueError:
            raise InputError(
                f"trusted file {str(path)!r}, line {number}, holds {text!r}: write one node "
                "number a line."
            ) from None
    return nodes


def _positions(nodes: list[int], labeled: np.ndarray) -> list[int]:
    position = {node: i for i, node in enumerate(labeled.tolist())}
    for node in nodes:
        if node not in position:
            raise InputError(
                f"trusted node {node} is not labeled: name some of the nodes that '--output "
                "run.json' lists as labeled."
            )
    return [position[node] for node in nodes]


def _direction(text: str) -> tuple[str, str]:
    source, colon, target = text.partition(":")
    if not colon or not source or not target:
        raise InputError(f"direction {text!r} does not read FROM:TO: pass two labels.")
    return source, target
