"""Check what users hand to `certify`, once, and turn it into what engines work on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from labelcert._errors import InputError
from labelcert.certificates.array_types import FloatArray, IntArray, LabelArray
from labelcert.certificates.attacker.label_classes import check_classes
from labelcert.certificates.attacker.threat_model import ThreatModel
from labelcert.certificates.results.witness import Witness
from labelcert.certificates.run.memory_needed import check_room
from labelcert.certificates.run.one_order import in_one_order
from labelcert.certificates.run.option_checks import check_learner
from labelcert.certificates.run.validation import Validation, check_validation
from labelcert.engines.attacker import RelabelSpace
from labelcert.intake.arrays import dense_matrix, is_read_as_it_is
from labelcert.intake.budgets import as_count
from labelcert.intake.labels import as_labels
from labelcert.intake.origin import check_origins
from labelcert.learners.gram import CheckedGram, check_gram, check_magnitudes


@dataclass(frozen=True, eq=False)
class CheckedInput:
    """A checked problem, with m test points and n labels of K classes."""

    gram: CheckedGram
    cross: FloatArray  # (m, n)
    labels: LabelArray  # (n,)
    classes: LabelArray  # (K,)
    C: float | None
    ridge: float | None
    space: RelabelSpace  # what the attacker may do
    max_flips: int  # no more than all labels cost together
    asked: int  # the budget as asked for
    told: tuple[str, ...] = ()  # of where the kernel comes from, see `labelcert.intake.origin`
    validation: Validation | None = None

    def witness(self, changes: IntArray) -> Witness:
        """Changes of the engines (`labelcert.engines.attacker`) as points and their new labels."""
        count = len(self.classes)
        return Witness(changes // count, self.classes[changes % count])


def check_input(
    gram: Any,
    cross: Any,
    labels: Any,
    C: float | None,
    ridge: float | None,
    max_flips: int | str | None,
    threat: ThreatModel | Any | None,
    classes: Sequence[Any] | None,
    validation: Any = None,
) -> CheckedInput:
    """Validate the arguments of `certify`; raises InputError."""
    told = check_origins(gram, cross)
    gram, cross, labels, threat, validation = in_one_order(gram, cross, labels, threat, validation)
    given = as_labels(labels)
    names = check_classes(given, classes)
    shape = getattr(cross, "shape", ())
    # Before anything of that size is made; what has no such shape is refused below.
    if getattr(gram, "shape", None) == (len(given), len(given)) and len(shape) == 2:
        read = is_read_as_it_is(gram)
        check_room(len(given), int(shape[0]), len(names), ridge is not None, not read)
    _refuse_features(gram, cross, len(given))
    checked, rows = _check_kernel(gram, cross, len(given))
    weight, penalty = check_learner(C, ridge)
    space, most, asked = check_attacker(given, names, max_flips, threat)
    check_magnitudes(checked, rows, weight, penalty)
    held = check_validation(validation, given, names)
    if held is not None and held.rows is not None:
        check_magnitudes(checked, held.rows, None, None, "validation's cross")
    return CheckedInput(
        checked, rows, given, names, weight, penalty, space, most, asked, told, held
    )


def check_attacker(
    labels: LabelArray, classes: LabelArray, max_flips: int | str | None, threat: Any
) -> tuple[RelabelSpace, int, int]:
    """What the attacker may do to checked labels (n,), the largest budget that matters, and the one
    asked for; raises InputError."""
    if threat is not None and max_flips is not None:
        raise InputError("max_flips and threat both give a budget: pass one of them.")
    if threat is not None and not isinstance(threat, ThreatModel):
        raise InputError(f"threat={threat!r} is no threat model: pass ThreatModel(budget, …).")
    if threat is None:
        if max_flips is None:
            raise InputError("max_flips is missing: pass the largest number of flips, or threat.")
        asked, attacker = as_count(max_flips, len(labels)), ThreatModel(0)
    else:
        asked, attacker = threat.count(len(labels)), threat
    space = attacker.relabel_space(labels, classes)
    return space, min(asked, int(space.cost.sum())), asked


def _refuse_features(gram: Any, cross: Any, n: int) -> None:
    """Raise InputError where features (n, d) and (m, d) stand in place of a kernel's blocks."""
    one: Any = getattr(gram, "shape", ())
    other: Any = getattr(cross, "shape", ())
    if len(one) == len(other) == 2 and one[0] == n and one[1] == other[1] != n:
        raise InputError(
            f"gram has shape {tuple(one)} and cross {tuple(other)}, as features have: pass the "
            "blocks of a kernel, kernel(rows, rows) and kernel(new_rows, rows), or features to "
            "LabelCertifier or, with a ridge, to certify_linear."
        )


def _check_kernel(gram: Any, cross: Any, n: int) -> tuple[CheckedGram, FloatArray]:
    checked = check_gram(gram)
    rows = dense_matrix(cross, "cross")
    if len(checked) != n:
        raise InputError(
            f"gram is {len(checked)}×{len(checked)} but there are {n} labels: "
            "pass the kernel of the labeled points."
        )
    if rows.shape[1] != n:
        raise InputError(
            f"cross has {rows.shape[1]} columns but there are {n} labels: "
            "pass one row a test point and one column a labeled point."
        )
    return checked, rows
