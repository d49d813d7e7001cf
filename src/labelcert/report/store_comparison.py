"""Two stores side by side: units that both have, and what changed for models that both have.

Units of one key are the same problem, so their proven intervals must overlap; where they do not,
one of them is wrong. Other units are paired by titles and seed (and C or ridge where a title has
several): the same question to another network, data set file or regularization.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.studies.agreement import contradictions
from labelcert.studies.store import Row, Store


@dataclass(frozen=True)
class Pairing:
    """One data set and model in both stores.

    seeds: pairs; budget: that ratios are taken at, None where they have none in common; accuracy,
    ratio: (first, second), means over pairs of proven shares; difference: of ratios, second less
    first, with its standard error over pairs (NaN of one).
    """

    dataset: str
    model: str
    seeds: int
    budget: int | None
    accuracy: tuple[float, float]
    ratio: tuple[float, float]
    difference: tuple[float, float]


@dataclass(frozen=True)
class Comparison:
    """same: units of one key with the same radii; tighter: of one key, where they differ because
    one search got further; contradicting: what cannot both be right, by unit; only: units of the
    first, and of the second store, that found no partner; pairings: by data set and model."""

    same: int
    tighter: int
    contradicting: tuple[str, ...]
    only: tuple[int, int]
    pairings: tuple[Pairing, ...]


def compare_stores(
    first: Store, second: Store, study: str | None = None, budget: int | None = None
) -> Comparison:
    """Compare the results of two stores; budget: 1 unless given.

    Raises InputError: no such study in either, or no results in one of them.
    """
    left, right = (_results(store, study) for store in (first, second))
    pairs, only = _paired(left, right)
    counts: Counter[str] = Counter()
    contradicting: list[str] = []
    for a, b in pairs:
        if a.key != b.key:
            continue
        found = contradictions(_record(a), _record(b))
        contradicting += [f"{_told(a)}: {sentence}" for sentence in found]
        ends = [[_record(row)[name] for name in ("radius", "radius_upper")] for row in (a, b)]
        counts["same" if ends[0] == ends[1] else "tighter"] += not found
    groups: dict[tuple[str, str], list[tuple[Row, Row]]] = {}
    for a, b in pairs:
        groups.setdefault((a.dataset, a.model), []).append((a, b))
    pairings = tuple(_pairing(*name, group, budget) for name, group in groups.items())
    return Comparison(counts["same"], counts["tighter"], tuple(contradicting), only, pairings)


def _results(store: Store, study: str | None) -> list[Row]:
    known = store.studies()
    if study is not None and study not in known:
        raise InputError(
            f"study {study!r} is not in store {str(store.path)!r}: it holds {', '.join(known)}."
        )
    rows = {row.key: row for row in store.rows(study) if row.record is not None}
    if not rows:
        raise InputError(f"store {str(store.path)!r} holds no results yet: run a study into it.")
    return list(rows.values())


_Name = Callable[[Row], tuple[Any, ...]]


def _paired(
    left: Sequence[Row], right: Sequence[Row]
) -> tuple[list[tuple[Row, Row]], tuple[int, int]]:
    """Pairs by key, then by titles and seed, then by learner too; never one row twice."""
    names: tuple[_Name, ...] = (
        lambda row: (row.key,),
        lambda row: (row.dataset, row.model, _content(row)["split"]["seed"]),
        lambda row: (
            row.dataset, row.model, _content(row)["split"]["seed"],
            *sorted(_content(row)["learner"].items()),
        ),
    )  # fmt: skip
    pairs: list[tuple[Row, Row]] = []
    rest = list(left), list(right)
    for name in names:
        mine, theirs = (_alone(rows, name) for rows in rest)
        both = mine.keys() & theirs.keys()
        pairs += [(row, theirs[name(row)]) for row in rest[0] if _in(row, name, mine, both)]
        rest = (
            [row for row in rest[0] if not _in(row, name, mine, both)],
            [row for row in rest[1] if not _in(row, name, theirs, both)],
        )
    return pairs, (len(rest[0]), len(rest[1]))


def _alone(rows: Sequence[Row], name: _Name) -> dict[tuple[Any, ...], Row]:
    """The rows whose name no other one has."""
    counts = Counter(map(name, rows))
    return {name(row): row for row in rows if counts[name(row)] == 1}


def _in(row: Row, name: _Name, alone: dict[tuple[Any, ...], Row], both: Any) -> bool:
    return name(row) in both and alone[name(row)] is row


def _pairing(
    dataset: str, model: str, pairs: Sequence[tuple[Row, Row]], budget: int | None
) -> Pairing:
    largest = min(_record(row)["max_flips"] for pair in pairs for row in pair)
    at = 1 if budget is None else budget
    accuracy = np.array([[_record(row)["accuracy"] for row in pair] for pair in pairs])
    nothing = (np.nan, np.nan)
    if at > largest:
        means = tuple(accuracy.mean(axis=0).tolist())
        return Pairing(dataset, model, len(pairs), None, means, nothing, nothing)
    ratio = np.array(
        [[_record(row)["certified_ratio"]["lower"][at] for row in pair] for pair in pairs]
    )
    change = ratio[:, 1] - ratio[:, 0]
    error = change.std(ddof=1) / np.sqrt(len(change)) if len(change) > 1 else np.nan
    return Pairing(
        dataset, model, len(pairs), at, tuple(accuracy.mean(axis=0).tolist()),
        tuple(ratio.mean(axis=0).tolist()), (float(change.mean()), float(error)),
    )  # fmt: skip


def _record(row: Row) -> dict[str, Any]:
    assert row.record is not None
    return row.record


def _content(row: Row) -> dict[str, Any]:
    assert row.content is not None
    return row.content


def _told(row: Row) -> str:
    return f"{row.dataset}, {row.model}, seed {_content(row)['split']['seed']}"
