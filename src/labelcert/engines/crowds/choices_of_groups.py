"""The attackers that one with free groups chooses among, each as one that pays for everything.

Engines count costs of 1 and more. So in the case where groups S are free, with F changeable labels
in them, each of these costs 1 and every other label F + 1 times what it did; a budget b becomes
b (F + 1) + F. All labels of S together cost F, less than one of the others, so the changes that a
budget pays for are the same, and no engine needs to know of it.
Where the choice is one of sets of changes (of annotators who vote), the same holds for two classes.
At budget 0 only free changes are left, for any number of classes: each costs 1, and all of them F.
Source: our own note.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from math import comb

import numpy as np

from labelcert._errors import InputError
from labelcert.engines.attacker import UNLIMITED, RelabelSpace

LARGEST_TOTAL = 10**9
"""What all labels of a case may cost together: up to here engines count exactly."""

MOST_ROWS = 5000
"""Budgets of a case are cut so that it has no more levels: each of them has columns in memory."""


@dataclass(frozen=True, eq=False)
class Case:
    """One choice of free groups: space is the attacker that pays for all, free is F."""

    space: RelabelSpace
    free: int

    def scaled(self, budget: int) -> int:
        """The budget of this attacker that stands for one of the other."""
        return budget * (self.free + 1) + self.free

    def original(self, scaled: int) -> int:
        """The largest budget that is proven where this attacker fails at `scaled`; −1 if none."""
        return (scaled - self.free) // (self.free + 1) if scaled >= self.free else -1

    def within_reach(self, budget: int) -> int:
        """A budget, cut to what `MOST_ROWS` levels hold."""
        return min(budget, max(MOST_ROWS // (self.free + 1) - 1, 0))


def cases_of(space: RelabelSpace, budget: int) -> Iterator[Case]:
    """One case for each largest set of groups that may be free, those of most labels first.

    A smaller set can do no more, and a group without a changeable label adds nothing. budget: the
    largest that is asked for. Raises InputError where costs become too large to be counted.
    """
    if space.free_changes is not None:
        for free in sorted(space.free_changes, key=len, reverse=True):
            yield _of_changes(space, free, budget)
        return
    may = space.allowed.sum(axis=1) > 1
    sizes = np.bincount(space.group[may], minlength=len(space.group_budget))
    groups = [int(g) for g in np.argsort(-sizes, kind="stable") if sizes[g]]
    for chosen in combinations(groups, min(space.free_groups, len(groups))):
        yield _case(space, may & np.isin(space.group, chosen))


def number_of_cases(space: RelabelSpace) -> int:
    """How many cases there are."""
    if space.free_changes is not None:
        return len(space.free_changes)
    groups = len(np.unique(space.group[space.allowed.sum(axis=1) > 1]))
    return comb(groups, min(space.free_groups, groups))


def _of_changes(space: RelabelSpace, free: np.ndarray, budget: int) -> Case:
    """The case of a set of free changes, with more than two classes at budget 0 only."""
    points = free // space.classes
    inside = np.zeros(space.n, dtype=bool)
    inside[points] = True
    if budget > 0:
        assert space.classes == 2, "a label may be free in one class and cost something in another"
        return _case(space, inside)
    allowed = np.zeros_like(space.allowed)
    allowed[np.arange(space.n), space.labels] = True
    allowed[points, free % space.classes] = True
    alone = RelabelSpace.unrestricted(space.labels, space.classes)
    return Case(replace(alone, allowed=allowed), int(inside.sum()))


def _case(space: RelabelSpace, free: np.ndarray) -> Case:
    """The case of some labels (n,) bool that are free, in a group without a purse."""
    count = int(free.sum())
    if (int(space.cost.sum()) + 1) * (count + 1) > LARGEST_TOTAL:
        raise InputError(
            f"costs add up to {int(space.cost.sum())} beside a group of {count} labels, more than "
            "can be counted with bad_groups: divide them all by one number."
        )
    purses = np.minimum(space.group_budget, LARGEST_TOTAL) * (count + 1)
    group = np.where(free, len(purses), space.group)
    cost = np.where(free, 1, space.cost * (count + 1))
    other = replace(
        space, cost=cost, group=group, group_budget=np.append(purses, UNLIMITED), free_groups=0,
        free_changes=None,
    )  # fmt: skip
    return Case(other, count)
