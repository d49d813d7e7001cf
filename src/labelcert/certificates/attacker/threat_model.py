"""The threat model: what the attacker may do to the labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates.array_types import BoolArray, IntArray, LabelArray
from labelcert.certificates.attacker.group_purses import group_purses
from labelcert.certificates.attacker.label_classes import class_numbers
from labelcert.certificates.attacker.vote_choices import (
    ballots_of,
    check_majority,
    free_changes_of,
)
from labelcert.engines.attacker import RelabelSpace
from labelcert.intake.budgets import as_count
from labelcert.intake.frames import Names, in_order_of, is_mask
from labelcert.intake.integers import as_integers
from labelcert.intake.items import items_of
from labelcert.intake.label_lookup import label_number
from labelcert.intake.labels import as_labels
from labelcert.intake.numbers import whole
from labelcert.intake.positions import as_positions

LARGEST_TOTAL = 10**9
"""What all labels may cost together. Up to here engines count exactly: they add costs as floats,
and the linear program of the relaxation cuts group budgets to this."""


@dataclass(frozen=True)
class ThreatModel:
    """An attacker with a budget, and the labels and moves that are out of reach.

    budget: total cost of all flips, a count or a percentage such as "10%" of the labels, or, with
    costs, of what all labels cost together.
    trusted: labels that cannot be flipped, as indices into the labeled points or as a mask of them
    (n booleans); None for none.
    costs: (n,) positive integers, what flipping each label costs; 1 by default. They may add up to
    10⁹.
    directions: allowed changes as (from, to) pairs of labels; all by default. With more than two
    classes a label may be changed along these pairs only.
    groups: (n,) names of annotators or sources, integers or text; group_budgets: cost each group
    may spend besides the total, a count or a percentage of what the labels of that group cost
    together, one for all or a mapping from names (groups it leaves out are unlimited).
    bad_groups: up to so many groups, unknown which, may be wrong anywhere: any of their labels may
    change along the allowed directions at no cost, outside group budgets. Trusted labels never
    change, and the budget counts for all other labels. A radius of −1 says that bad groups alone
    break the prediction.
    votes: (n,) mappings of annotators to the labels they voted for, of which each label is the
    majority (`labelcert.datasets.majority`, `ballots`), empty where a label comes from elsewhere;
    bad_annotators: up to so many annotators, unknown which, may have voted otherwise anywhere: the
    labels that the remaining votes leave open to them may change at no cost, and the budget counts
    for all others. With more than two classes the budget must then be 0.

    A pandas series of costs or groups, or as a mask, is put in the order of the labels by its
    names. Invalid values raise InputError when the model meets the labels.
    """

    budget: int | str
    trusted: Sequence[int] | Sequence[bool] | None = ()
    costs: Sequence[int] | None = None
    directions: Sequence[tuple[Any, Any]] | None = None
    groups: Sequence[Any] | None = None
    group_budgets: int | str | Mapping[Any, int | str] | None = None
    bad_groups: int = 0
    votes: Sequence[Mapping[Any, Any]] | None = None
    bad_annotators: int = 0

    def count(self, n: int) -> int:
        """The budget as a count for n labels, which may exceed all they cost; raises InputError."""
        return as_count(self.budget, int(self._costs(n).sum()), "budget")

    def relabel_space(self, labels: LabelArray, classes: LabelArray) -> RelabelSpace:
        """The relabelings this attacker may use on labels (n,) of classes (K,)."""
        numbers, n = class_numbers(labels, classes), len(labels)
        allowed = self._moves(classes)[numbers]
        allowed[self.trusted_positions(n)] = False
        allowed[np.arange(n), numbers] = True
        costs = self._costs(n)
        group, purses = group_purses(self._groups(n), self.group_budgets, costs)
        bad = self._bad_groups(len(purses))
        space = RelabelSpace(numbers, allowed, costs, group, purses, bad)
        return (
            space if self.votes is None and not self.bad_annotators else self._voted(space, classes)
        )

    def trusted_positions(self, n: int) -> IntArray:
        """Indices of the trusted labels among n; raises InputError."""
        if self.trusted is None:
            return np.zeros(0, dtype=np.int64)
        return as_positions(self.trusted, "trusted", n, "label")

    def in_order_of(self, names: Names | None) -> ThreatModel:
        """The same attacker, with what has names in the order of labels that have names.

        Raises InputError: other names, or another order where the labels have none.
        """
        known, labels_named = names, names is not None and not names.numbered
        ordered: dict[str, Any] = {}
        for field in ("costs", "groups", "trusted"):
            value: Any = getattr(self, field)
            if field != "trusted" or is_mask(value):
                ordered[field], known = in_order_of(value, field, known, reorder=labels_named)
        return replace(self, **ordered)

    def _costs(self, n: int) -> IntArray:
        if self.costs is None:
            return np.ones(n, dtype=np.int64)
        costs = as_integers(self.costs, "costs", n, "label", least=1)
        if sum(costs) > LARGEST_TOTAL:
            raise InputError(
                f"costs add up to {sum(costs)}, more than {LARGEST_TOTAL}: divide them all by one "
                "number, and put labels that cannot be flipped in trusted."
            )
        return np.array(costs, dtype=np.int64)

    def _moves(self, classes: LabelArray) -> BoolArray:
        """(K, K) whether a label of the row's class may become one of the column's."""
        if self.directions is None:
            return np.ones((len(classes), len(classes)), dtype=bool)
        moves = np.zeros((len(classes), len(classes)), dtype=bool)
        for source, target in _pairs(self.directions):
            ends = [label_number(label, classes, "directions") for label in (source, target)]
            if ends[0] == ends[1]:
                raise InputError(
                    f"directions contains {(source, target)!r}: pass pairs (from, to) of labels."
                )
            moves[ends[0], ends[1]] = True
        return moves

    def _bad_groups(self, number: int) -> int:
        bad = whole(self.bad_groups, "bad_groups", 0)
        if bad and self.groups is None:
            raise InputError("bad_groups needs groups: pass the group of each label.")
        return min(bad, number)

    def _voted(self, space: RelabelSpace, classes: LabelArray) -> RelabelSpace:
        """The same, with the choice of annotators whose votes are the attacker's."""
        bad = whole(self.bad_annotators, "bad_annotators", 0)
        if self.votes is None:
            raise InputError("bad_annotators needs votes: pass the votes on each label.")
        if space.free_groups:
            raise InputError("bad_annotators does not go with bad_groups: leave one of them out.")
        ballots = ballots_of(self.votes, classes, space.n)
        check_majority(ballots, space.labels, classes)
        if not bad or not ballots.by:
            return space
        if len(classes) > 2 and self.count(space.n) > 0:
            raise InputError(
                "budget must be 0 with bad_annotators and more than two classes: flips beside the "
                "votes go with two classes only."
            )
        free = free_changes_of(ballots, space.labels, space.allowed, classes, bad)
        return replace(space, free_groups=min(bad, len(ballots.by)), free_changes=free)

    def _groups(self, n: int) -> LabelArray | None:
        if self.groups is None:
            if self.group_budgets is not None:
                raise InputError("group_budgets needs groups: pass the group of each label.")
            return None
        return as_labels(self.groups, "groups", count=n, each="label")


def _pairs(directions: Any) -> list[tuple[Any, Any]]:
    """The pairs of labels, each looked at; text of two letters is no pair."""
    if isinstance(directions, np.ndarray) and directions.ndim == 2:
        directions = cast("list[Any]", directions.tolist())
    if not isinstance(directions, Sequence) or isinstance(directions, (str, bytes)):
        items_of(directions, "directions", "pairs (from, to) of labels")  # says what is wrong
        raise InputError("directions must be a list: pass pairs (from, to) of labels.")
    pairs: list[tuple[Any, Any]] = []
    for given in cast("Sequence[Any]", directions):
        pair = cast("Sequence[Any]", given)
        if not isinstance(given, (tuple, list, np.ndarray)) or len(pair) != 2:
            raise InputError(f"directions contains {given!r}: pass pairs (from, to) of labels.")
        pairs.append((pair[0], pair[1]))
    if not pairs:
        raise InputError("directions is empty: name the changes that are allowed, or pass None.")
    return pairs
