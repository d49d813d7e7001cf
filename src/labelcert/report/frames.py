"""Certificates as tables in files: CSV, Parquet or JSON records, one row a test point."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates import Certificate
from labelcert.data.no_label import is_labeled
from labelcert.report.atomic import write_bytes
from labelcert.report.tables import column

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = (".csv", ".parquet", ".json")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def certificate_frame(
    certificate: Certificate,
    *,
    nodes: Sequence[int] | np.ndarray | None = None,
    labeled: Sequence[int] | np.ndarray | None = None,
    y_true: Any = None,
    ids: Mapping[int, str] | None = None,
) -> pd.DataFrame:
    """The certificate as a frame: `Certificate.to_frame` with node numbers and true labels.

    nodes (m,), labeled (n,): node numbers of test and labeled points; positions by default.
    y_true (m,): true labels, as of a graph where some are missing; without them the column
    true_label is left out. ids: what nodes are called, by number; without any the columns id and
    witness_ids are left out.
    Columns: node, id, true_label, prediction, margin, error_bar (of the margin), decision (a number
    with two classes, else a list of K logits), radius, radius_upper, exact, witness (list of nodes,
    or None), witness_ids, witness_labels (their new labels), proven_by, broken_by.
    Raises InputError for columns of another length.
    """
    c = certificate
    points = column(labeled, c.num_labeled, "labeled")
    frame = c.to_frame()
    frame.insert(0, "node", column(nodes, c.num_test, "nodes"))
    if ids:
        frame.insert(1, "id", [ids[node] for node in frame["node"].tolist()])
    if y_true is not None:
        truth = column(y_true, c.num_test, "y_true")
        known = is_labeled(truth)
        told = truth if known.all() else _objects(
            [v if k else None for v, k in zip(truth.tolist(), known.tolist(), strict=True)]
        )  # fmt: skip
        frame.insert(2 if ids else 1, "true_label", told)
    found = [c.witness(t) for t in range(c.num_test)]
    frame["witness"] = _objects([None if w is None else points[w.indices].tolist() for w in found])
    if ids:
        frame["witness_ids"] = _objects(
            [None if nodes is None else [ids[node] for node in nodes] for nodes in frame["witness"]]
        )
    frame["witness_labels"] = _objects([None if w is None else w.labels.tolist() for w in found])
    return frame


def write_frame(
    certificate: Certificate,
    path: str | os.PathLike[str],
    *,
    nodes: Sequence[int] | np.ndarray | None = None,
    labeled: Sequence[int] | np.ndarray | None = None,
    y_true: Any = None,
    ids: Mapping[int, str] | None = None,
) -> None:
    """Write `certificate_frame` to a file, completely or not at all.

    path: .csv (UTF-8; lists as JSON text; text of the data that a spreadsheet would take for a
    formula gets a leading apostrophe), .parquet, or .json (a list of records).
    Raises InputError for another suffix, or a file that cannot be written.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(
            f"output {str(path)!r} has the suffix {suffix!r}: use one of {', '.join(SUFFIXES)}."
        )
    frame = certificate_frame(certificate, nodes=nodes, labeled=labeled, y_true=y_true, ids=ids)
    write_bytes(path, _RENDER[suffix](frame))


def _csv(frame: pd.DataFrame) -> bytes:
    safe = frame.copy()
    for name in ("decision", "witness", "witness_ids", "witness_labels"):
        if name in safe and safe[name].dtype == object:
            safe[name] = _objects([None if v is None else json.dumps(v) for v in frame[name]])
    for name in ("id", "true_label", "prediction"):
        if name in safe:
            safe[name] = [not_a_formula(v) for v in safe[name].tolist()]
    return safe.to_csv(index=False, lineterminator="\n").encode()


def not_a_formula(cell: Any) -> Any:
    """Text that a spreadsheet would run, made harmless; numbers as they are."""
    if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS):
        return "'" + cell
    return cell


def _parquet(frame: pd.DataFrame) -> bytes:
    buffer = BytesIO()
    frame.to_parquet(buffer, index=False, engine="pyarrow")
    return buffer.getvalue()


def _json(frame: pd.DataFrame) -> bytes:
    # Not pandas' own: it rounds to 15 digits at most.
    columns = {str(name): frame[name].tolist() for name in frame.columns}
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return (json.dumps(rows, indent=1, ensure_ascii=False) + "\n").encode()


_RENDER = {".csv": _csv, ".parquet": _parquet, ".json": _json}


def _objects(values: Sequence[Any]) -> np.ndarray:
    """A 1-d object array; lists of equal length must not turn into a matrix."""
    array = np.empty(len(values), dtype=object)
    for i, value in enumerate(values):
        array[i] = value
    return array
