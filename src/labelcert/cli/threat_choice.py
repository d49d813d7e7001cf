"""The attacker that --max-flips, --trusted, --direction, --costs and --groups describe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates import ThreatModel
from labelcert.certificates.attacker.node_threat import costs_of, directions_of, groups_of
from labelcert.cli.group_choice import check_group_budgets, group_budgets, tell_groups
from labelcert.cli.node_values import GivenValues
from labelcert.cli.request import DEFAULT_MAX_FLIPS, Request
from labelcert.cli.trusted_choice import choose_trusted
from labelcert.data import Graph
from labelcert.data.node_ids import name_of
from labelcert.data.node_values import as_name
from labelcert.intake.budgets import as_count


@dataclass(frozen=True)
class ThreatChoice:
    """The threat model, its record for the document, and the attacker in words."""

    threat: ThreatModel
    record: dict[str, Any]
    told: str


def check_threat(request: Request) -> None:
    """Raise InputError early for budgets that are none, whatever the number of labels."""
    as_count(_asked(request), 0)
    check_group_budgets(request)


def choose_threat(
    request: Request,
    graph: Graph,
    labeled: np.ndarray,
    costs: GivenValues | None,
    groups: GivenValues | None,
    trusted: GivenValues | None,
) -> ThreatChoice:
    """The threat model for labeled nodes (n,) of a graph.

    costs, groups, trusted: what was read of their columns and files. A percentage becomes a count,
    rounded down; a budget above what all labels cost is cut to that; both are told.
    Raises InputError: not a budget, a trusted node that does not exist, a direction that does not
    read FROM:TO, a cost that is no positive integer, a labeled node without a group, or a budget of
    a group that does not exist.
    """
    trust = choose_trusted(request, graph, labeled, trusted)
    directions = [_direction(text) for text in request.directions]
    at = [name_of(graph, node) for node in labeled.tolist()]
    prices = names = None
    if costs is not None:
        prices = costs_of(costs.of(request, graph, labeled), at, costs.values.where)
    if groups is not None:
        names = groups_of(groups.of(request, graph, labeled), at, groups.values.where)
    budget, told = _budget(request, len(labeled), prices)
    told += trust.told
    if directions:
        told += ", only " + " and ".join(f"{a} to {b}" for a, b in directions)
    limits = None
    if groups is not None and names is not None:
        present = list(dict.fromkeys(names))
        known = {as_name(v) for v in groups.values.all_values}
        limits = group_budgets(request, names, prices, known)
        told += ", " + tell_groups(present, limits)
        if request.bad_groups:
            told += f", and any {request.bad_groups} of the groups for nothing"
    threat = ThreatModel(
        budget,
        trusted=trust.positions,
        costs=prices,
        directions=directions_of(directions, graph.labels[labeled]) if directions else None,
        groups=names,
        group_budgets=limits,
        bad_groups=request.bad_groups,
    )
    record = {
        "max_flips": budget,
        "trusted": trust.nodes,
        "directions": directions,
        "costs": prices,
        "groups": names,
        "group_budgets": limits,
        "bad_groups": request.bad_groups,
    }
    return ThreatChoice(threat, record, told)


def _asked(request: Request) -> str:
    # Empty text, as of a variable that a script forgot to set, is no budget and not the default.
    return DEFAULT_MAX_FLIPS if request.max_flips is None else request.max_flips


def _budget(request: Request, n: int, prices: list[int] | None) -> tuple[int, str]:
    """The budget as a count, and in words."""
    asked = _asked(request)
    most = n if prices is None else sum(prices)
    wanted = as_count(asked, most)
    budget = min(wanted, most)
    if prices is None:
        told, all_of_it = f"up to {budget} flips of {n} labels", "there are no more labels"
    else:
        told = f"flips that cost up to {budget}, of {n} labels at {min(prices)} to {max(prices)}"
        all_of_it = "all labels cost no more"
    if asked.strip().endswith("%"):
        of_what = "" if prices is None else f" of {most}, what all cost"
        told += f" ({asked.strip()}{of_what}, rounded down)"
    elif wanted > most:
        told += f" (not {wanted}: {all_of_it})"
    return budget, told


def _direction(text: str) -> tuple[str, str]:
    source, colon, target = text.partition(":")
    if not colon or not source or not target:
        raise InputError(f"direction {text!r} does not read FROM:TO: pass two labels.")
    return source, target
