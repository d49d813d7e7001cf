"""Train again on a flip set of the user's own: the problem that a certificate holds.

Error bars and exact signs are those of the engines, so that what is called broken is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates.array_types import BoolArray, IntArray
from labelcert.certificates.results.certificate import Certificate
from labelcert.certificates.results.flip_check import Retrained, made_by
from labelcert.certificates.run.checked_input import CheckedInput, check_input
from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.knowledge.lead import leads_of
from labelcert.engines.machines import ridge
from labelcert.engines.machines.clean import ranked
from labelcert.engines.machines.linear_model import LinearTrainer
from labelcert.engines.machines.machines import Machines
from labelcert.engines.machines.svm_trainer import SvmTrainer
from labelcert.engines.machines.trainer import ExactTrainer


@dataclass(frozen=True, eq=False)
class CheckedProblem:
    """A `Problem` of checked matrices."""

    given: CheckedInput

    def price(self, changed: IntArray, labels: IntArray) -> tuple[int | None, str]:
        """What the attacker pays, or None and why it may not."""
        space = self.given.space
        for i, label in zip(changed.tolist(), labels.tolist(), strict=True):
            if not space.allowed[i, label]:
                trusted = space.allowed[i].sum() == 1
                why = "is trusted, or no direction leads away from its class"
                name = self.given.classes[label]
                return None, f"label {i} {why if trusted else f'may not become {name}'}"
        price = space.price(changed * space.classes + labels)
        if price is None:
            return None, "a group would spend more than its budget"
        return price, ""

    def retrain(self, labels: IntArray, predicted: IntArray) -> Retrained:
        """Train on class numbers (n,) and compare with predicted classes (m,)."""
        given, classes = self.given, len(self.given.classes)
        trainer = self._trainer()
        value, bar = trainer.values(labels)
        zero = np.abs(given.cross).sum(axis=1) == 0
        found = ranked(value, np.array(bar), zero, labels, classes, trainer)
        leads = leads_of(value, bar, predicted)
        lost = (found.predicted != predicted) | found.tied
        unclear = ~leads.broken & ~leads.robust & ~zero
        told: BoolArray = np.asarray(lost & ~found.doubtful, dtype=np.bool_)
        broken: BoolArray = np.asarray(leads.broken | zero, dtype=np.bool_)
        broken[unclear] = told[unclear]
        shape = value[:, 0] if classes == 2 else value
        bars = np.array(bar)[:, 0] if classes == 2 else np.array(bar)
        return Retrained(shape, bars, found.predicted, broken, unclear & found.doubtful)

    def _trainer(self) -> ExactTrainer:
        given, classes = self.given, len(self.given.classes)
        if given.ridge is not None:
            model = ridge.linear_model(given.gram, given.cross, given.ridge, 0)
            return LinearTrainer(model, classes)
        assert given.C is not None
        # What is retrained on may be more than the attacker could do.
        space = RelabelSpace.unrestricted(given.space.labels, classes)
        return SvmTrainer(Machines(given.gram, given.cross, given.C, space, 0))


@made_by
def problem_of(certificate: Certificate, gram: Any, cross: Any, threat: Any) -> CheckedProblem:
    """The problem of a certificate that was read from a file.

    Raises InputError: other matrices than those that were certified, as its decision values tell,
    or no threat where the certificate had one.
    """
    if threat is None and (certificate.unit != "flips" or certificate.bad_groups):
        raise InputError(
            "threat is missing: this certificate had a threat model, so pass it with the matrices."
        )
    given = check_input(
        gram, cross, certificate.labels, certificate.learner.get("C"),
        certificate.learner.get("ridge"), 0 if threat is None else None, threat,
        certificate.classes.tolist(),
    )  # fmt: skip
    problem = CheckedProblem(given)
    if len(given.cross) == certificate.num_test:
        number = {name: k for k, name in enumerate(certificate.classes.tolist())}
        predicted = np.array([number[p] for p in certificate.prediction.tolist()], dtype=np.int64)
        clean = problem.retrain(given.space.labels, predicted)
        apart = np.abs(clean.decision - certificate.decision)
        near = clean.error_bar + certificate.error_bar
        if (apart <= near + 1e-6 * np.abs(certificate.decision)).all():
            return problem
    raise InputError(
        "gram and cross are not those of this certificate, whose decision values differ: pass the "
        "matrices that were certified, in the same order."
    )
