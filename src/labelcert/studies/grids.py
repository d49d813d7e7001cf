"""Fixed, grid and zipped parameters, and the combinations they stand for."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labelcert.studies.faults import Fault
from labelcert.studies.spec_yaml import Path


@dataclass(frozen=True)
class Combination:
    """One choice of parameters.

    values: by name; varying: the names whose values differ between combinations, in the order of
    the file; where: the entry that each value stands in.
    """

    values: dict[str, Any]
    varying: tuple[str, ...]
    where: dict[str, Path]

    def told(self) -> str:
        """The varying parameters in words, as "depth 2, alpha 0.1"; empty where there are none."""
        return ", ".join(f"{name} {_value(self.values[name])}" for name in self.varying)


def combinations(
    fixed: Mapping[str, Any],
    grid: Mapping[str, Sequence[Any]],
    zipped: Mapping[str, Sequence[Any]],
    at: Path,
) -> list[Combination]:
    """Every combination of the grid with every row of the zipped lists; fixed values in all.

    The last parameter of the grid changes fastest, and the zipped rows slowest. at: the entry
    that holds the three. Raises Fault: a parameter in two of them, an empty list, or zipped lists
    of different lengths.
    """
    _check(fixed, grid, zipped, at)
    rows = list(zip(*zipped.values(), strict=True)) if zipped else [()]
    varying = tuple(
        name for part in (zipped, grid) for name, values in part.items() if len(values) > 1
    )
    found: list[Combination] = []
    for i, row in enumerate(rows):
        for chosen in itertools.product(*(enumerate(values) for values in grid.values())):
            values = dict(fixed) | dict(zip(zipped, row, strict=True))
            where: dict[str, Path] = {name: (*at, "fixed", name) for name in fixed}
            where |= {name: (*at, "zipped", name, i) for name in zipped}
            for name, (k, value) in zip(grid, chosen, strict=True):
                values[name], where[name] = value, (*at, "grid", name, k)
            found.append(Combination(values, varying, where))
    return found


def _check(
    fixed: Mapping[str, Any],
    grid: Mapping[str, Sequence[Any]],
    zipped: Mapping[str, Sequence[Any]],
    at: Path,
) -> None:
    seen = dict.fromkeys(fixed, "fixed")
    for part, entries in (("grid", grid), ("zipped", zipped)):
        for name, values in entries.items():
            if name in seen:
                raise Fault(
                    (*at, part, name), f"is also under {seen[name]}: keep it in one of them."
                )
            seen[name] = part
            if not values:
                raise Fault((*at, part, name), "is an empty list: name at least one value.")
            if part == "grid" and len(set(map(repr, values))) < len(values):
                raise Fault((*at, part, name), "names a value twice: keep each once.")
    lengths = {name: len(values) for name, values in zipped.items()}
    for name, length in lengths.items():
        first = next(iter(lengths))
        if length != lengths[first]:
            raise Fault(
                (*at, "zipped", name),
                f"has {length} values and {first} has {lengths[first]}: zipped lists go together "
                "and need the same length.",
            )


def _value(value: object) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return "none" if value is None else str(value)
