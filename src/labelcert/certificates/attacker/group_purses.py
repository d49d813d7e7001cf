"""Groups of labels, and what the attacker may spend in each of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates.array_types import IntArray, LabelArray
from labelcert.intake.budgets import as_count
from labelcert.intake.label_lookup import label_number


def group_purses(
    groups: LabelArray | None, budgets: Any, costs: IntArray
) -> tuple[IntArray, IntArray]:
    """The group of each label (n,) as a number, and the purse of each group.

    groups: (n,) checked names, None for one group of all. budgets: a count or percentage for every
    group, a mapping from names to them, or None. costs: (n,) what flipping each label costs. A
    percentage is one of what the labels of the group cost together, rounded down; no purse is
    larger than that, and a group without a budget may spend it all.

    Raises InputError: no budget, or a name that no group has.
    """
    if groups is None:
        return np.zeros(len(costs), dtype=np.int64), np.array([costs.sum()], dtype=np.int64)
    names, first, found = np.unique(groups, return_index=True, return_inverse=True)
    order = np.argsort(first)  # groups are numbered as they come
    names, place = names[order], np.argsort(order)
    group: IntArray = place[found].astype(np.int64)
    totals = [int(costs[group == g].sum()) for g in range(len(names))]
    asked: list[Any] = [None] * len(names)
    if isinstance(budgets, Mapping):
        for name, budget in cast("Mapping[Any, Any]", budgets).items():
            at = label_number(name, names, "group_budgets", "group")
            if asked[at] is not None:
                raise InputError(f"group_budgets names {name!r} twice: give each group one budget.")
            asked[at] = as_count(budget, totals[at], f"group_budgets[{name!r}]")
    elif budgets is not None:
        asked = [as_count(budgets, total, "group_budgets") for total in totals]
    purses = [t if a is None else min(a, t) for a, t in zip(asked, totals, strict=True)]
    return group, np.array(purses, dtype=np.int64)
