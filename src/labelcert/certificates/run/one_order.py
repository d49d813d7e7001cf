"""The arguments of `certify` in one order of the labeled points, by names where there are any."""

from __future__ import annotations

from typing import Any

from labelcert.certificates.attacker.threat_model import ThreatModel
from labelcert.certificates.run.validation import is_pair
from labelcert.intake.frames import Names, in_order_of, is_mask, square_frame


def in_one_order(
    gram: Any, cross: Any, labels: Any, threat: Any, validation: Any = None
) -> tuple[Any, Any, Any, Any, Any]:
    """Gram matrix, cross-kernel, labels, threat model and validation in the order of the first.

    Any of them may be anything; only pandas objects have names: the rows and columns of gram, the
    columns of cross, the entries of labels, costs, groups and a mask of trusted labels, and of
    validation a mask, or the columns of its cross-kernel, whose rows and labels may be named too.
    Raises InputError where names differ, or where only the Gram matrix could tell the order and has
    none.
    """
    gram, names = square_frame(gram, "gram")
    fixed = names is not None and not names.numbered
    cross, names = in_order_of(cross, "cross's columns", names, axis=1)
    labels, names = in_order_of(labels, "labels", names, reorder=fixed)
    if isinstance(threat, ThreatModel):
        threat = threat.in_order_of(names)
    return gram, cross, labels, threat, _in_order(validation, names)


def _in_order(validation: Any, names: Names | None) -> Any:
    if is_pair(validation):
        cross, labels = validation
        cross, _ = in_order_of(cross, "validation's cross's columns", names, axis=1)
        cross, own = in_order_of(cross, "validation's cross", None)
        return cross, in_order_of(labels, "validation's labels", own)[0]
    if is_mask(validation):
        return in_order_of(validation, "validation", names)[0]
    return validation
