"""Read tables: CSV, TSV, Parquet or pandas frames, and the columns of a data set in them."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from labelcert._errors import InputError
from labelcert.data.graph import Graph
from labelcert.data.labels import as_labels

if TYPE_CHECKING:
    import pandas as pd

CSV_SUFFIXES = (".csv", ".tsv")
PARQUET_SUFFIXES = (".parquet", ".pq")


def from_table(
    table: str | os.PathLike[str] | pd.DataFrame,
    *,
    label: str = "label",
    id: str | None = None,
    drop: Sequence[str] = (),
    name: str | None = None,
) -> Graph:
    """Read a plain table, one row per point, for networks without a graph.

    Args:
        table: a CSV, TSV or Parquet file, or a pandas frame.
        label: column of the class labels. All other columns are features and must be numeric.
        id: column of identifiers, integers or text; they become the graph's ``node_ids``.
        drop: columns to leave out (dates, free text).
        name: name of the graph; None takes the file name.

    Returns:
        A graph without edges, (n, d) dense features in the order of the columns.

    Raises:
        InputError: the file cannot be read, a column is missing, not numeric or has empty cells.
    """
    frame, where = read_table(table, "table", text_columns=() if id is None else (id,))
    ids = None
    if id is not None:
        require_column(frame, id, where)
        if id == label:
            raise InputError(f"id names the label column {label!r}: name another column")
        ids = text_ids(frame, id, where)
        require_different(ids.tolist(), id, where)
        drop = [id, *([drop] if isinstance(drop, str) else drop)]
    labels, features = labels_and_features(frame, label, drop, where)
    if features is None:
        raise InputError(f"{where} has no feature columns: add numeric columns beside {label!r}")
    no_graph: Any = None
    return Graph(features, no_graph, labels, name or table_name(table), node_ids=ids)


def read_table(
    table: str | os.PathLike[str] | pd.DataFrame,
    argument: str,
    *,
    text_columns: Sequence[str] = (),
) -> tuple[pd.DataFrame, str]:
    """Return a table as a frame, and how to call it in messages.

    Args:
        table: path of a ``.csv``, ``.tsv``, ``.parquet`` or ``.pq`` file, or a frame.
        argument: name of the argument, for messages.
        text_columns: columns of a CSV file to keep as text (identifiers such as ``007``).

    Raises:
        InputError: no such file, another suffix, a file that cannot be parsed, no rows, or columns
            with the same name.
    """
    import pandas as pd

    if isinstance(table, pd.DataFrame):
        frame, where = table, argument
    else:
        path = Path(table)
        where = f"{argument} {str(path)!r}"
        if not path.is_file():
            raise InputError(f"{where} is no file: check the spelling")
        frame = _parse(path, where, dict.fromkeys(text_columns, str))
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()][0]
        raise InputError(f"{where} has two columns named {twice!r}: rename one")
    return frame, where


def _parse(path: Path, where: str, types: Any) -> pd.DataFrame:
    import pandas as pd

    suffix = path.suffix.lower()
    if suffix not in CSV_SUFFIXES + PARQUET_SUFFIXES:
        known = ", ".join(CSV_SUFFIXES + PARQUET_SUFFIXES)
        raise InputError(f"{where} has the suffix {suffix!r}: pass a file with one of {known}")
    try:
        if suffix in PARQUET_SUFFIXES:
            return pd.read_parquet(path, engine="pyarrow")
        with warnings.catch_warnings():
            # A warning here means that cells were lost (rows longer than the header).
            warnings.simplefilter("error", pd.errors.ParserWarning)
            # Only an empty cell is missing: "NA" or "None" may well be the name of a class.
            return pd.read_csv(
                path,
                sep="," if suffix == ".csv" else "\t",
                dtype=types,
                keep_default_na=False,
                na_values=[""],
                index_col=False,
                low_memory=False,
            )
    except Exception as error:  # pandas and pyarrow raise their own types for a damaged file
        reason = str(error).strip().splitlines()[0] if str(error).strip() else "no content"
        raise InputError(f"{where} cannot be read ({reason}): mend or write it again") from error


def labels_and_features(
    frame: pd.DataFrame, label: str, drop: Sequence[str], where: str
) -> tuple[NDArray[Any], NDArray[np.float64] | None]:
    """Return the (n,) labels and the (n, d) features of a frame, None where no column is left.

    Raises:
        InputError: a column is missing, empty in places or not numeric.
    """
    drop = [drop] if isinstance(drop, str) else list(drop)
    for column in (label, *drop):
        require_column(frame, column, where)
    if len(frame) == 0:
        raise InputError(f"{where} has no rows: pass at least one")
    if label in drop:
        raise InputError(f"drop names the label column {label!r}: leave it in")
    require_filled(frame, label, where)
    try:
        labels = as_labels(frame[label].to_numpy())
    except InputError as error:
        raise InputError(f"{where}, column {label!r}: {error}") from error
    columns = [column for column in frame.columns if column != label and column not in drop]
    for column in columns:
        _require_numeric(frame, column, where)
    return labels, frame[columns].to_numpy(dtype=np.float64) if columns else None


def require_column(frame: pd.DataFrame, column: str, where: str) -> None:
    """Raise InputError if a frame lacks a column."""
    if column not in frame.columns:
        names = ", ".join(str(name) for name in frame.columns[:12])
        more = ", …" if len(frame.columns) > 12 else ""
        raise InputError(f"{where} has no column {column!r}: it has {names}{more}")


def require_filled(frame: pd.DataFrame, column: str, where: str) -> None:
    """Raise InputError if a column has an empty cell (rows are counted from 1, header apart)."""
    empty = frame[column].isna().to_numpy()
    if empty.any():
        raise InputError(
            f"{where} has an empty cell in column {column!r}, row {int(empty.argmax()) + 1}: "
            "fill it or remove the row"
        )


def text_ids(frame: pd.DataFrame, column: str, where: str) -> NDArray[np.str_]:
    """Identifiers as text; whole floats (a Parquet habit) read like the integers they are.

    Raises InputError for an empty cell.
    """
    require_filled(frame, column, where)
    values = frame[column].to_numpy()
    if values.dtype.kind == "f" and np.array_equal(values, np.floor(values)):
        values = values.astype(np.int64)
    return np.array([str(value) for value in values.tolist()], dtype=np.str_)


def require_different(ids: Sequence[str], column: str, where: str) -> None:
    """Raise InputError if two rows have the same identifier."""
    seen: set[str] = set()
    for row, one in enumerate(ids):
        if one in seen:
            raise InputError(
                f"{where} lists the node {one!r} of column {column!r} again in row {row + 1}: keep "
                "one row per node"
            )
        seen.add(one)


def table_name(table: str | os.PathLike[str] | pd.DataFrame) -> str:
    """Return the file name without suffix, or ``table`` for a frame."""
    return Path(table).stem if isinstance(table, (str, os.PathLike)) else "table"


def _require_numeric(frame: pd.DataFrame, column: Any, where: str) -> None:
    from pandas.api.types import is_bool_dtype, is_complex_dtype, is_numeric_dtype

    kind = frame[column].dtype
    if is_complex_dtype(kind) or not (is_numeric_dtype(kind) or is_bool_dtype(kind)):
        raise InputError(
            f"{where} has the column {column!r}, which is not numeric: encode it as numbers (e.g. "
            "one-hot), or leave it out with drop (in the shell --drop)"
        )
    require_filled(frame, column, where)
