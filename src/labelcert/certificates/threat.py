"""The threat model: what the attacker may do to the labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates.arrays import BoolArray, IntArray, LabelArray
from labelcert.certificates.budget import as_count
from labelcert.certificates.labels import class_numbers
from labelcert.engines.flips import FlipSpace
from labelcert.engines.multiclass.relabels import RelabelSpace


@dataclass(frozen=True)
class ThreatModel:
    """An attacker with a budget, and the labels and moves that are out of reach.

    budget: total cost of all flips, a count or a percentage such as "10%" of the labels, or, with
    costs, of what all labels cost together.
    trusted: indices (into the labeled points) of labels that cannot be flipped; None for none.
    costs: (n,) positive integers, what flipping each label costs; 1 by default.
    directions: allowed changes as (from, to) pairs of labels; all by default. With more than two
    classes a label may be changed along these pairs only.
    groups: (n,) names of annotators or sources; group_budgets: cost each group may spend besides
    the total, one count for all or a mapping from names (groups it leaves out are unlimited).

    Invalid values raise InputError when the model meets the labels.
    """

    budget: int | str
    trusted: Sequence[int] | None = ()
    costs: Sequence[int] | None = None
    directions: Sequence[tuple[Any, Any]] | None = None
    groups: Sequence[Any] | None = None
    group_budgets: int | Mapping[Any, int] | None = None

    def count(self, n: int) -> int:
        """The budget as a count for n labels; raises InputError."""
        return as_count(self.budget, int(self._costs(n).sum()), "budget")

    def flip_space(self, labels: LabelArray, classes: LabelArray) -> FlipSpace:
        """The flip sets this attacker may use on labels (n,) of two classes (2,)."""
        space = self.relabel_space(labels, classes)
        other = space.allowed[np.arange(space.n), 1 - space.labels]
        return FlipSpace(other, space.cost, space.group, space.group_budget)

    def relabel_space(self, labels: LabelArray, classes: LabelArray) -> RelabelSpace:
        """The relabelings this attacker may use on labels (n,) of classes (K,)."""
        numbers, n = class_numbers(labels, classes), len(labels)
        allowed = self._moves(classes)[numbers]
        allowed[self._trusted(n)] = False
        allowed[np.arange(n), numbers] = True
        names, group = self._groups(n)
        return RelabelSpace(numbers, allowed, self._costs(n), group, self._group_budgets(names))

    def _trusted(self, n: int) -> list[int]:
        trusted = [] if self.trusted is None else [int(i) for i in self.trusted]
        for i in trusted:
            if not 0 <= i < n:
                raise InputError(f"trusted contains {i}: pass indices from 0 to {n - 1}.")
        return trusted

    def _costs(self, n: int) -> IntArray:
        if self.costs is None:
            return np.ones(n, dtype=np.int64)
        costs = np.asarray(self.costs)
        if costs.shape != (n,):
            raise InputError(
                f"costs has shape {costs.shape}: pass one cost for each of {n} labels."
            )
        if costs.dtype.kind not in "iu" or bool((costs < 1).any()):
            raise InputError(
                "costs must be integers of 1 or more; put free-of-risk labels in trusted."
            )
        return costs.astype(np.int64)

    def _moves(self, classes: LabelArray) -> BoolArray:
        """(K, K) whether a label of the row's class may become one of the column's."""
        if self.directions is None:
            return np.ones((len(classes), len(classes)), dtype=bool)
        number = {str(name): k for k, name in enumerate(classes)}
        moves = np.zeros((len(classes), len(classes)), dtype=bool)
        for pair in self.directions:
            if len(pair) != 2 or str(pair[0]) == str(pair[1]):
                raise InputError(f"directions contains {pair!r}: pass pairs (from, to) of labels.")
            for label in pair:
                if str(label) not in number:
                    raise InputError(
                        f"directions names the label {label!r}: the labels are "
                        f"{', '.join(sorted(number))}."
                    )
            moves[number[str(pair[0])], number[str(pair[1])]] = True
        return moves

    def _groups(self, n: int) -> tuple[list[Any], IntArray]:
        if self.groups is None:
            if self.group_budgets is not None:
                raise InputError("group_budgets needs groups: pass the group of each label.")
            return ["all"], np.zeros(n, dtype=np.int64)
        if len(self.groups) != n:
            raise InputError(
                f"groups has {len(self.groups)} entries: pass one for each of {n} labels."
            )
        names = list(dict.fromkeys(self.groups))
        number = {name: k for k, name in enumerate(names)}
        return names, np.array([number[g] for g in self.groups], dtype=np.int64)

    def _group_budgets(self, names: list[Any]) -> IntArray:
        unlimited = 2**40
        given = self.group_budgets
        if given is None:
            return np.full(len(names), unlimited, dtype=np.int64)
        if isinstance(given, Mapping):
            for name in given:
                if name not in names:
                    raise InputError(f"group_budgets names {name!r}: no label is in that group.")
            budgets = [as_count(given.get(k, unlimited), 0, "group_budgets") for k in names]
        else:
            budgets = [as_count(given, 0, "group_budgets")] * len(names)
        return np.array(budgets, dtype=np.int64)
