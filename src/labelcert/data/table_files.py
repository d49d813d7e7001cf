"""Read tables: CSV, TSV, Parquet or pandas frames, as one `Table` with clean column names."""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labelcert._errors import InputError
from labelcert.data.table_header import clean_names, with_index_levels
from labelcert.data.table_text import delimited
from labelcert.data.text_files import read_text

if TYPE_CHECKING:
    import pandas as pd

CSV_SUFFIXES = (".csv", ".tsv")
PARQUET_SUFFIXES = (".parquet", ".pq")


@dataclass(frozen=True, eq=False)
class Table:
    """A table and what there is to say about how it was read.

    frame: columns have different names, those that are text without blanks around them. where: how
    to call the table in messages. is_text: whether the cells were text before (CSV, TSV). levels:
    columns that were levels of the frame's index. told: sentences for `Graph.notes`, which grow
    while columns are read.
    """

    frame: pd.DataFrame
    where: str
    is_text: bool = False
    levels: frozenset[Any] = frozenset()
    told: list[str] = field(default_factory=list)


def read_table(
    table: str | os.PathLike[str] | pd.DataFrame | Table,
    argument: str,
    *,
    text_columns: Sequence[str] = (),
) -> Table:
    """Read a table.

    Args:
        table: path of a ``.csv``, ``.tsv``, ``.parquet`` or ``.pq`` file, or a frame. Named levels
            of a frame's index, also of one written to Parquet, are columns. A table that was read
            is returned.
        argument: name of the argument, for messages.
        text_columns: columns of a CSV file to keep as text (classes and identifiers such as
            ``007``).

    Raises:
        InputError: no such file, another suffix, a file that cannot be parsed, or columns with the
            same name.
    """
    import pandas as pd

    if isinstance(table, Table):
        return table
    if isinstance(table, pd.DataFrame):
        return _of_frame(table, argument)
    if not isinstance(table, (str, os.PathLike)):
        frame = f"{argument}.to_pandas()" if hasattr(table, "to_pandas") else "a pandas frame"
        raise InputError(
            f"{argument} is of type {type(table).__name__}: pass the path of a file, or {frame}"
        )
    path = Path(table)
    where = f"{argument} {str(path)!r}"
    if path.is_dir():
        raise InputError(f"{where} is a folder: pass a file in it")
    if not path.is_file():
        raise InputError(f"{where} is no file: check the spelling")
    suffix = path.suffix.lower()
    if suffix in CSV_SUFFIXES:
        return _of_text(path, "," if suffix == ".csv" else "\t", where, text_columns)
    if suffix in PARQUET_SUFFIXES:
        return _of_frame(_parsed(where, lambda: pd.read_parquet(path, engine="pyarrow")), where)
    known = ", ".join(CSV_SUFFIXES + PARQUET_SUFFIXES)
    raise InputError(f"{where} has the suffix {suffix!r}: pass a file with one of {known}")


def table_name(table: str | os.PathLike[str] | pd.DataFrame | Table) -> str:
    """Return the file name without suffix, or ``table`` for a frame."""
    return Path(table).stem if isinstance(table, (str, os.PathLike)) else "table"


def _of_frame(frame: pd.DataFrame, where: str) -> Table:
    frame, levels = with_index_levels(frame, where)
    names, told = clean_names(frame.columns.tolist(), where)
    renamed = frame.copy(deep=False)
    renamed.columns = names
    return Table(renamed, where, levels=levels, told=told)


def _of_text(path: Path, usual: str, where: str, text_columns: Sequence[str]) -> Table:
    import pandas as pd

    text = delimited(read_text(path, where), usual, where)
    names, told = clean_names(text.header, where)
    # A file without rows is left to whoever reads its columns, for an edge table may have none.
    options: dict[str, Any] = {
        "sep": text.separator,
        "decimal": text.decimal,
        "header": 0,
        "names": names,
        "dtype": {name.strip(): str for name in text_columns},
        # Only an empty cell is missing: "NA" or "None" may well be the name of a class.
        "keep_default_na": False,
        "na_values": [""],
        "index_col": False,
        "low_memory": False,
    }

    def parse() -> pd.DataFrame:
        with warnings.catch_warnings():
            # A warning here means that cells were lost (rows longer than the header).
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(io.StringIO(text.content), **options)

    return Table(_parsed(where, parse), where, is_text=True, told=[*text.told, *told])


def _parsed(where: str, parse: Any) -> pd.DataFrame:
    try:
        return parse()
    except Exception as error:  # pandas and pyarrow raise their own types for a damaged file
        reason = str(error).strip().splitlines()[0] if str(error).strip() else "no content"
        raise InputError(f"{where} cannot be read ({reason}): mend or write it again") from error
