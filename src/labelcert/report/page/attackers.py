"""What the attacker of a study may do, in words: without it a page would claim too much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from labelcert.report.results import Result

_DEFAULT = "default"


def attackers_told(results: Sequence[Result]) -> str:
    """The attackers of all data sets, once where they are the same."""
    found: dict[str, list[str]] = {}
    for result in results:
        told = found.setdefault(result.dataset, [])
        words = attacker_told(result.content["threat"])
        if words not in told:
            told.append(words)
    different = {tuple(words) for words in found.values()}
    if len(different) == 1:
        return "; or ".join(different.pop())
    return " · ".join(f"{name}: {'; or '.join(words)}" for name, words in found.items())


def attacker_told(threat: Mapping[str, Any]) -> str:
    """The attacker of one unit's content (`labelcert.studies.units`)."""
    budget, costs = threat["max_flips"], threat.get("costs")
    share = isinstance(budget, str) and budget.strip().endswith("%")
    if costs is None:
        parts = [f"flips up to {budget}{' of the' if share else ''} labels"]
    else:
        most = f"{budget} of what all labels cost" if share else str(budget)
        parts = [f"flips that cost up to {most}, by {_source(costs)}"]
    if threat.get("directions"):
        parts.append("only " + " and ".join(f"{a} to {b}" for a, b in threat["directions"]))
    trusted = threat.get("trusted")
    if trusted:
        nodes = "node" if len(trusted) == 1 else "nodes"
        parts.append(f"not the labels of {len(trusted)} trusted {nodes}")
    if threat.get("groups") is not None:
        limits = f" with {_budgets(threat)}" if threat.get("group_budgets") is not None else ""
        parts.append(f"groups by {_source(threat['groups'])}{limits}")
    bad = threat.get("bad_groups")
    if bad:
        parts.append(f"besides all labels of any {'one group' if bad == 1 else f'{bad} groups'}")
    return ", ".join(parts)


def _source(asked: Any) -> str:
    if isinstance(asked, Mapping) and "column" in asked:
        return f"the column {asked['column']}"
    return "a table of the study's"


def _budgets(threat: Mapping[str, Any]) -> str:
    budgets = threat.get("group_budgets")
    if not isinstance(budgets, Mapping):
        return f"at most {_count(budgets)} each"
    named = [
        f"at most {_count(count)} for {name}" for name, count in budgets.items() if name != _DEFAULT
    ]
    if _DEFAULT in budgets:
        named.append(f"at most {_count(budgets[_DEFAULT])} for {'the others' if named else 'each'}")
    return " and ".join(named) or "no limits"


def _count(budget: Any) -> str:
    """A budget of a group; a percentage is one of what its labels cost together."""
    return f"{budget} of the group" if isinstance(budget, str) else str(budget)
