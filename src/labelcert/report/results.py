"""Certificates as reports read them: the record of a unit with what the unit is.

A row of a study's store, and a single certificate, become the same thing. Only plain data: the
content is that of `labelcert.studies.units`, the record that of `labelcert.studies.records`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from labelcert.report.curves import COLLECTIVE, SAMPLE_WISE

RATIO = "certified ratio"
ACCURACY = "certified accuracy"
ABSENT = "absent"
"""Stands for a parameter that a network does not have."""

_FIELDS = {RATIO: "certified_ratio", ACCURACY: "certified_accuracy"}
_SEEDS = ("split.seed", "dataset.seed")
_NO_CHOICE = (*_SEEDS, "version", "collective")
"""What names no choice: whether collective counts were asked for changes no other figure."""


class Quantity(NamedTuple):
    """What a curve shows: kind "sample-wise" or "collective"; RATIO or ACCURACY."""

    kind: str
    measure: str

    @property
    def told(self) -> str:
        """In words."""
        return f"{self.kind} {self.measure}"


QUANTITIES = (
    Quantity(SAMPLE_WISE, RATIO),
    Quantity(COLLECTIVE, RATIO),
    Quantity(SAMPLE_WISE, ACCURACY),
)
"""Every curve that records hold."""


@dataclass(frozen=True, eq=False)
class Result:
    """One certificate: of a data set, a model and a seed.

    dataset, model: what they are called. content: of a unit, see
    `labelcert.studies.units`; record: see `labelcert.studies.records`. files: paths of the user's
    own files by role, to load the graph again.
    """

    dataset: str
    model: str
    content: Mapping[str, Any]
    record: Mapping[str, Any]
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def seed(self) -> int:
        """Seed of the split."""
        return self.content["split"]["seed"]

    @property
    def max_flips(self) -> int:
        """Largest budget."""
        return self.record["max_flips"]

    @property
    def counted_labels(self) -> int | None:
        """Labels of which a budget is a share; None where budgets are costs."""
        return self.record["num_labeled"] if self.record["unit"] == "flips" else None

    def curve(self, quantity: Quantity) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """(max_flips + 1,) proven share and share not yet broken.

        None where collective counts were not asked for, or the true labels are not known.
        """
        if quantity.kind == COLLECTIVE:
            found = self.record["collective"]
            if found is None or quantity.measure != RATIO or self.record["num_test"] == 0:
                return None
            broken = np.array([found["broken_upper"], found["broken_lower"]], dtype=np.float64)
            lower, upper = 1.0 - broken / self.record["num_test"]
            return lower, upper
        shares = self.record[_FIELDS[quantity.measure]]
        if shares is None:
            return None
        return np.array(shares["lower"], dtype=float), np.array(shares["upper"], dtype=float)

    def average(self, quantity: Quantity, last: int | None = None) -> float | None:
        """Proven share, averaged over the budgets 1 … last (max_flips); None where there is none.

        Budget 0, of which nearly every prediction survives, is left out unless it is the only one.
        """
        curve = self.curve(quantity)
        if curve is None:
            return None
        end = self.max_flips if last is None else min(last, self.max_flips)
        return float(curve[0][min(1, end) : end + 1].mean())


def counted_labels(results: Iterable[Result]) -> int | None:
    """`Result.counted_labels` of all: None where budgets are costs for any of them."""
    counts = [result.counted_labels for result in results]
    return None if None in counts else counts[0]


def flat(content: Mapping[str, Any]) -> dict[str, Any]:
    """Content as one level, keys joined by dots: ``model.parameters.depth``."""
    found: dict[str, Any] = {}
    for key, value in content.items():
        if isinstance(value, Mapping):
            found |= {f"{key}.{name}": inner for name, inner in flat(value).items()}
        else:
            found[key] = tuple(map(str, value)) if isinstance(value, (list, tuple)) else value
    return found


def choices(content: Mapping[str, Any]) -> dict[str, Any]:
    """`flat` without seeds: what was chosen."""
    return {key: value for key, value in flat(content).items() if key not in _NO_CHOICE}


def seeds(content: Mapping[str, Any]) -> tuple[Any, ...]:
    """All seeds of a content."""
    everything = flat(content)
    return tuple(everything.get(key) for key in _SEEDS)


def told_apart(results: Iterable[Result]) -> tuple[Result, ...]:
    """The results, with longer names of models where one name stands for several.

    Two results of the same data set and model name may differ in something else than the seed,
    such as C; what differs is then added to the name.
    """
    groups: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        groups.setdefault((result.dataset, result.model), []).append(result)
    named: list[Result] = []
    for (_, model), group in groups.items():
        contents = [choices(result.content) for result in group]
        names = dict.fromkeys(key for content in contents for key in content)
        differing = [k for k in names if len({str(c.get(k, ABSENT)) for c in contents}) > 1]
        for result, content in zip(group, contents, strict=True):
            parts = [f"{short_name(k)} {told(content.get(k, ABSENT))}" for k in differing]
            named.append(replace(result, model=", ".join([model, *parts])))
    return tuple(named)


def counted_once(results: Iterable[Result]) -> tuple[Result, ...]:
    """The results without those of a unit that several studies of one store share.

    Of a data set there is one result for each content, whatever the entry "collective" says: that
    with collective counts where there is one, else the first, and it stands in the first's place.
    Studies may call a unit's model differently. It then has that of its names which most results
    have, of equally many the one that comes first. Names must be told apart before (`told_apart`):
    then a name stands for one model, and so it does after this.
    """
    everything = list(results)
    often = Counter(result.model for result in everything)  # in order of first appearance
    place = {name: (-count, i) for i, (name, count) in enumerate(often.items())}
    kept: dict[tuple[str, str], Result] = {}
    for result in everything:
        content = {k: v for k, v in result.content.items() if k != "collective"}
        key = result.dataset, json.dumps(content, sort_keys=True)
        known = kept.get(key, result)
        name = min(known.model, result.model, key=place.__getitem__)
        better = known.record["collective"] is None and result.record["collective"] is not None
        kept[key] = replace(result if better else known, model=name)
    return tuple(kept.values())


def common_budgets(results: Iterable[Result]) -> dict[str, int]:
    """The largest budget that all results of a data set have, by data set.

    Averages over budgets end there, for others could not be compared: ratios fall with the budget.
    """
    last: dict[str, int] = {}
    for result in results:
        last[result.dataset] = min(last.get(result.dataset, result.max_flips), result.max_flips)
    return last


def by_model(results: Sequence[Result]) -> dict[tuple[str, str], list[Result]]:
    """Results grouped by data set and model, in order of first appearance; seeds ascending.

    A seed that comes twice counts once, with its collective counts if one of them has some.
    """
    groups: dict[tuple[str, str], dict[int, Result]] = {}
    for result in results:
        group = groups.setdefault((result.dataset, result.model), {})
        if result.seed not in group or group[result.seed].record["collective"] is None:
            group[result.seed] = result
    return {key: [group[seed] for seed in sorted(group)] for key, group in groups.items()}


def short_name(key: str) -> str:
    """The last part of a key of `flat`, for people; "network" for the name of the model."""
    return "network" if key == "model.name" else key.rsplit(".", 1)[-1].replace("_", " ")


def told(value: object) -> str:
    """A parameter's value in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    return "none" if value is None else str(value)
