"""Several votes on the label of a row: the majority, its ties, and what it takes to change it.

Source: our own note. A vote that is moved from the majority to a rival changes their difference by
two, one moved from elsewhere by one, so ⌈lead / 2⌉ votes are the least that can change a label; as
the cost of a flip this never promises too much, wherever the other votes go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from labelcert._errors import InputError
from labelcert.data.no_label import with_placeholders
from labelcert.intake.items import items_of
from labelcert.intake.label_types import LabelArray
from labelcert.intake.labels import as_labels, labels_or_missing

_MOST_NAMED = 5


@dataclass(frozen=True, eq=False)
class Majority:
    """The label that most votes name, for each of n rows.

    rows (n,): what the rows are called, in the order of their first vote (their numbers where votes
    came as lists). labels (n,): with the placeholder of `labelcert.Graph` where a row has no vote.
    votes (n,): how many there are; lead (n,): by how many the majority is ahead of the next label.
    ballots (n,): who voted for what, a mapping of annotators to labels for each row, or None where
    nobody is named: `ThreatModel.votes` of an attacker who owns annotators.
    ties: positions of rows without a majority, which have the first of their leading labels in
    sorted order.
    """

    rows: LabelArray
    labels: LabelArray
    votes: NDArray[np.int64]
    lead: NDArray[np.int64]
    ballots: tuple[dict[Any, Any], ...] | None = None

    @property
    def ties(self) -> NDArray[np.int64]:
        """Positions of rows with votes and without a majority."""
        return np.flatnonzero((self.lead == 0) & (self.votes > 0))

    @property
    def costs(self) -> NDArray[np.int64]:
        """(n,) the fewest votes that change each label, at least 1: `ThreatModel.costs` of an
        attacker who changes votes, whose radius then counts votes."""
        return np.maximum((self.lead + 1) // 2, 1)

    @property
    def told(self) -> tuple[str, ...]:
        """Sentences on what was decided without a majority, none where there is nothing to say."""
        sentences: list[str] = []
        ties, without = self.ties, int((self.votes == 0).sum())
        if len(ties):
            named = ", ".join(str(name) for name in self.rows[ties[:_MOST_NAMED]].tolist())
            more = ", …" if len(ties) > _MOST_NAMED else ""
            sentences.append(
                f"{len(ties)} of {len(self.rows)} rows have a tie of votes ({named}{more}): of the "
                "labels that lead the first in sorted order is taken"
            )
        if without:
            sentences.append(f"{without} of {len(self.rows)} rows have no vote, and no label")
        return tuple(sentences)


def majority(votes: Any, rows: Any = None, annotators: Any = None) -> Majority:
    """The majority of several votes a row.

    Args:
        votes: a list with the votes (labels, integers or text) of each row, which may be empty or
            hold missing ones, or a mapping of annotators to votes for each row; or, with rows, the
            labels of a long table, one vote an entry.
        rows: (v,) names of the rows that the votes of a long table are on, integers or text.
        annotators: (v,) who cast the votes of a long table, integers or text; None where nobody is
            named.

    Returns the labels with their ties, which `Majority.told` tells in words.

    Raises InputError: no vote at all, mixed types, columns of different lengths, or two votes of an
    annotator on one row.
    """
    if rows is None and annotators is not None:
        raise InputError("annotators needs rows: pass the columns of a long table, or mappings.")
    who = None if annotators is None else as_labels(annotators, "annotators", each="vote").tolist()
    if rows is None:
        votes, who = _without_names(votes)
    names, given = _of_lists(votes) if rows is None else _of_table(votes, rows)
    if who is not None and len(who) != len(given):
        raise InputError(
            f"annotators has {len(who)} entries and votes {len(given)}: pass one of each for every "
            "vote."
        )
    labels, present = labels_or_missing(given, "votes", "vote")
    distinct, code = np.unique(labels, return_inverse=True)
    order = {name: k for k, name in enumerate(dict.fromkeys(names[0]))}
    on = np.array([order[name] for name in names[1]], dtype=np.int64)[present]
    table = np.zeros((len(order), len(distinct)), dtype=np.int64)
    np.add.at(table, (on, code), 1)
    best = table.argmax(axis=1)  # the first of equals is the first in sorted order
    count = table.sum(axis=1)
    ranked = np.sort(table, axis=1)
    lead = ranked[:, -1] - (ranked[:, -2] if len(distinct) > 1 else 0)
    chosen: list[Any] = [
        distinct[k].item() if n else None for k, n in zip(best, count.tolist(), strict=True)
    ]
    ballots = None
    if who is not None:
        voters = [name for name, there in zip(who, present.tolist(), strict=True) if there]
        ballots = _ballots(list(order), on.tolist(), voters, labels.tolist())
    return Majority(as_labels(list(order), "rows"), with_placeholders(chosen), count, lead, ballots)


def _without_names(votes: Any) -> tuple[Any, list[Any] | None]:
    """Lists of votes, and who cast each of them where the votes of every row are a mapping."""
    if isinstance(votes, (str, bytes, Mapping)) or not hasattr(votes, "__len__"):
        return votes, None
    entries: list[Any] = list(votes)
    if not entries or not all(isinstance(entry, Mapping) for entry in entries):
        return votes, None
    named = cast("list[Mapping[Any, Any]]", entries)
    who = [name for entry in named for name in entry]
    as_labels(who, "annotators", each="vote") if who else None
    return [list(entry.values()) for entry in named], who


def _ballots(
    rows: Sequence[Any], on: Sequence[int], who: Sequence[Any], labels: Sequence[Any]
) -> tuple[dict[Any, Any], ...]:
    found: tuple[dict[Any, Any], ...] = tuple({} for _ in rows)
    for row, name, label in zip(on, who, labels, strict=True):
        if name in found[row]:
            raise InputError(
                f"annotators has {name!r} twice for row {rows[row]!r}: keep one vote of each."
            )
        found[row][name] = label
    return found


def _of_lists(votes: Any) -> tuple[tuple[list[Any], list[Any]], list[Any]]:
    """Names of all rows, those of each vote, and the votes."""
    if isinstance(votes, (str, bytes, Mapping)) or not hasattr(votes, "__len__"):
        raise InputError("votes must be a list with the votes of each row, or pass rows with them.")
    listed: Sequence[Any] = list(votes)
    on: list[int] = []
    every: list[Any] = []
    for number, entry in enumerate(listed):
        if isinstance(entry, (str, bytes)) or not hasattr(entry, "__len__"):
            raise InputError(
                f"votes holds {entry!r} for row {number}: pass a list with the votes of each row, "
                "or the rows of a long table as rows."
            )
        inside = items_of(entry, f"votes of row {number}", "labels")
        every += inside
        on += [number] * len(inside)
    return (list(range(len(listed))), on), every


def _of_table(votes: Any, rows: Any) -> tuple[tuple[list[Any], list[Any]], list[Any]]:
    given = items_of(votes, "votes", "one label for each vote")
    names = as_labels(rows, "rows", each="vote").tolist()
    if len(names) != len(given):
        raise InputError(
            f"rows has {len(names)} entries and votes {len(given)}: pass one of each for every "
            "vote."
        )
    return (names, names), given
