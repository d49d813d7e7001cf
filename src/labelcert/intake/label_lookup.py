"""One label among known classes, and whether two arrays hold labels of one type."""

from __future__ import annotations

from typing import Any

from labelcert._errors import InputError
from labelcert.intake.items import plain
from labelcert.intake.label_types import LabelArray, largest_whole, typed
from labelcert.intake.missing import is_missing
from labelcert.intake.names import near_miss, told_names


def label_number(value: Any, classes: LabelArray, argument: str, each: str = "label") -> int:
    """Position in classes (K,) of a label of their own type; raises InputError for another one.

    each: what the classes are called in messages.
    """
    given = plain(value)
    if is_missing(given):
        raise InputError(f"{argument} has a missing value: name one of the {each}s.")
    (label,) = typed([given], argument, largest_whole(value)).tolist()
    known = classes.tolist()
    if label in known:
        return known.index(label)
    other = [name for name in known if str(name) == str(label)]
    if other:
        hint = f"write {other[0]!r}, which is {_kind(classes)}"
    else:
        near = near_miss(str(label), [str(name) for name in known])
        meant = next((name for name in known if str(name) == near), None)
        meant_told = "" if meant is None else f"did you mean {meant!r}? "
        hint = f"{meant_told}there are {told_names(known)}"
    raise InputError(f"{argument} names the {each} {label!r}, which there is not: {hint}.")


def label_from_text(text: str, classes: LabelArray, argument: str) -> Any:
    """The class that a text names, as a shell or a study file write it; raises InputError.

    The one place where text may stand for an integer label, written as Python prints it.
    """
    named = {str(name): name for name in classes.tolist()}
    if text in named:
        return named[text]
    near = near_miss(text, list(named))
    meant = "" if near is None else f"did you mean {near!r}? "
    listing = ", ".join(list(named)[:12]) + (", …" if len(named) > 12 else "")
    raise InputError(f"{argument} names the label {text!r}: {meant}The labels are {listing}.")


def refuse_other_type(labels: LabelArray, classes: LabelArray, argument: str, other: str) -> None:
    """Raise InputError where one holds text and the other integers."""
    if (labels.dtype.kind == "U") != (classes.dtype.kind == "U"):
        raise InputError(
            f"{argument} holds {_kind(labels)} and {other} {_kind(classes)}, such as "
            f"{labels[0].item()!r} and {classes[0].item()!r}: pass both alike."
        )


def _kind(labels: LabelArray) -> str:
    return "text" if labels.dtype.kind == "U" else "integers"
