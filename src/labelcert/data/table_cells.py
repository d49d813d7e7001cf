"""What the cells of a column hold: numbers, lists of numbers, names; and which ones are wrong.

All columns that cannot be features are named in one sentence, a column of numbers with the row of
its first bad cell (rows are counted from 1, the header apart).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from decimal import Decimal
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from labelcert._errors import InputError
from labelcert.data.list_text import is_list_text, list_of_text
from labelcert.data.no_label import with_placeholders
from labelcert.data.node_ids import id_text
from labelcert.data.split_words import SPLIT_WORDS
from labelcert.data.table_files import Table
from labelcert.data.vote_cells import several_votes_at
from labelcert.intake.arrays import real_array
from labelcert.intake.names import refuse_look_alikes, told_names

if TYPE_CHECKING:
    import pandas as pd

_MOST_NAMED = 12
_CALLED_ID = re.compile(r"(^|[\W_])(id|ID|Id)$|[a-z]I[dD]$")
"""How columns of identifiers end: mail_id, mailId, ID."""


def feature_matrix(table: Table, columns: Sequence[Any]) -> NDArray[np.float64]:
    """The cells of columns as numbers, (n, d); a column of lists gives as many as a list is long.

    Raises InputError, one sentence that names all bad columns.
    """
    blocks: list[NDArray[np.float64]] = []
    faults: list[str] = []
    not_numeric: list[Any] = []
    for name in columns:
        block = _numbers(table, name)
        if isinstance(block, np.ndarray):
            blocks.append(block)
        elif block:
            faults.append(block)
        else:
            not_numeric.append(name)
    if not_numeric:
        one = len(not_numeric) == 1
        called = "column" if one else "columns"
        faults.append(f"{called} {told_names(not_numeric)} {'is' if one else 'are'} not numeric")
    if faults:
        shown = faults[:_MOST_NAMED]
        if len(faults) > _MOST_NAMED:
            shown.append(f"{len(faults) - _MOST_NAMED} more columns")
        parts = next((name for name in not_numeric if _says_parts(table.frame[name])), None)
        split = "" if parts is None else f"; {parts!r} looks like a split: in the shell --split"
        raise InputError(
            f"{table.where}: {'; '.join(shown)}: {_remedy(faults, not_numeric)}, or leave out the "
            f"column with drop (in the shell --drop){_id_told(not_numeric)}{split}"
        )
    return np.column_stack(blocks)


def numeric_column(table: Table, column: Any) -> NDArray[np.float64]:
    """The numbers of one column, (n,); raises InputError as `feature_matrix` does."""
    block = _numbers(table, column, at_any_rate=True)
    if isinstance(block, np.ndarray) and block.ndim == 1:
        return block
    told = block if isinstance(block, str) and block else f"column {column!r} is not numeric"
    raise InputError(f"{table.where}: {told}: fill or correct it, or remove the row")


def is_boolean(column: pd.Series) -> bool:
    """Whether all cells that are filled are true or false."""
    from pandas.api.types import is_bool_dtype, is_object_dtype

    if is_bool_dtype(column.dtype):
        return True
    if not is_object_dtype(column.dtype):
        return False
    filled = column[column.notna()].tolist()
    return bool(filled) and all(isinstance(cell, (bool, np.bool_)) for cell in filled)


def _says_parts(column: pd.Series) -> bool:
    """Whether a column tells training from test rows."""
    found = {str(cell).strip().lower() for cell in column.dropna().unique()[:9]}
    return {"train", "test"} <= found <= set(SPLIT_WORDS)


def _remedy(faults: list[str], not_numeric: list[Any]) -> str:
    """What to do about bad cells, and about columns of something else."""
    parts = []
    if len(faults) > bool(not_numeric):
        parts.append("fill or correct the cell or remove the row")
    if not_numeric:
        parts.append("encode text as numbers (e.g. one-hot)")
    return ", ".join(parts)


def _id_told(not_numeric: Sequence[Any]) -> str:
    """The remedy for a column that is called as identifiers are; "" where none is."""
    for name in not_numeric:
        if isinstance(name, str) and _CALLED_ID.search(name):
            return f"; if {name!r} names the rows, pass id={name!r}"
    return ""


def _numbers(table: Table, name: Any, *, at_any_rate: bool = False) -> NDArray[np.float64] | str:
    """(n,) or (n, k) numbers of a column; else the sentence on its bad cell, "" without numbers.

    at_any_rate: name a bad cell also where the column holds something else than numbers.
    """
    from pandas.api.types import is_bool_dtype, is_complex_dtype, is_numeric_dtype

    column = table.frame[name]
    if is_complex_dtype(column.dtype):
        return ""
    empty = column.isna().to_numpy()
    if is_numeric_dtype(column.dtype) or is_bool_dtype(column.dtype):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        if not np.isfinite(values).all():
            return _bad_cell(column, values, empty)
        return _inexact_cell(column, values) or values
    cells = column.tolist()
    filled = [cell for cell, gone in zip(cells, empty, strict=True) if not gone]
    if filled and all(isinstance(cell, (list, tuple, np.ndarray)) for cell in filled):
        return _lists(name, cells, empty)
    if filled and all(is_list_text(cell) for cell in filled):
        return _lists(name, [list_of_text(cell) for cell in cells], empty)
    values = np.array([_number(cell, table.is_text) for cell in cells], dtype=np.float64)
    if not at_any_rate and 2 * int((np.isnan(values) & ~empty).sum()) > len(filled):
        return ""  # something else than numbers, not numbers with a slip among them
    if not np.isfinite(values).all():
        return _bad_cell(column, values, empty)
    return _inexact_cell(column, values) or values


def _number(cell: Any, is_text: bool) -> float:
    """The number that a cell holds, NaN where it holds none; text is one only in a text file."""
    if isinstance(cell, (bool, np.bool_, Real, Decimal)):
        try:
            return float(cell)
        except OverflowError:
            return math.inf
        except ValueError:  # a signaling NaN
            return math.nan
    if not (is_text and isinstance(cell, str)) or "_" in cell:
        return math.nan
    try:
        return float(cell)
    except ValueError:
        return math.nan


def _bad_cell(column: pd.Series, values: NDArray[np.float64], empty: NDArray[np.bool_]) -> str:
    bad = np.flatnonzero(~np.isfinite(values))
    row = int(bad[0])
    more = f" (and {bad.size - 1} more)" if bad.size > 1 else ""
    if empty[row]:
        return f"empty cell in column {column.name!r}, row {row + 1}{more}"
    cell = column.iloc[row]
    told = repr(cell) if isinstance(cell, str) else str(cell)
    word = "no number" if math.isnan(values[row]) else "no finite number"
    return f"column {column.name!r}, row {row + 1}: {told} is {word}{more}"


def _inexact_cell(column: pd.Series, values: NDArray[np.float64]) -> str:
    """The sentence on the first integer that its float, (n,) values, is not; "" where all are."""
    for row in np.flatnonzero(np.abs(values) >= 2**53).tolist():
        cell = column.iloc[row]
        if isinstance(cell, (int, np.integer)) and int(cell) != int(values[row]):
            return (
                f"column {column.name!r}, row {row + 1}: {cell} is an integer that a 64-bit float "
                "cannot hold"
            )
    return ""


def _lists(name: Any, cells: list[Any], empty: NDArray[np.bool_]) -> NDArray[np.float64] | str:
    """(n, k) numbers of a column whose cells are lists."""
    if empty.any():
        return f"empty cell in column {name!r}, row {int(empty.argmax()) + 1}"
    lengths = [len(cell) for cell in cells]
    if not lengths[0]:
        return f"column {name!r}, row 1: an empty list"
    rows: list[NDArray[np.float64]] = []
    for row, cell in enumerate(cells):
        if len(cell) != lengths[0]:
            return (
                f"column {name!r}, row {row + 1}: a list of {lengths[row]} where row 1 has "
                f"{lengths[0]}"
            )
        try:
            rows.append(real_array(cell, "it", "real numbers"))
            reason = "" if rows[-1].ndim == 1 else " (it is nested)"
        except InputError as error:
            reason = f" ({str(error).partition(':')[0]})"
        if reason:
            what = "a list of something else than finite numbers"
            return f"column {name!r}, row {row + 1}: {what}{reason}"
    return np.array(rows)


def labels_of(table: Table, column: Any) -> NDArray[Any]:
    """(n,) class labels as int64 or text, a placeholder where a cell is empty (see `no_label`).

    Raises InputError: names that look the same, fractions, or no label at all.
    """
    row = several_votes_at(table, column)
    if row is not None:
        raise InputError(
            f"{table.where}, column {column!r}, row {row + 1}: several votes where one label "
            f"should be: pass their majority (datasets.majority; in the shell --annotations "
            f"{column})"
        )
    cells = names_of(table, column)
    try:
        return with_placeholders(cells)
    except InputError as error:
        raise InputError(f"{table.where}, column {column!r}: {error}") from error


def names_of(table: Table, column: Any) -> list[Any]:
    """The cells of a column of names, None where one is empty, text without blanks around it.

    Raises InputError for names that look the same, as with blanks after one of them.
    """
    cells = [_decoded(cell) for cell in table.frame[column].tolist()]
    for row, cell in enumerate(cells):
        if isinstance(cell, (list, tuple, dict, np.ndarray)):
            raise InputError(
                f"{table.where}, column {column!r}, row {row + 1}: a {type(cell).__name__} where "
                "one name should be: write one."
            )
    texts = [cell for cell in cells if isinstance(cell, str)]
    refuse_look_alikes(texts, f"{table.where}, column {column!r},")
    return _stripped(table, column)


def text_ids(table: Table, column: Any) -> NDArray[np.str_]:
    """Identifiers as text, as `id_text` does; raises InputError for an empty cell."""
    require_filled(table, column)
    where = f"{table.where}, column {column!r},"
    return np.array([id_text(cell, where) for cell in _stripped(table, column)], dtype=np.str_)


def require_filled(table: Table, column: Any) -> None:
    """Raise InputError if a column has an empty cell."""
    empty = table.frame[column].isna().to_numpy()
    if empty.any():
        raise InputError(
            f"{table.where} has an empty cell in column {column!r}, row {int(empty.argmax()) + 1}: "
            "fill it or remove the row"
        )


def require_different(table: Table, ids: Sequence[str], column: Any) -> None:
    """Raise InputError if two rows have the same identifier."""
    seen: set[str] = set()
    for row, one in enumerate(ids):
        if one in seen:
            raise InputError(
                f"{table.where} lists the node {one!r} of column {column!r} again in row "
                f"{row + 1}: keep one row per node"
            )
        seen.add(one)


def _stripped(table: Table, column: Any) -> list[Any]:
    """Cells, text without blanks around it, None where one is empty; tells of blanks removed."""
    cells, padded = [], False
    series = table.frame[column]
    for cell, empty in zip(series.tolist(), series.isna().tolist(), strict=True):
        text = _decoded(cell)
        new = text.strip() if isinstance(text, str) else text
        padded |= isinstance(text, str) and new != text
        cells.append(None if empty or new == "" else new)
    told = f"blanks around the cells of column {column!r} were removed"
    if padded and told not in table.told:
        table.told.append(told)
    return cells


def _decoded(cell: Any) -> Any:
    """Bytes as the text that they are, as some writers of Parquet store it; others as they came."""
    try:
        return cell.decode() if isinstance(cell, bytes) else cell
    except UnicodeDecodeError:
        return cell
