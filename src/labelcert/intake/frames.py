"""pandas objects in the order of each other's names.

A frame or a series carries names, and to a person they say which entry is which; positions do not.
Objects with the same names are put in one order, objects with different names are refused. The
numbers 0, 1, … in this order are what pandas numbers rows with that have no names, and are none.
pandas is not imported: an object with names is one that has ``iloc``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from labelcert._errors import InputError


@dataclass(frozen=True)
class Names:
    """What some points are called, in their order, by which argument; index: a pandas Index.

    numbered: they are only numbered 0, 1, … by pandas, and have no names.
    """

    index: Any
    source: str
    numbered: bool

    def shuffled(self) -> bool:
        """Whether the names are 0 … n − 1 in another order, also written as floats or as text."""
        found = [_whole(name) for name in self.index.tolist()]
        numbers = [number for number in found if number is not None]
        order = list(range(len(found)))
        return numbers != order and sorted(numbers) == order


def square_frame(values: Any, argument: str) -> tuple[Any, Names | None]:
    """A square matrix whose columns are in the order of its rows, and the names of both.

    Raises InputError where a frame's columns are other names than its rows.
    """
    rows = _names(values, argument, 0)
    if rows is None or np.ndim(values) != 2:
        return values, None
    values, known = in_order_of(values, f"{argument}'s columns", rows, axis=1)
    if rows.numbered and known is not None and not known.numbered:
        values = values.set_axis(known.index, axis=0)
    return values, known


def in_order_of(
    values: Any, argument: str, known: Names | None, *, axis: int = 0, reorder: bool = True
) -> tuple[Any, Names | None]:
    """Values in the order of names that are known, and what is known afterwards.

    values: anything; only pandas objects have names, along `axis`. known: names of the same points,
    None where nothing tells them. reorder: False where another order is an error, since nothing
    tells which of the two orders is meant.

    Raises InputError: other names than the known ones, or names that may be numbers.
    """
    own = _names(values, argument, axis)
    if own is None:
        return values, known
    if known is None:
        return values, own
    if len(own.index) != len(known.index) or (own.numbered and known.numbered):
        return values, known
    if own.numbered or known.numbered:
        named = known if own.numbered else own
        if named.shuffled():
            other = own if own.numbered else known
            raise InputError(
                f"{named.source} numbers its entries {named.index[0]}, {named.index[1]}, … and "
                f"{other.source} 0, 1, …, so their order is not known: sort both alike, or pass "
                f"{named.source}.to_numpy() if it is."
            )
        return values, named
    at = own.index.get_indexer(known.index) if own.index.is_unique else None
    if own.index.equals(known.index):
        return values, known
    if at is None or not known.index.is_unique:
        twice = (own if at is None else known).source
        raise InputError(f"{twice} has a name twice: rename one, or pass arrays in one order.")
    if (at < 0).any():
        unknown = known.index[int(np.argmax(at < 0))]
        raise InputError(
            f"{own.source} has no entry named {unknown!r}, which {known.source} has; it has "
            f"{own.index[0]!r}, {own.index[-1]!r} and others: give both the same names, or pass "
            "arrays in one order."
        )
    if np.array_equal(at, np.arange(len(at))):
        return values, known
    if not reorder:
        raise InputError(
            f"{own.source} has the names of {known.source} in another order, and which of the two "
            "is meant nothing tells: pass them in one order."
        )
    return (values.iloc[at] if axis == 0 else values.iloc[:, at]), known


def in_order_of_features(values: Any, argument: str, features: Any) -> Any:
    """Values with one entry a node in the order of the features, by names where both have some."""
    _, known = in_order_of(features, "features", None)
    return in_order_of(values, argument, known)[0]


def aligned_nodes(adjacency: Any, features: Any, labels: Any) -> tuple[Any, Any, Any]:
    """The three parts of a graph with their nodes in one order, that of the features.

    Any of them may be a pandas object, or None where there is none. Raises InputError as
    `in_order_of`, also for another order where the features have no names.
    """
    _, known = in_order_of(features, "features", None)
    named = known is not None and not known.numbered
    if adjacency is not None:
        adjacency, _ = square_frame(adjacency, "adjacency")
        adjacency, known = in_order_of(adjacency, "adjacency", known, reorder=named)
        adjacency, _ = square_frame(adjacency, "adjacency")  # its columns follow its rows
    labels, _ = in_order_of(labels, "labels", known, reorder=named)
    return adjacency, features, labels


def is_mask(values: Any) -> bool:
    """Whether a pandas object holds booleans only, also as objects."""
    kind = str(getattr(values, "dtype", ""))
    return kind.startswith("bool") or (
        kind == "object" and all(isinstance(value, (bool, np.bool_)) for value in values)
    )


def refuse_shuffled_mask(values: Any, argument: str) -> None:
    """Raise InputError for a mask whose names number its entries in another order.

    For what takes positions: it has no names to align a mask with. pandas would, by these numbers.
    """
    names = _names(values, argument, 0)
    if names is not None and is_mask(values) and names.shuffled():
        raise InputError(
            f"{argument} numbers its entries {names.index[0]}, {names.index[1]}, …, so which "
            f"points are meant is not known: pass {argument}.sort_index() or {argument}.to_numpy()."
        )


def _whole(name: Any) -> int | None:
    """The number from 0 on that a name is, None for another name."""
    if isinstance(name, float) and name.is_integer():
        return int(name)
    if isinstance(name, str) and name.isascii() and name.isdecimal() and len(name) < 19:
        return int(name) if str(int(name)) == name else None
    return name if isinstance(name, int) and not isinstance(name, bool) else None


def _names(values: Any, argument: str, axis: int) -> Names | None:
    if not hasattr(values, "iloc") or np.ndim(values) <= axis:
        return None
    index = values.index if axis == 0 else values.columns
    whole = getattr(index.dtype, "kind", "O") in "iu" and index.nlevels == 1
    numbered = whole and bool(np.array_equal(np.asarray(index), np.arange(len(index))))
    return Names(index, argument, numbered)
