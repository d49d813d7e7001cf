"""Whose votes decide which labels: what each choice of k annotators may change.

What it decides: for a set S of annotators, the classes that each label may take when all votes of S
are cast anew and all others stay as they are. A class wins in some of these ways if and only if it
wins with every vote of S for it, since a vote for another class, or none, only helps that one. So
the attacker who owns k annotators is a choice among sets of label changes, one for each S, and this
is exact. A set that lies in another one is left out.
Cost: C(annotators, k) choices, each the votes of S.
Source: our own note.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import comb
from typing import Any, NamedTuple, cast

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates.array_types import BoolArray, IntArray, LabelArray
from labelcert.intake.label_lookup import label_number
from labelcert.intake.labels import as_labels

MOST_CHOICES = 20_000
"""More choices of annotators than this are refused: each is an attacker of its own."""


class Ballots(NamedTuple):
    """table (n, K): votes of each label for each class; by: of each annotator the rows (v,) that
    it voted on and the classes (v,) it voted for."""

    table: IntArray
    by: list[tuple[IntArray, IntArray]]


def ballots_of(votes: Any, classes: LabelArray, n: int) -> Ballots:
    """The votes (n,) of a threat model, each a mapping of annotators to labels, as numbers.

    Raises InputError: another number of them, no mapping, or a vote for no class.
    """
    if not isinstance(votes, (list, tuple)):
        raise InputError(
            f"votes is a {type(votes).__name__}: pass a list with one mapping of annotators to "
            "labels for each label."
        )
    given: list[Any] = list(cast("Sequence[Any]", votes))
    if len(given) != n:
        raise InputError(f"votes has {len(given)} entries for {n} labels: pass one for each.")
    count = np.zeros((n, len(classes)), dtype=np.int64)
    cast_by: dict[Any, list[tuple[int, int]]] = {}
    for row, entry in enumerate(given):
        if not isinstance(entry, Mapping):
            raise InputError(
                f"votes holds {entry!r} for label {row}: pass a mapping of annotators to labels, "
                "such as the ballots of labelcert.datasets.majority."
            )
        for annotator, label in cast("Mapping[Any, Any]", entry).items():
            number = label_number(label, classes, "votes")
            count[row, number] += 1
            cast_by.setdefault(annotator, []).append((row, number))
    if cast_by:
        as_labels(list(cast_by), "annotators of votes", each="annotator")  # of one type
    by = [
        (np.array([row for row, _ in cast], dtype=np.int64),
         np.array([number for _, number in cast], dtype=np.int64))
        for cast in cast_by.values()
    ]  # fmt: skip
    return Ballots(count, by)


def check_majority(ballots: Ballots, labels: IntArray, classes: LabelArray) -> None:
    """Raise InputError where a label is not what its votes say: ties go to the first in order."""
    voted = np.flatnonzero(ballots.table.sum(axis=1) > 0)
    nobody = np.zeros(len(voted), dtype=np.int64)
    wins = may_win(ballots.table[voted], nobody, _places(classes))
    for row in voted[~wins[np.arange(len(voted)), labels[voted]]].tolist():
        says = classes[wins[np.searchsorted(voted, row)].argmax()]
        raise InputError(
            f"label {row} is {classes[labels[row]]} and the majority of its votes is {says}: pass "
            "the labels that labelcert.datasets.majority makes of the votes."
        )


def may_win(others: IntArray, owned: IntArray, places: IntArray) -> BoolArray:
    """(v, K) whether a class can have the majority.

    others (v, K): votes that stay; owned (v,): votes to be cast at will; places (K,): of the
    classes in sorted order, in which the first of equals wins.
    """
    wins = np.ones(others.shape, dtype=bool)
    for c in range(others.shape[1]):
        for rival in range(others.shape[1]):
            if rival != c:
                ahead = others[:, c] + owned - others[:, rival]
                wins[:, c] &= ahead >= (places[rival] < places[c])
    return wins


def free_changes_of(
    ballots: Ballots, labels: IntArray, allowed: BoolArray, classes: LabelArray, k: int
) -> tuple[IntArray, ...]:
    """The sets of changes (row · K + class, ascending) to choose one from, of up to k annotators.

    labels (n,), allowed (n, K): what each may become. At least one set, which may be empty. Raises
    InputError: too many choices.
    """
    size = min(k, len(ballots.by))
    if comb(len(ballots.by), size) > MOST_CHOICES:
        raise InputError(
            f"bad_annotators={k} of {len(ballots.by)} annotators are "
            f"{comb(len(ballots.by), size)} choices, more than {MOST_CHOICES}: pass a smaller "
            "number."
        )
    places = _places(classes)
    found = {
        _changes(ballots, chosen, labels, allowed, places).tobytes()
        for chosen in combinations(range(len(ballots.by)), size)
    }
    sets = [np.frombuffer(text, dtype=np.int64) for text in found]
    return _largest(sets)


def _changes(
    ballots: Ballots, chosen: Sequence[int], labels: IntArray, allowed: BoolArray, places: IntArray
) -> IntArray:
    classes = allowed.shape[1]
    rows = np.concatenate([ballots.by[a][0] for a in chosen]) if chosen else labels[:0]
    names = np.concatenate([ballots.by[a][1] for a in chosen]) if chosen else labels[:0]
    touched, place = np.unique(rows, return_inverse=True)
    others, owned = ballots.table[touched].copy(), np.bincount(place, minlength=len(touched))
    np.subtract.at(others, (place, names), 1)
    may = may_win(others, owned, places) & allowed[touched]
    may[np.arange(len(touched)), labels[touched]] = False
    at, to = np.nonzero(may)
    return touched[at] * classes + to


def _largest(sets: list[IntArray]) -> tuple[IntArray, ...]:
    """Those that lie in no other one, the longest first."""
    kept: list[set[int]] = []
    for one in sorted(sets, key=lambda one: (-len(one), one.tolist())):
        members = set(one.tolist())
        if not any(members <= other for other in kept):
            kept.append(members)
    return tuple(np.array(sorted(members), dtype=np.int64) for members in kept)


def _places(classes: LabelArray) -> IntArray:
    """(K,) the place of each class in sorted order."""
    return np.argsort(np.argsort(classes, kind="stable"), kind="stable")
