"""The attacker that --max-flips, --trusted and --direction describe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates import ThreatModel
from labelcert.certificates.budget import as_count
from labelcert.cli.request import DEFAULT_MAX_FLIPS, Request


def check_budget(request: Request) -> None:
    """Raise InputError early for a budget that is none, whatever the number of labels."""
    as_count(request.max_flips or DEFAULT_MAX_FLIPS, 0)


def choose_threat(request: Request, labeled: np.ndarray) -> tuple[ThreatModel, dict[str, Any], str]:
    """The threat model for labeled nodes (n,), its record for the document, and the budget told.

    A percentage becomes a count, rounded down; a budget above n is cut to n; both are told.
    Raises InputError: not a budget, a trusted node that is not labeled, or a direction that does
    not read FROM:TO.
    """
    n = len(labeled)
    asked = request.max_flips or DEFAULT_MAX_FLIPS
    wanted = as_count(asked, n)
    budget = min(wanted, n)
    told = f"up to {budget} flips of {n} labels"
    if asked.strip().endswith("%"):
        told += f" ({asked.strip()}, rounded down)"
    elif wanted > n:
        told += f" (not {wanted}: there are no more labels)"
    nodes = _trusted_nodes(request.trusted) if request.trusted is not None else []
    positions = _positions(nodes, labeled)
    directions = [_direction(text) for text in request.directions]
    if nodes:
        told += f", {len(set(nodes))} trusted"
    if directions:
        told += ", only " + " and ".join(f"{a} to {b}" for a, b in directions)
    threat = ThreatModel(budget, trusted=positions, directions=directions or None)
    record = {"max_flips": budget, "trusted": sorted(set(nodes)), "directions": directions}
    return threat, record, told


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
