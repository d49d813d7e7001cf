"""Which columns of a table are features, and which are left out and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from labelcert._errors import InputError
from labelcert.data.table_cells import is_boolean
from labelcert.data.table_files import Table
from labelcert.data.table_header import has_no_name, numbers_rows
from labelcert.intake.names import near_miss, told_names

if TYPE_CHECKING:
    import pandas as pd

LABEL, ID = "label (in the shell --label)", "id (in the shell --id)"
"""What names a column, for remedies."""

ID_NAMES = ("id", "ID", "Id")
"""What a column of identifiers is usually called."""

_ASK = "name it in features (in the shell --features) to use it"


def require_column(table: Table, column: Any, option: str = "") -> str:
    """The name of a column, blanks around it ignored; raises InputError if a table lacks it.

    option: what names the column, for the remedy.
    """
    columns = table.frame.columns.tolist()
    if isinstance(column, str) and column not in columns:
        column = column.strip()
    if column not in columns:
        names = ", ".join(str(name) for name in columns[:12])
        more = ", …" if len(columns) > 12 else ""
        near = near_miss(str(column), [name for name in columns if isinstance(name, str)])
        meant = f"; did you mean {near!r}?" if near else ""
        remedy = f"{' Name' if near else '; name'} the column with {option}" if option else ""
        read = "".join(f" ({told})" for told in table.told)
        raise InputError(
            f"{table.where} has no column {column!r}: it has {names}{more}{meant}{remedy}{read}"
        )
    return column


def listed(names: str | Sequence[str]) -> list[str]:
    """Names, of which a single one may be given alone."""
    return [names] if isinstance(names, str) else list(names)


def feature_columns(
    table: Table,
    taken: Sequence[Any],
    drop: str | Sequence[str],
    features: str | Sequence[str] | None,
) -> list[Any]:
    """Choose the feature columns, and tell which others were left out.

    taken: columns with another use (the label first, identifiers). drop, features: see
    `from_table`. Raises InputError: a column that is not there, or is named for two uses.
    """
    dropped = [require_column(table, name) for name in listed(drop)]
    if taken[0] in dropped:
        raise InputError(f"drop names the label column {taken[0]!r}: leave it in")
    rest = [name for name in table.frame.columns if name not in taken and name not in dropped]
    if features is not None:
        return _asked(table, listed(features), taken, dropped, rest)
    left_out = {name: _why_left_out(table, name) for name in rest}
    reasons = dict.fromkeys(dropped, "as asked")
    reasons |= {name: reason for name, reason in left_out.items() if reason}
    if reasons:
        table.told.append(_told(reasons))
    return [name for name in rest if not left_out[name]]


def _asked(
    table: Table, features: list[str], taken: Sequence[Any], dropped: list[Any], rest: list[Any]
) -> list[Any]:
    chosen = [require_column(table, name) for name in features]
    for name in chosen:
        if name in dropped:
            raise InputError(f"features and drop both name {name!r}: name it in one of them")
        if name == taken[0]:
            raise InputError(f"features names the label column {name!r}: leave it out")
        if chosen.count(name) > 1:
            raise InputError(f"features names {name!r} twice: name it once")
    if not chosen:
        raise InputError("features names no column: name at least one, or leave it out")
    left_out = [name for name in (*dropped, *rest) if name not in chosen]
    if left_out:
        table.told.append(f"left out: {told_names(left_out)} (not among the features asked for)")
    return chosen


def _why_left_out(table: Table, name: Any) -> str:
    """Why a column is no feature unasked; "" where it is one."""
    if has_no_name(name):
        return f"no name; {_ASK}"
    if name in table.levels:
        return f"index; {_ASK}"
    if numbers_rows(table.frame, name):
        return f"row numbers; {_ASK}"
    if is_boolean(table.frame[name]):
        return f"true or false; {_ASK}"
    return ""


def _told(reasons: dict[Any, str]) -> str:
    """Names of columns, those with the same reason together."""
    together: dict[str, list[Any]] = {}
    for name, reason in reasons.items():
        together.setdefault(reason, []).append(name)
    parts = [
        f"{told_names(names)} ({reason if len(names) == 1 else reason.replace(' it ', ' them ')})"
        for reason, names in together.items()
    ]
    return "left out: " + ", ".join(parts)


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
