"""A one-dimensional sequence of any library, as a list of Python objects.

`numpy.asarray` gives a sequence one type, and bends what does not have it: None becomes the text
"None" or NaN, large integers become floats, and 1 beside "1" becomes "1". So the entries are taken
one by one, as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import Any

import numpy as np
from scipy import sparse

from labelcert._errors import InputError
from labelcert.intake.numbers import told


def items_of(values: Any, argument: str, wanted: str) -> list[Any]:
    """The entries of a sequence in their order, as Python objects where Python has such.

    Lists, tuples, NumPy arrays (masked entries become None), pandas, polars and PyArrow columns,
    tensors. wanted: what to pass, such as "one label for each point". Raises InputError: not
    one-dimensional, without an order, or to be read once only.
    """
    if isinstance(values, (str, bytes, bytearray, memoryview)) or not _is_listed(values):
        raise InputError(f"{argument}={told(values)} is a single value: pass {wanted}.")
    if isinstance(values, (Mapping, Set)):
        raise InputError(
            f"{argument} is a {type(values).__name__}, which has no order: pass {wanted}, in a "
            "list or an array."
        )
    if isinstance(values, Iterator):
        raise InputError(
            f"{argument} is a {type(values).__name__}, which can be read once only: pass {wanted}, "
            "in a list or an array."
        )
    shape = getattr(values, "shape", None)
    if sparse.issparse(values) or (isinstance(shape, tuple) and len(shape) != 1):
        kind = "sparse" if sparse.issparse(values) else f"{len(shape or ())}-dimensional"
        raise InputError(f"{argument} has shape {tuple(shape or ())} and is {kind}: pass {wanted}.")
    entries = [plain(entry) for entry in _entries(values, argument)]
    for position, entry in enumerate(entries):
        if isinstance(entry, (list, tuple, np.ndarray, Mapping, Set)):
            raise InputError(
                f"{argument} is nested, with a {type(entry).__name__} at position {position}: pass "
                f"{wanted}."
            )
    return entries


def _is_listed(values: Any) -> bool:
    if getattr(values, "shape", None) == ():
        return False
    return hasattr(values, "__len__") or isinstance(values, Iterator) or hasattr(values, "shape")


def _entries(values: Any, argument: str) -> list[Any]:
    if isinstance(values, np.ma.MaskedArray):
        hidden = np.ma.getmaskarray(values).tolist()
        return [
            None if mask else entry
            for entry, mask in zip(_of_array(values.data), hidden, strict=True)
        ]
    if isinstance(values, np.ndarray):
        return _of_array(values)
    if isinstance(values, (list, tuple, range)):
        return list(values)
    for name in ("to_pylist", "to_list", "tolist"):  # PyArrow; pandas and polars; pandas
        if hasattr(values, name) and (name != "tolist" or hasattr(values, "isna")):
            return list(getattr(values, name)())
    if hasattr(values, "__array__"):
        return _of_array(as_plain_array(values, argument))
    return list(values)


def as_plain_array(values: Any, argument: str) -> np.ndarray:
    """`numpy.asarray`, whose errors become an InputError."""
    try:
        return np.asarray(values)
    except (TypeError, ValueError, RuntimeError) as error:
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise InputError(
            f"{argument} cannot be read as an array ({reason[0].rstrip('.')}): pass a NumPy array "
            "or rows of equal length."
        ) from error


def _of_array(array: np.ndarray) -> list[Any]:
    # tolist() would turn dates into bare numbers.
    return list(array) if array.dtype.kind in "mM" else array.tolist()


def plain(entry: Any) -> Any:
    """NumPy scalars and tensors of no dimension as what they hold; a masked one as None."""
    if entry is np.ma.masked:
        return None
    if isinstance(entry, (np.datetime64, np.timedelta64, np.floating)):
        return entry
    if getattr(entry, "shape", None) == () and hasattr(entry, "item"):
        return entry.item()
    return entry
