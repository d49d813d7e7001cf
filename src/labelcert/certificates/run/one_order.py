"""The arguments of `certify` in one order of the labeled points, by names where there are any."""

from __future__ import annotations

from typing import Any

from labelcert.certificates.attacker.threat_model import ThreatModel
from labelcert.intake.frames import in_order_of, square_frame


def in_one_order(gram: Any, cross: Any, labels: Any, threat: Any) -> tuple[Any, Any, Any, Any]:
    """Gram matrix, cross-kernel, labels and threat model in the order of the Gram matrix.

    Any of them may be anything; only pandas objects have names: the rows and columns of gram, the
    columns of cross, and the entries of labels, costs, groups and a mask of trusted labels. Raises
    InputError where names differ, or where only the Gram matrix could tell the order and has none.
    """
    gram, names = square_frame(gram, "gram")
    fixed = names is not None and not names.numbered
    cross, names = in_order_of(cross, "cross's columns", names, axis=1)
    labels, names = in_order_of(labels, "labels", names, reorder=fixed)
    if isinstance(threat, ThreatModel):
        threat = threat.in_order_of(names)
    return gram, cross, labels, threat
