"""Which columns of a table are features, and which are left out and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from labelcert._errors import InputError
from labelcert.data.table_cells import is_boolean
from labelcert.data.table_files import Table
from labelcert.data.table_header import has_no_name, numbers_rows
from labelcert.intake.items import plain
from labelcert.intake.names import near_miss, told_names
from labelcert.intake.numbers import told

if TYPE_CHECKING:
    import pandas as pd

ID_NAMES = ("id", "ID", "Id")
"""What a column of identifiers is usually called."""


def require_column(table: Table, column: Any, option: str = "") -> str:
    """The name of a column, blanks around it ignored; raises InputError if a table lacks it.

    option: what names the column, for the remedy; label and id are options of the shell too.
    """
    columns = table.frame.columns.tolist()
    if isinstance(column, str) and column not in columns:
        column = column.strip()
    if column not in columns:
        names = ", ".join(str(name) for name in columns[:12])
        more = ", …" if len(columns) > 12 else ""
        near = near_miss(str(column), [name for name in columns if isinstance(name, str)])
        remedy = f"; did you mean {near!r}?" if near else ""
        if option:
            shell = f" (in the shell --{option})" if option in ("label", "id") else ""
            remedy += f" Pass {option}={near!r}{shell}" if near else f"; pass {option}=…{shell}"
        read = "".join(f" ({told})" for told in table.told)
        raise InputError(
            f"{table.where} has no column {column!r}: it has {names}{more}{remedy}{read}"
        )
    return column


def listed(names: Any, option: str) -> list[Any]:
    """Names of columns: one alone, several, or None for none; raises InputError."""
    if names is None:
        return []
    if isinstance(names, str):
        return [names]
    if not isinstance(names, Iterable) or isinstance(names, (bytes, Mapping)):
        raise InputError(f"{option}={told(names)} is no list: pass a list of names of columns")
    given: Iterable[Any] = names
    return [plain(name) for name in given]


def _asked_column(table: Table, name: Any, option: str) -> str:
    """`require_column` for what drop or keep names; several names in one text are told apart."""
    columns = table.frame.columns.tolist()
    parts = [part.strip() for part in name.split(",")] if isinstance(name, str) else []
    if len(parts) > 1 and name.strip() not in columns and any(part in columns for part in parts):
        shell = " ".join(f"--{option} {part}" for part in parts)
        raise InputError(
            f"{option}={name!r} names several columns in one text: name them one by one "
            f"with {option} (in the shell {shell})"
        )
    return require_column(table, name)


def feature_columns(
    table: Table, taken: Sequence[Any], drop: Sequence[Any], keep: Sequence[Any]
) -> list[Any]:
    """Choose the feature columns, and tell which others were left out.

    taken: columns with another use (the label first, identifiers). drop, keep: see `from_table`.
    Raises InputError: a column that is not there, or is named for two uses.
    """
    dropped = [_asked_column(table, name, "drop") for name in drop]
    kept = [_asked_column(table, name, "keep") for name in keep]
    for option, names in (("drop", dropped), ("keep", kept)):
        if taken[0] in names:
            raise InputError(f"{option} names the label column {taken[0]!r}: leave it out there")
    both = next((name for name in kept if name in dropped), None)
    if both is not None:
        raise InputError(f"drop and keep both name {both!r}: name it in one of them")
    chosen: list[Any] = []
    reasons: dict[str, list[Any]] = {"as asked": dropped}
    for name in table.frame.columns:
        if name in kept:
            chosen.append(name)
        elif name not in dropped and name not in taken:
            reason = _why_left_out(table, name)
            (reasons.setdefault(reason, []) if reason else chosen).append(name)
    if any(reasons.values()):
        table.told.append(_told(reasons))
    return chosen


def _why_left_out(table: Table, name: Any) -> str:
    """Why a column is no feature unasked; "" where it is one."""
    if has_no_name(name):
        return "no name"
    if name in table.levels:
        return "index"
    if numbers_rows(table.frame, name):
        return "row numbers"
    return "true or false" if is_boolean(table.frame[name]) else ""


def _told(reasons: dict[str, list[Any]]) -> str:
    parts = [f"{told_names(names)} ({reason})" for reason, names in reasons.items() if names]
    unasked = any(names for reason, names in reasons.items() if reason != "as asked")
    return f"left out: {', '.join(parts)}" + (", unless named in keep (--keep)" if unasked else "")


def default_ids(table: Table, label: Any, used: Sequence[str]) -> Any:
    """The column that names the rows of a plain table unasked, None where there is none.

    That is the index of a frame, or a column called id: integers or text, for what else is called
    so may be a feature. used: columns that were asked for, or asked to be left out.
    """
    columns = table.frame.columns
    level = table.levels if len(table.levels) == 1 else ()
    for name in (*level, *(name for name in columns if name in ID_NAMES)):
        if name not in (label, *used) and _names_rows(table.frame[name]):
            return name
    return None


def _names_rows(column: pd.Series) -> bool:
    from pandas.api.types import is_bool_dtype, is_integer_dtype, is_string_dtype

    if is_bool_dtype(column.dtype):
        return False
    return is_integer_dtype(column.dtype) or is_string_dtype(column)
