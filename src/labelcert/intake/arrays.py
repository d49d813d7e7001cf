"""Real, finite matrices: dense, or sparse where that is welcome."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from labelcert._errors import InputError
from labelcert.intake.items import as_plain_array
from labelcert.intake.missing import is_missing
from labelcert.intake.numbers import told

FloatArray = NDArray[np.float64]

_EXACT = 2**53
"""Up to here float64 holds every integer."""


def dense_matrix(values: Any, argument: str, *, single: bool = False) -> NDArray[Any]:
    """A finite real matrix as C-ordered float64; other floats are converted, but for float32 where
    single says that it may stay so.

    Raises InputError: sparse, not two-dimensional, complex, text, dates, a masked or missing entry,
    NaN or infinity, or an integer that float64 cannot hold.
    """
    if sparse.issparse(values):
        raise InputError(f"{argument} is a sparse matrix: pass {argument}.toarray().")
    matrix = real_array(values, argument, single=single)
    if matrix.ndim != 2:
        raise InputError(f"{argument} has {matrix.ndim} dimension(s): pass a 2-d array.")
    return np.ascontiguousarray(matrix)


def is_read_as_it_is(values: Any) -> bool:
    """Whether `dense_matrix` makes no copy of a matrix where single is allowed."""
    return (
        type(values) is np.ndarray
        and values.dtype in (np.float32, np.float64)
        and values.flags.c_contiguous
    )


def real_array(
    values: Any, argument: str, wanted: str = "a matrix of real numbers", *, single: bool = False
) -> NDArray[Any]:
    """A finite real array of any shape as float64, as `dense_matrix`; wanted: what to pass."""
    given: Any = values
    if isinstance(values, np.ma.MaskedArray):
        hidden = np.ma.getmaskarray(values)
        if hidden.any():
            raise InputError(
                f"{argument} has a masked entry at {_first(hidden)}: fill it with filled(…), or "
                "leave its row out."
            )
        given = values.data
    array: NDArray[Any] = as_plain_array(given, argument)
    if array.ndim == 0:
        raise InputError(f"{argument} is no array: pass {wanted}.")
    if array.dtype.kind == "O":
        array = _of_objects(array, argument, wanted)
    if array.dtype.kind not in "biuf":
        kind = "text" if array.dtype.kind in "SUT" else f"values of type {array.dtype}"
        raise InputError(f"{argument} holds {kind}: pass {wanted}.")
    if array.dtype.kind in "iu" and array.dtype.itemsize == 8 and array.size:
        _refuse_inexact(array, argument)
    kept = np.float32 if single and array.dtype == np.float32 else np.float64
    with np.errstate(over="ignore"):
        result: NDArray[Any] = array.astype(kept, copy=False)
    refuse_infinite(result, argument)
    return result


def sparse_matrix(values: Any, argument: str) -> sparse.csr_array:
    """A finite real SciPy matrix as float64 CSR, which may share its memory with the input.

    Raises InputError: complex, not finite, or indices that do not fit the shape.
    """
    if values.dtype.kind not in "biuf":
        raise InputError(f"{argument} holds values of type {values.dtype}: pass real numbers.")
    try:
        matrix = sparse.csr_array(values, dtype=np.float64)
        matrix.check_format(full_check=True)
    except (ValueError, TypeError, IndexError) as error:
        raise InputError(
            f"{argument} is not a valid sparse matrix ({error}): rebuild it, for example with "
            "scipy.sparse.coo_array."
        ) from error
    refuse_infinite(matrix.data, argument)
    return matrix


def refuse_infinite(array: NDArray[Any], argument: str) -> None:
    """Raise InputError where an entry is NaN or infinite."""
    finite = np.isfinite(array)
    if not finite.all():
        where = f", the first at {_first(~finite)}" if array.ndim == 2 else ""
        raise InputError(
            f"{argument} has non-finite entries{where}: fill or remove the NaN or infinite values."
        )


def _of_objects(array: NDArray[Any], argument: str, wanted: str) -> NDArray[Any]:
    """Entries of any kind, each looked at, as float64."""
    result = np.empty(array.shape, dtype=np.float64)
    for at, value in np.ndenumerate(array):
        where = f"at {_place(at)}"
        if is_missing(value):
            raise InputError(
                f"{argument} has a missing value {where}: fill it, or leave its row out."
            )
        if not isinstance(value, (int, float, np.number, np.bool_, Fraction, Decimal)) or (
            isinstance(value, np.complexfloating)
        ):
            raise InputError(
                f"{argument} holds {told(value)} of type {type(value).__name__} {where}: pass "
                f"{wanted}."
            )
        try:
            result[at] = float(value)
        except OverflowError:
            raise InputError(f"{argument} has a number too large for a float {where}.") from None
        if (
            isinstance(value, (int, np.integer))
            and abs(value) > _EXACT
            and int(result[at]) != int(value)
        ):
            raise _inexact(argument, where)
    return result


def _refuse_inexact(array: NDArray[Any], argument: str) -> None:
    large = (array > _EXACT) | (array < -_EXACT if array.dtype.kind == "i" else False)
    for at in np.argwhere(large):
        if float(array[tuple(at)]) != int(array[tuple(at)]):
            raise _inexact(argument, f"at {_place(tuple(at))}")


def _inexact(argument: str, where: str) -> InputError:
    return InputError(
        f"{argument} has an integer {where} that a 64-bit float cannot hold: scale it down."
    )


def _first(mask: NDArray[np.bool_]) -> str:
    return _place(tuple(np.argwhere(mask)[0]))


def _place(at: tuple[Any, ...]) -> str:
    if len(at) == 2:
        return f"row {int(at[0])}, column {int(at[1])}"
    return f"position {', '.join(str(int(i)) for i in at)}"
