"""The document of a run, or of a certificate alone, read from a file and checked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates import Certificate
from labelcert.certificates.results.json_writing import FORMAT as CERTIFICATE
from labelcert.data.no_label import with_placeholders
from labelcert.intake.json_text import read_json, whole_array
from labelcert.report.document import FORMAT, VERSION, Run

_REMEDY = "pass a file that labelcert certify --output run.json wrote"
_DATASET: dict[str, Any] = {
    "name": str, "nodes": int, "edges": int, "features": int, "classes": list,
}  # fmt: skip


def read_document(path: Path) -> Run | Certificate:
    """The run of a file that `document.to_json` wrote, or the certificate of `to_json`'s.

    Raises InputError: a file that cannot be read, or holds neither, or is damaged.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise InputError(f"{str(path)!r} cannot be read ({error.strerror}): {_REMEDY}.") from None
    except UnicodeDecodeError:
        raise InputError(f"{str(path)!r} is no UTF-8 text: {_REMEDY}.") from None
    found = read_json(text, repr(str(path)), _REMEDY)
    kind = found.get("format") if isinstance(found, dict) else None
    if kind == CERTIFICATE:
        return Certificate.from_json(text)
    if kind != FORMAT:
        raise InputError(f"{str(path)!r} holds no run: {_REMEDY}.")
    version = found.get("version")
    if type(version) is not int or not 1 <= version <= VERSION:
        raise InputError(
            f"{str(path)!r} has format version {version!r} and this one reads up to {VERSION}: "
            "upgrade."
        )
    try:
        return _run(found)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        what = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
        raise InputError(f"{str(path)!r} is a damaged run ({what}): write it again.") from None


def _run(d: dict[str, Any]) -> Run:
    certificate = Certificate.from_json(json.dumps(d["certificate"]))
    for name, kind in _DATASET.items():
        if type(d["dataset"][name]) is not kind:
            raise ValueError(f"dataset has no proper {name}")
    if not isinstance(d["dataset"].get("word"), (str, type(None))):
        raise ValueError("dataset has a word that is no text")
    labeled, test = whole_array(d["labeled"]["nodes"]), whole_array(d["test"]["nodes"])
    if len(labeled) != certificate.num_labeled or len(test) != certificate.num_test:
        raise ValueError("other numbers of nodes than the certificate has")
    truth = list(d["test"]["true_labels"])
    if len(truth) != len(test):
        raise ValueError("other numbers of true labels than of test nodes")
    for name in ("model", "threat", "split", "seconds"):
        if not isinstance(d[name], dict):
            raise ValueError(f"{name} is no object")
    if not isinstance(d["model"]["name"], str) or not isinstance(d["model"]["parameters"], dict):
        raise ValueError("model has no name and parameters")
    return Run(
        certificate=certificate,
        dataset=d["dataset"] | {"class_names": d["dataset"].get("class_names")},
        model=d["model"],
        threat=d["threat"],
        split={"per_class": None, "validation": None, "seed": None, **d["split"]},
        labeled=labeled,
        test=test,
        # With a class in front there is a label even where nobody knows one.
        y_true=np.asarray(with_placeholders([certificate.classes[0].item(), *truth])[1:]),
        seconds=d["seconds"],
        peak_memory_mb=d.get("peak_memory_mb"),
        ids=_ids(d["labeled"], labeled) | _ids(d["test"], test),
    )


def _ids(part: dict[str, Any], nodes: np.ndarray) -> dict[int, str]:
    names = part.get("ids")
    if names is None:
        return {}
    if not all(isinstance(name, str) for name in names):
        raise ValueError("ids that are no text")
    return dict(zip(nodes.tolist(), names, strict=True))
