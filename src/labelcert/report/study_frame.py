"""The results of studies as one long table: a row for every unit and budget."""

from __future__ import annotations

import os
from collections import Counter
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labelcert._errors import InputError
from labelcert.report.atomic import write_bytes
from labelcert.report.frames import not_a_formula
from labelcert.studies.canonical import canonical
from labelcert.studies.store import Row, Store

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = (".csv", ".parquet")

COLUMNS = {
    "study": "name of the study",
    "dataset": "title of the data set",
    "model": "title of the model",
    "seed": "seed of the split",
    "C": "regularization of the SVM, or missing",
    "ridge": "regularization of kernel regression, or missing",
    "network": "name of the network",
    "parameters": "its parameters, JSON text",
    "num_labeled": "labeled nodes n",
    "num_test": "test nodes m",
    "accuracy": "share of the test nodes predicted right, no label flipped",
    "budget": "flipped labels, or what they cost",
    "share_of_labels": "budget / n, or missing where labels have costs",
    "certified_ratio": "share of the test nodes proven robust at the budget",
    "certified_ratio_upper": "share that no known witness breaks",
    "certified_accuracy": "share proven robust and predicted right",
    "certified_accuracy_upper": "share right that no known witness breaks",
    "collective_ratio": "share proven to survive one attack on all, or missing",
    "collective_ratio_upper": "share that survives the strongest known attack on all",
    "exact_share": "share of the test nodes whose radius is known exactly",
    "stopped": "why the search ended early, or empty",
    "seconds": "computing time of the unit",
    "peak_memory_mb": "peak memory of its process in 10⁶ bytes, or missing",
    "key": "key of the unit",
}
"""Column and meaning, in the order of the table."""

_TEXT = ("study", "dataset", "model", "network", "parameters", "stopped", "key")


def study_frame(store: Store, study: str | None = None) -> tuple[pd.DataFrame, dict[str, int]]:
    """All rows of a store, or of one of its studies, and how many units were left out by state.

    Raises InputError for a study that the store does not hold.
    """
    import pandas as pd

    known = store.studies()
    if study is not None and study not in known:
        raise InputError(
            f"study {study!r} is not in this store: it holds {', '.join(known) or 'none'}."
        )
    rows: list[dict[str, Any]] = []
    left_out: Counter[str] = Counter()
    for row in store.rows(study):
        if row.state == "done":
            rows += _rows(row)
        else:
            left_out[row.state] += 1
    frame = pd.DataFrame(rows, columns=pd.Index(list(COLUMNS)))
    numbers = [name for name in COLUMNS if name not in _TEXT]
    frame[numbers] = frame[numbers].apply(pd.to_numeric)
    return frame, dict(left_out)


def check_path(path: str | os.PathLike[str]) -> str:
    """The suffix of an output; raises InputError where it is none of `SUFFIXES`."""
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(
            f"output {str(path)!r} has the suffix {suffix!r}: use one of {', '.join(SUFFIXES)}."
        )
    return suffix


def write_study_frame(frame: pd.DataFrame, path: str | os.PathLike[str]) -> None:
    """Write the frame to a .csv or .parquet file, completely or not at all.

    In CSV, text that a spreadsheet would take for a formula gets a leading apostrophe. Raises
    InputError for another suffix, or a file that cannot be written.
    """
    if check_path(path) == ".parquet":
        buffer = BytesIO()
        frame.to_parquet(buffer, index=False, engine="pyarrow")
        write_bytes(path, buffer.getvalue())
        return
    safe = frame.copy()
    for name in _TEXT:
        safe[name] = [not_a_formula(cell) for cell in frame[name].tolist()]
    write_bytes(path, safe.to_csv(index=False, lineterminator="\n").encode())


def _rows(row: Row) -> list[dict[str, Any]]:
    content, record, measured = row.content, row.record, row.measured
    assert content is not None
    assert record is not None
    assert measured is not None
    common = {
        "study": row.study,
        "dataset": row.dataset,
        "model": row.model,
        "seed": content["split"]["seed"],
        "C": content["learner"].get("C"),
        "ridge": content["learner"].get("ridge"),
        "network": content["model"]["name"],
        "parameters": canonical(content["model"]["parameters"]),
        "num_labeled": record["num_labeled"],
        "num_test": record["num_test"],
        "accuracy": record["accuracy"],
        "exact_share": record["exact_share"],
        "stopped": record["stopped"],
        "seconds": sum(measured["seconds"].values()),
        "peak_memory_mb": measured["peak_memory_mb"],
        "key": row.key,
    }
    return [common | _at(record, r) for r in range(record["max_flips"] + 1)]


def _at(record: dict[str, Any], r: int) -> dict[str, Any]:
    """The columns that depend on the budget."""
    ratio, accuracy = record["certified_ratio"], record["certified_accuracy"]
    cells: dict[str, Any] = {
        "budget": r,
        "share_of_labels": r / record["num_labeled"] if record["unit"] == "flips" else None,
        "certified_ratio": ratio["lower"][r],
        "certified_ratio_upper": ratio["upper"][r],
        "certified_accuracy": accuracy["lower"][r],
        "certified_accuracy_upper": accuracy["upper"][r],
    }
    if record["collective"] is not None:
        m = record["num_test"]
        cells["collective_ratio"] = (m - record["collective"]["broken_upper"][r]) / m
        cells["collective_ratio_upper"] = (m - record["collective"]["broken_lower"][r]) / m
    return cells
