"""A fitted `LabelCertifier` in a ``.npz`` file: arrays, and one document of JSON; no pickle."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from labelcert._atomic import write_bytes
from labelcert._errors import InputError
from labelcert.intake.arrays import refuse_infinite
from labelcert.intake.json_text import read_json
from labelcert.intake.labels import as_labels
from labelcert.kernels import Kernel, registry
from labelcert.models.threat_json import threat_document, threat_of

if TYPE_CHECKING:
    from labelcert.models.label_certifier import LabelCertifier

FORMAT, VERSION = "labelcert classifier", 1
ARRAYS = ("X", "y", "dual_coef", "document")


def save(fitted: LabelCertifier, path: str | os.PathLike[str]) -> None:
    """Write a fitted classifier, whole or not at all; raises InputError."""
    kernel = fitted.kernel
    document = {
        "format": FORMAT,
        "version": VERSION,
        "kernel": kernel.name if isinstance(kernel, Kernel) else None,
        "settings": dict(kernel.settings()) if isinstance(kernel, Kernel) else None,
        "C": None if fitted.C is None else float(fitted.C),
        "ridge": None if fitted.ridge is None else float(fitted.ridge),
        "threat": None if fitted.threat is None else threat_document(fitted.threat),
        "features": _names(fitted),
        "gram_shift": fitted.gram_shift_,
    }
    try:
        text = json.dumps(document, allow_nan=False, ensure_ascii=True)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"kernel has settings that JSON cannot hold ({error}): use numbers, text and None."
        ) from error
    content = io.BytesIO()
    np.savez_compressed(
        content, X=fitted.X_fit_, y=fitted.y_fit_, dual_coef=fitted.dual_coef_,
        document=np.array(text),
    )  # fmt: skip
    write_bytes(path, content.getvalue())


def load(path: str | os.PathLike[str], kernel: Any) -> LabelCertifier:
    """Read a classifier, and check that its parts fit together; raises InputError."""
    from labelcert.models.label_certifier import LabelCertifier

    where = f"file {str(path)!r}"
    arrays = _arrays(path, where)
    document = read_json(str(arrays["document"]), where, "save it again")
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise InputError(f"{where} is no labelcert classifier: pass what save wrote.")
    if document.get("version") != VERSION:
        raise InputError(f"{where} was written by a newer version: upgrade labelcert.")
    try:
        threat = document["threat"]
        fitted = LabelCertifier(
            _kernel_of(document, kernel), C=document["C"], ridge=document["ridge"],
            threat=None if threat is None else threat_of(threat),
        )  # fmt: skip
        _put(fitted, arrays, document)
    except InputError:
        raise
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise InputError(f"{where} is damaged ({error!r}): save it again.") from None
    return fitted


def _names(fitted: LabelCertifier) -> list[str] | None:
    found: Any = getattr(fitted, "feature_names_in_", None)
    return None if found is None else [str(name) for name in found]


def _arrays(path: str | os.PathLike[str], where: str) -> dict[str, np.ndarray]:
    if not Path(path).is_file():
        raise InputError(f"path {str(path)!r} is no file: check the spelling.")
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in ARRAYS}
    except Exception as error:  # whatever a damaged archive raises
        raise InputError(f"{where} is no labelcert classifier: pass what save wrote.") from error


def _kernel_of(document: dict[str, Any], given: Any) -> Any:
    """The kernel that was saved, built by name, or the one given if it is the same."""
    name, settings = document["kernel"], document["settings"]
    if given is None:
        if name not in registry.names():
            raise InputError(
                f"kernel {name!r} is one of your own: pass it, as load(path, kernel=…)."
            )
        return registry.create(name, **settings)
    known = isinstance(given, Kernel)
    if known != (name is not None) or (
        known and (given.name != name or json.loads(json.dumps(dict(given.settings()))) != settings)
    ):
        raise InputError(
            f"kernel={given!r} is not the one that was saved, {name!r} with {settings}: pass that."
        )
    return given


def _put(fitted: LabelCertifier, arrays: dict[str, np.ndarray], document: dict[str, Any]) -> None:
    """Set what fitting sets; raises ValueError where parts do not fit."""
    rows, dual = arrays["X"], arrays["dual_coef"]
    labels = as_labels(arrays["y"], "y")
    classes = np.unique(labels)
    shape = (len(labels),) if len(classes) == 2 else (len(labels), len(classes))
    if rows.ndim != 2 or len(rows) != len(labels) or dual.shape != shape or len(classes) < 2:
        raise ValueError("arrays of different lengths")
    if rows.dtype != np.float64 or dual.dtype != np.float64:
        raise ValueError("arrays of another type")
    refuse_infinite(rows, "X")
    refuse_infinite(dual, "dual_coef")
    fitted.X_fit_, fitted.y_fit_, fitted.dual_coef_, fitted.classes_ = rows, labels, dual, classes
    fitted.n_features_in_ = rows.shape[1]
    fitted.gram_shift_ = float(document["gram_shift"])
    names = document["features"]
    if names is not None:
        if len(names) != rows.shape[1]:
            raise ValueError("names of other columns")
        fitted.feature_names_in_ = np.array(names, dtype=object)
