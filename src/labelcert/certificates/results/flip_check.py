"""What a flip set of one's own does to the predictions of a certificate, as data.

Results know nothing of how a model is trained. What trains again is a `Problem`, which a
certificate holds while it is in memory, or which is made anew of the matrices; who can make one
registers itself here (`made_by`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates.array_types import BoolArray, FloatArray, IntArray, LabelArray
from labelcert.certificates.results.witness import Witness
from labelcert.intake.items import items_of
from labelcert.intake.label_lookup import label_number
from labelcert.intake.positions import as_positions

if TYPE_CHECKING:
    import pandas as pd  # pyright: ignore[reportMissingTypeStubs]

    from labelcert.certificates.results.certificate import Certificate


class Retrained(NamedTuple):
    """The model trained on other labels: decision and error_bar as in `Certificate`, predicted (m,)
    class numbers; broken, open (m,) bool: the certified prediction is surely lost or tied, or
    neither that nor its survival could be told."""

    decision: FloatArray
    error_bar: FloatArray
    predicted: IntArray
    broken: BoolArray
    open: BoolArray


class Problem(Protocol):
    """The matrices, the learner and the attacker of a certificate."""

    def price(self, changed: IntArray, labels: IntArray) -> tuple[int | None, str]:
        """What the attacker pays for changes to class numbers labels (k,) of labels changed (k,),
        and "", or None and why it may not make them."""
        ...

    def retrain(self, labels: IntArray, predicted: IntArray) -> Retrained:
        """Train on class numbers (n,) and compare with predicted classes (m,)."""
        ...


Make = Callable[["Certificate", Any, Any, Any], Problem]
_makers: list[Make] = []


def made_by(make: Make) -> Make:
    """Register what makes a problem of a certificate, gram, cross and threat."""
    _makers[:] = [make]
    return make


@dataclass(frozen=True, eq=False, repr=False)
class FlipCheck:
    """The outcome of `Certificate.check`: the model retrained on labels with some changed.

    changes: the labels that were changed, and to what. cost: what the certificate's attacker pays
    for them, None where it may not make them, and `refused` then says why.
    decision, error_bar as in `Certificate`; prediction (m,): classes that are predicted now.
    broken (m,): the certified prediction is lost, or tied; open (m,): it cannot be told.
    improves (m,): broken at a cost at which no witness was known. contradicts (m,): broken where
    the certificate proves it robust. Files keep no threat model; where the one that was certified
    is passed again, or the certificate is not from a file, that is an error in this package.
    """

    changes: Witness
    cost: int | None
    refused: str
    decision: FloatArray
    error_bar: FloatArray
    prediction: LabelArray
    broken: BoolArray
    open: BoolArray
    improves: BoolArray
    contradicts: BoolArray

    @property
    def changed(self) -> IntArray:
        """Test points whose prediction is lost or tied."""
        return np.flatnonzero(self.broken)

    def to_frame(self) -> pd.DataFrame:
        """One row a test point: prediction, broken, open, improves, contradicts."""
        import pandas as pd  # pyright: ignore[reportMissingTypeStubs]

        names = ("prediction", "broken", "open", "improves", "contradicts")
        return pd.DataFrame({name: getattr(self, name) for name in names})

    def __repr__(self) -> str:
        m = len(self.broken)
        price = f"not allowed: {self.refused}" if self.cost is None else f"cost {self.cost}"
        left = f", {int(self.open.sum())} open" if self.open.any() else ""
        return (
            f"FlipCheck({len(self.changes.indices)} labels changed, {price}; "
            f"{int(self.broken.sum())} of {m} predictions broken{left}; improves on "
            f"{int(self.improves.sum())}, contradicts {int(self.contradicts.sum())})"
        )


def flips_given(
    certificate: Certificate, indices: Any, new_labels: Any, labels: Any
) -> tuple[Any, Any]:
    """Indices and new labels of a flip set, which may be given as a witness or as all labels.

    Raises InputError: two of these forms, none, or labels (n,) of another length.
    """
    if labels is not None:
        if indices is not None or new_labels is not None:
            raise InputError("labels and indices both say what was flipped: pass one of them.")
        items = items_of(labels, "labels", "one label for each labeled point")
        if len(items) != certificate.num_labeled:
            raise InputError(
                f"labels has {len(items)} entries and {certificate.num_labeled} points are "
                "labeled: pass the label of each."
            )
        classes = certificate.classes
        found = classes[[label_number(label, classes, "labels") for label in items]]
        changed = np.flatnonzero(found != certificate.labels)
        return changed, found[changed]
    if isinstance(indices, Witness) and new_labels is None:
        return indices.indices, indices.labels
    if indices is None:
        raise InputError("indices is missing: pass positions of labels, or all labels as labels.")
    if new_labels is None and _are_all_labels(indices, certificate):
        raise InputError(
            "indices holds one label for each labeled point: pass all labels after the attack as "
            "check(labels=…), or the positions of those that it changes."
        )
    return indices, new_labels


def _are_all_labels(given: Any, certificate: Certificate) -> bool:
    """Whether classes stand where positions may; true and false are a mask, whatever classes are.

    As many positions as labels, all different, are more than there are classes.
    """
    n, classes = certificate.num_labeled, certificate.classes.tolist()
    if not isinstance(given, (list, tuple, np.ndarray)) and not hasattr(given, "iloc"):
        return False
    items: list[Any] = np.asarray(given, dtype=object).ravel().tolist()
    return (
        len(items) == n > len(classes)
        and not any(isinstance(item, (bool, np.bool_)) for item in items)
        and all(isinstance(item, (int, float, str)) and item in classes for item in items)
    )


def check_flips(
    certificate: Certificate, indices: Any, new_labels: Any, gram: Any, cross: Any, threat: Any
) -> FlipCheck:
    """See `Certificate.check`."""
    problem = _problem_of(certificate, gram, cross, threat)
    classes = certificate.classes
    number = {name: k for k, name in enumerate(classes.tolist())}
    now = np.array([number[label] for label in certificate.labels.tolist()], dtype=np.int64)
    changed, to = _changes(certificate, now, indices, new_labels)
    labels = now.copy()
    labels[changed] = to
    predicted = np.array([number[p] for p in certificate.prediction.tolist()], dtype=np.int64)
    found = problem.retrain(labels, predicted)
    cost, refused = problem.price(changed, to)
    within = np.zeros(len(predicted), dtype=bool)
    if cost is not None:
        within = found.broken & (cost <= certificate.max_flips)
    return FlipCheck(
        changes=Witness(changed, classes[to]),
        cost=cost,
        refused=refused,
        decision=found.decision,
        error_bar=found.error_bar,
        prediction=classes[found.predicted],
        broken=found.broken,
        open=found.open,
        improves=within & (certificate.radius_upper >= (cost or 0)),
        contradicts=within & (certificate.radius >= (cost or 0)),
    )


def _problem_of(certificate: Certificate, gram: Any, cross: Any, threat: Any) -> Problem:
    if gram is None and cross is None and threat is None and certificate.problem is not None:
        return certificate.problem
    if gram is None or cross is None:
        raise InputError(
            "gram and cross are missing: files hold no matrices, so pass both as they were "
            "certified, and threat if there was one."
        )
    return _makers[0](certificate, gram, cross, threat)


def _changes(
    certificate: Certificate, now: IntArray, indices: Any, new_labels: Any
) -> tuple[IntArray, IntArray]:
    """Positions of changed labels (k,), ascending, and their new class numbers (k,)."""
    n, classes = certificate.num_labeled, certificate.classes
    changed = as_positions(indices, "indices", n, "label", distinct=True)
    if new_labels is None:
        if len(classes) > 2:
            raise InputError(
                f"new_labels is missing: there are {len(classes)} classes, so pass the new label "
                "of each of the indices."
            )
        to = 1 - now[changed]
    else:
        items = items_of(new_labels, "new_labels", "one label for each of the indices")
        if len(items) != len(changed):
            raise InputError(
                f"new_labels has {len(items)} entries for {len(changed)} indices: pass one for "
                "each."
            )
        found = [label_number(label, classes, "new_labels") for label in items]
        to = np.array(found, dtype=np.int64)
    same = changed[to == now[changed]]
    if len(same):
        raise InputError(
            f"new_labels gives label {int(same[0])} the class that it has: leave it out of indices."
        )
    order = np.argsort(changed)
    return changed[order], to[order]
