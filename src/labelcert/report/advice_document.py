"""A run of `labelcert advise` as files: one JSON document, or a table with one row a step.

The document is that of a run (`labelcert.report.document`) without "certificate", and with::

    {
      "format": "labelcert advice run", "version": 1,
      "software", "dataset", "model", "learner", "threat", "split", "labeled", "test",
      "peak_memory_mb": as there,
      "seconds":  {"load": …, "kernel": …, "advise": …},
      "chosen":   [nodes], "chosen_ids": [ids] or null,
      "advice":   {"format": "labelcert advice", "version": 1, "budget": …, "stopped": …,
                   "exact": …, "seconds": …,
                   "steps": [{"index": …, "label": …, "ratio_before": …, "ratio_after": …,
                              "mean_radius_before": …, "mean_radius_after": …, "gained": …,
                              "complete": …, "exact": …}, ...],
                   "ratio_curves": [[...], ...],
                   "suspicious": null or {"prediction": [n], "status": [n], "disagreement": [n],
                              "disagreement_upper": [n], "how": [n], "stopped": …},
                   "before": {...}, "after": {...}}
    }

"chosen" holds the nodes of the chosen labels in order. "advice" is the document of
`Advice.to_json`: its fields are those of `Advice` and `AdviceStep`, "index" is a position in
"labeled", and "before" and "after" are documents of `Certificate.to_json`. Figures that do not
exist, of an advice without test points, are null.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates import Advice
from labelcert.report.advice_told import advice_facts, advice_headline
from labelcert.report.atomic import write_bytes
from labelcert.report.document import Run, to_json
from labelcert.report.frames import not_a_formula
from labelcert.report.tables import column

if TYPE_CHECKING:
    import pandas as pd

FORMAT = "labelcert advice run"


def advice_json(advice: Advice, run: Run, indent: int | None = 1) -> str:
    """The document as JSON text; run.certificate is `advice.before`."""
    document: dict[str, Any] = json.loads(to_json(run))
    del document["certificate"]
    document["format"] = FORMAT
    document["chosen"] = run.labeled[advice.chosen].tolist()
    document["chosen_ids"] = run.ids_of(run.labeled[advice.chosen])
    document["advice"] = json.loads(advice.to_json())
    return json.dumps(document, indent=indent, allow_nan=False, ensure_ascii=False) + "\n"


def advice_frame(
    advice: Advice,
    labeled: np.ndarray | None = None,
    ids: Mapping[int, str] | None = None,
) -> pd.DataFrame:
    """`Advice.to_frame` with the column node: labeled (n,) node numbers, positions by default.

    ids: what nodes are called, by number, for the column id, which else is left out.
    """
    nodes = column(labeled, advice.before.num_labeled, "labeled")
    frame = advice.to_frame()
    frame.insert(1, "node", nodes[advice.chosen])
    if ids:
        frame.insert(2, "id", [ids[node] for node in frame["node"].tolist()])
    return frame


def advice_text(advice: Advice, run: Run) -> str:
    """The advice in plain words: a sentence, then a line a step and a suspicious label."""
    lines = [f"{name}: {told}" for name, told in advice_facts(advice, run)]
    return "\n".join([advice_headline(advice, run), "", *(" ".join(x.split()) for x in lines), ""])


def write_advice(advice: Advice, run: Run, path: str | os.PathLike[str]) -> None:
    """Write a document (.json), a table (.csv, .parquet) or a text (.txt), whole or not at all.

    Raises InputError for another suffix, or a file that cannot be written.
    """
    suffix = Path(path).suffix.lower()
    if suffix == ".json":
        content = advice_json(advice, run).encode("utf-8", "backslashreplace")
    elif suffix == ".csv":
        frame = advice_frame(advice, run.labeled, run.ids)
        for name in ("id", "label"):
            if name in frame:
                frame[name] = [not_a_formula(cell) for cell in frame[name].tolist()]
        content = frame.to_csv(index=False, lineterminator="\n").encode()
    elif suffix == ".parquet":
        buffer = BytesIO()
        advice_frame(advice, run.labeled, run.ids).to_parquet(buffer, index=False, engine="pyarrow")
        content = buffer.getvalue()
    elif suffix == ".txt":
        content = advice_text(advice, run).encode("utf-8", "backslashreplace")
    else:
        raise InputError(
            f"output {str(path)!r} has the suffix {suffix!r}: use one of .json, .csv, .parquet, "
            ".txt."
        )
    write_bytes(path, content)
