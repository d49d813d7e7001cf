"""Rows of features and their labels as scikit-learn hands them over, looked at before converted.

scikit-learn's own checks come second: they know frames, names of columns and the words that its
test suite expects, but they take text for numbers and drop masks.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from labelcert._errors import InputError
from labelcert.intake.arrays import real_array
from labelcert.intake.label_types import LabelArray
from labelcert.intake.labels import as_labels
from labelcert.intake.names import told_names


class InputTypeError(InputError, TypeError):
    """Input of a type that cannot be used, where scikit-learn promises a TypeError."""


def training_rows(estimator: Any, X: Any, y: Any) -> tuple[np.ndarray, LabelArray]:
    """Rows (n, d) float64 and labels (n,) for `fit`; notes their width and names on the estimator.

    Rows and labels belong together by position, as everywhere in scikit-learn. Raises InputError,
    also where both have pandas' names and these are the same in another order.
    """
    from sklearn.utils.multiclass import check_classification_targets

    if y is None:
        raise InputError(
            f"This {type(estimator).__name__} requires y to be passed, but the target y is None: "
            "pass a label for each row."
        )
    _refuse_shuffled(X, y)
    _refuse_bent(X)
    rows, flat = _validated(estimator, X, y)
    # A column (n, 1), of which scikit-learn warns, and what is an array on request only, as it has
    # them.
    column = len(getattr(y, "shape", ())) == 2
    given: Any = flat if column or not hasattr(y, "__len__") else y
    if flat.dtype.kind == "O":  # of objects scikit-learn tells no more than "unknown"
        return rows, as_labels(given, "y", count=len(rows), each="row")
    with _as_input_error():
        check_classification_targets(flat)
    return rows, as_labels(given, "y", count=len(rows), each="row")


def new_rows(estimator: Any, X: Any) -> np.ndarray:
    """Rows (m, d) float64 with the features that the estimator was fitted to; raises InputError."""
    _refuse_bent(X)
    return _validated(estimator, X, None)[0]


def _validated(estimator: Any, X: Any, y: Any) -> tuple[np.ndarray, Any]:
    from sklearn.utils.validation import validate_data

    options: dict[str, Any] = {"dtype": np.float64, "order": "C"}
    found: Any = None
    with _as_input_error():
        if y is None:
            found = validate_data(estimator, X, reset=False, **options), None
        else:
            found = validate_data(estimator, X, y, **options)
    return found


class _as_input_error:
    """What scikit-learn refuses, refused as InputError in its first sentences."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if isinstance(error, InputError) or not isinstance(error, (ValueError, TypeError)):
            return
        told = " ".join(str(error).split())
        wrong = InputTypeError if isinstance(error, TypeError) else InputError
        raise wrong(told) from error


def _refuse_bent(X: Any) -> None:
    """Raise InputError for what a conversion to numbers would bend: masks, text, huge integers."""
    if sparse.issparse(X):
        return
    kind = getattr(getattr(X, "dtype", None), "kind", "")
    if isinstance(X, np.ma.MaskedArray) or kind in ("i", "u", "S", "U"):
        real_array(X, "X")
    kinds: Any = getattr(X, "dtypes", ())
    objects = any(str(kind) in _TEXT for kind in kinds) or kind == "O"
    if objects and hasattr(X, "columns"):
        _refuse_columns(X)
    elif objects or isinstance(X, (list, tuple)):
        _refuse_text(X)


_TEXT = ("object", "str", "string", "category")


def _refuse_text(X: Any) -> None:
    try:
        entries = np.asarray(X, dtype=object)
    except ValueError:  # rows of different lengths: scikit-learn says so
        return
    for at, value in np.ndenumerate(entries):
        if isinstance(value, (str, bytes)):
            raise InputError(
                f"X holds the text {value!r} in row {at[0]}: pass numbers, with text encoded first."
            )


def _refuse_columns(X: Any) -> None:
    """Raise InputError that names all columns of a frame that hold text or lists."""
    text: list[Any] = []
    nested: list[Any] = []
    for name, kind in zip(X.columns, X.dtypes, strict=True):
        cells: list[Any] = X[name].tolist() if str(kind) in _TEXT else []
        if any(isinstance(cell, (str, bytes)) for cell in cells):
            text.append(name)
        elif any(isinstance(cell, (list, tuple, np.ndarray)) for cell in cells):
            nested.append(name)
    faults: list[str] = []
    if text:
        faults.append(
            f"{_columns(text)} hold{'s' * (len(text) == 1)} text: encode it as numbers or drop it"
        )
    if nested:
        faults.append(
            f"{_columns(nested)} hold{'s' * (len(nested) == 1)} lists: pass "
            f"numpy.stack(X[{nested[0]!r}]) as X"
        )
    if faults:
        raise InputError(f"X: {'; '.join(faults)}.")


def _columns(names: list[Any]) -> str:
    return f"column{'s' * (len(names) > 1)} {told_names(names)}"


def _refuse_shuffled(X: Any, y: Any) -> None:
    """Raise InputError where the names of rows and labels are the same, in another order."""
    if not (hasattr(X, "iloc") and hasattr(y, "iloc")) or len(X) != len(y):
        return
    if not X.index.equals(y.index) and X.index.sort_values().equals(y.index.sort_values()):
        raise InputError(
            "X and y have the same index in another order, and which belongs to which is not "
            "known: pass y.loc[X.index], or y.to_numpy() if positions are meant."
        )
