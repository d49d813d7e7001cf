"""The groups of labels and their budgets that --groups and --group-budget describe."""

from __future__ import annotations

from labelcert._errors import InputError
from labelcert.certificates.attacker.node_threat import group_budgets_of
from labelcert.cli.request import Request
from labelcert.intake.budgets import as_count
from labelcert.intake.numbers import whole

_MOST_NAMED = 3


def check_group_budgets(request: Request) -> None:
    """Raise InputError early for group budgets that do not read, or that lack their groups."""
    if request.group_budgets and request.groups is None:
        raise InputError(
            "--group-budget needs --groups: add it with a COLUMN or FILE, or leave this out."
        )
    if whole(request.bad_groups, "bad_groups", 0) and request.groups is None:
        raise InputError(
            "--bad-groups needs --groups: add it with a COLUMN or FILE, or leave this out."
        )
    if request.groups is not None and not request.group_budgets and not request.bad_groups:
        raise InputError(
            "--groups without a budget change nothing: add --group-budget N or NAME=N, or "
            "--bad-groups N, or leave --groups out."
        )
    _parse(request.group_budgets)


def group_budgets(
    request: Request, groups: list[str], costs: list[int] | None, known: set[str]
) -> dict[str, int]:
    """Budget of each group of labeled nodes that has one, as a count.

    groups, costs (n,): of the labeled nodes; known: groups of all nodes. Raises InputError for a
    name that no node has.
    """
    every, named = _parse(request.group_budgets)
    return group_budgets_of(groups, costs, known, every, named)


def tell_groups(present: list[str], budgets: dict[str, int]) -> str:
    """The groups in words, for the line on the attacker."""
    head = f"{len(present)} group{'s' if len(present) != 1 else ''}"
    if len(budgets) == len(present) and len(set(budgets.values())) == 1:
        return f"{head} with at most {next(iter(budgets.values()))} each"
    named = [f"{name} at most {budget}" for name, budget in list(budgets.items())[:_MOST_NAMED]]
    more = len(budgets) - len(named)
    if more > 0:
        named.append(f"{more} more with a budget")
    if len(budgets) < len(present):
        named.append("no limit for the others" if budgets else "none of them with a budget")
    return f"{head} ({', '.join(named)})"


def _parse(texts: tuple[str, ...]) -> tuple[str | None, dict[str, str]]:
    """The budget of every group that has none of its own, and those of single groups, as text."""
    every: str | None = None
    named: dict[str, str] = {}
    for text in texts:
        name, equals, budget = text.rpartition("=")
        budget = budget.strip()
        as_count(budget, 0, "group_budget")
        if (name in named) if equals else (every is not None):
            raise InputError(f"group_budget {text!r} comes twice: give each group one budget.")
        if equals:
            named[name] = budget
        else:
            every = budget
    return every, named
