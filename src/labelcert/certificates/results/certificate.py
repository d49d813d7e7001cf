"""The sample-wise certificate: what is proven of each prediction, as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates.array_types import BoolArray, FloatArray, IntArray, LabelArray
from labelcert.certificates.results.alternative import Alternative
from labelcert.certificates.results.collective_certificate import CollectiveCertificate, covered
from labelcert.certificates.results.flip_check import FlipCheck, Problem, check_flips, flips_given
from labelcert.certificates.results.leads import leads_with_bars, predicted_numbers
from labelcert.certificates.results.old_names import OldNames
from labelcert.certificates.results.relaxation_gap import RelaxationGap, relaxation_gap
from labelcert.certificates.results.shown import Shown
from labelcert.certificates.results.witness import Witness
from labelcert.intake.items import items_of
from labelcert.intake.label_lookup import refuse_other_type
from labelcert.intake.labels import as_labels
from labelcert.intake.names import told_names
from labelcert.intake.numbers import told, whole_or_none

if TYPE_CHECKING:
    import pandas as pd  # pyright: ignore[reportMissingTypeStubs]


@dataclass(frozen=True, eq=False, repr=False)
class Certificate(Shown, OldNames):
    """For each of m test points, how many flipped training labels its prediction survives.

    prediction (m,) class labels; decision (m,) clean decision values, positive for classes[1], or,
    with K > 2 classes, (m, K) logits, the largest of which wins; error_bar of the same shape: how
    far each can be from the truth. class_numbers (m,): positions of the predictions in classes,
    where the values are too close to tell as exact arithmetic has them (None: as decision has
    them).
    radius (m,): proven robust up to this budget, with any bad groups there are besides; −1 where
    not even budget 0 is proven, see `status`. Capped at max_flips: radius == max_flips means at
    least that.
    radius_upper (m,): no witness is known at or below it; equal to radius where exact.
    max_flips: the largest budget covered, no more than all labels cost together; asked: the one
    asked for (None: the same). Beyond max_flips nothing changes.
    worst_margin (m, L): smallest margin found at each of `budgets`, NaN where the verdict did not
    need it; worst_margin_bound of the same shape: proven, no flip set of the budget reaches below
    it (−inf where nothing is proven). They meet, to the error bar, at every budget where
    certify(worst_margins=True) finished. Both have no columns where certify_linear was not asked,
    and none of ensembles.
    witnesses (m,): see `witness`; of certify_linear each is made when it is asked for.
    levels: budgets of these columns where they are not all from 0 to max_flips, see `budgets`.
    proven_by, broken_by (m,): the engine that proved the radius, and the one that found the witness
    ("" if none).
    stopped: "" if the search ended by itself or its limit left nothing open, else "time limit" or
    "interrupted". gram_shift: what had to be added to the diagonal of the kernel to make it
    provably positive semidefinite; verdicts hold with and without it, and what they cannot tell for
    both is open. 0 of ridge regression, which takes the kernel as given.
    unit: what budgets and radii count, "flips", or "cost" where not every label costs 1.
    relaxed: whether only independent worst cases of the classes were asked for. relaxed_radius
    (m,): with K > 2 classes, the radius by these alone, None where it was not computed.
    alternatives: where radii of an SVM are open, what would close them, each with its price, see
    `advice`.
    bad_groups: how many groups, or annotators who vote, the attacker may have for itself, see
    `ThreatModel`; bad_what: which of both, "group" or "annotator".
    attacker: a fingerprint of what the attacker may do, its budget apart; "" where none was kept.
    warnings: what makes the certificate worth less than it looks, such as a model that always
    predicts the same class; a sentence each, with a remedy.
    problem: what `check` trains again, the matrices with it; kept neither in files nor in pickles.

    Three words are kept apart: `exact`, what is known of a radius; `relaxed`, what was asked for;
    `complete`, whether the search ended by itself.

    Source: definitions of arXiv 2412.00537, section 2; error bars of our own note, section 2.
    """

    labels: LabelArray
    classes: LabelArray
    decision: FloatArray
    error_bar: FloatArray
    radius: IntArray
    radius_upper: IntArray
    worst_margin: FloatArray
    witnesses: Sequence[Witness | None]
    proven_by: tuple[str, ...]
    broken_by: tuple[str, ...]
    max_flips: int
    learner: dict[str, float]
    worst_margin_bound: FloatArray
    gram_shift: float = 0.0
    seconds: float = 0.0
    stopped: str = ""
    collective: CollectiveCertificate | None = None
    unit: str = "flips"
    class_numbers: IntArray | None = None
    relaxed: bool = False
    relaxed_radius: IntArray | None = None
    levels: IntArray | None = None
    asked: int | None = None
    alternatives: tuple[Alternative, ...] = ()
    bad_groups: int = 0
    bad_what: str = "group"
    attacker: str = ""
    warnings: tuple[str, ...] = ()
    problem: Problem | None = field(default=None)

    @property
    def prediction(self) -> LabelArray:
        """(m,) predicted class labels of the clean model."""
        return self.classes[self._numbers()]

    @property
    def advice(self) -> tuple[str, ...]:
        """What would close radii that are open, in a sentence or two each; else none.

        A longer search, a smaller C, ridge regression: each with its price in predictions that
        change, and in clean accuracy where `labelcert.certify` was given validation labels. As
        data: `alternatives`.
        """
        return tuple(way.told for way in self.alternatives)

    @property
    def margin(self) -> FloatArray:
        """(m,) clean margins: how far each prediction leads the next class."""
        return self.lead()[0]

    @property
    def relaxation_gap(self) -> RelaxationGap | None:
        """How far the relaxation alone falls short, None where it was not computed."""
        if self.relaxed_radius is None:
            return None
        return relaxation_gap(self.relaxed_radius, self.radius, self.radius_upper)

    @property
    def budgets(self) -> IntArray:
        """(L,) budgets of the columns of `worst_margin`.

        All from 0 to max_flips; where max_flips is above 4,096, those of them at which something
        can change: what flip sets can cost.
        """
        return np.arange(self.max_flips + 1) if self.levels is None else self.levels

    @property
    def status(self) -> tuple[str, ...]:
        """(m,) "robust" at budget 0 and beyond, "tie" on the clean labels, "broken" by bad groups
        alone, or "open": nothing of that is proven, for lack of time or because a shift of the
        kernel's diagonal leaves it in doubt."""
        lost = [witness is not None and len(witness.indices) > 0 for witness in self.witnesses]
        known = zip(self.radius.tolist(), self.radius_upper.tolist(), lost, strict=True)
        return tuple(
            "robust" if low >= 0 else "open" if up >= 0 else "broken" if changed else "tie"
            for low, up, changed in known
        )

    @property
    def exact(self) -> BoolArray:
        """(m,) whether the radius is known exactly."""
        return self.radius == self.radius_upper

    @property
    def complete(self) -> bool:
        """Whether the search ended by itself with all it was asked for: more time changes nothing.

        An exact search that leaves something open has given it up for lack of time, even where it
        did not run into its limit. A relaxed one leaves open what its relaxation cannot tell.
        """
        if self.stopped:
            return False
        closed = bool(self.exact.all()) and (self.collective is None or self.collective.exact)
        return closed or self.relaxed

    @property
    def num_test(self) -> int:
        """Number of test points m."""
        return len(self.decision)

    @property
    def num_labeled(self) -> int:
        """Number of labeled points n."""
        return len(self.labels)

    def witness(self, i: int) -> Witness | None:
        """A smallest known flip set that breaks test point i, or None if none is known."""
        number = whole_or_none(i)
        if number is None or not -self.num_test <= number < self.num_test:
            raise InputError(
                f"i={told(i)} is out of range: pass a whole number, there are {self.num_test} test "
                "points."
            )
        return self.witnesses[number]

    def check(
        self,
        indices: Any = None,
        new_labels: Any = None,
        *,
        labels: Any = None,
        gram: Any = None,
        cross: Any = None,
        threat: Any = None,
    ) -> FlipCheck:
        """Retrain on a flip set of one's own: which predictions change, and what that is worth.

        indices: (k,) positions among the labeled points, or a mask; new_labels: (k,) their new
        labels, with two classes the other one by default. ``cert.check(cert.witness(i))`` looks at
        a witness. labels: (n,) all labels as they are after the attack, in place of both. gram,
        cross, threat: what was certified, for a certificate from a file.

        Raises InputError: labels that are no change, or matrices that are missing or others.
        """
        flips = flips_given(self, indices, new_labels, labels)
        return check_flips(self, *flips, gram, cross, threat)

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the problem, whose matrices would go along into every pickle."""
        return {**self.__dict__, "problem": None}

    def certified_ratio(self, r: int) -> float:
        """Share of the test points proven robust at budget r."""
        return self.certified_ratio_bounds(r)[0]

    def certified_ratio_bounds(self, r: int) -> tuple[float, float]:
        """Share proven robust at budget r, and share not known to be broken at r."""
        r = self._budget(r)
        if self.num_test == 0:
            return float("nan"), float("nan")
        return float((self.radius >= r).mean()), float((self.radius_upper >= r).mean())

    def certified_accuracy(self, r: int, y_true: Any) -> float:
        """Share of the test points proven robust at budget r and predicted right.

        y_true: (m,) true labels, of the labels' type, in the order of the test points. A class that
        was not among the labels counts as predicted wrong. Raises InputError: another type, a
        missing value, or nothing but classes that the certificate does not know.
        """
        r = self._budget(r)
        if self.num_test == 0 and not items_of(y_true, "y_true", "one label for each test point"):
            return float("nan")
        truth = as_labels(y_true, "y_true", count=self.num_test, each="test point")
        refuse_other_type(truth, self.classes, "y_true", "classes")
        if not set(truth.tolist()) & set(self.classes.tolist()):
            raise InputError(
                f"y_true holds {told_names(np.unique(truth).tolist())} and the classes are "
                f"{told_names(self.classes.tolist())}: pass labels of these classes."
            )
        return float(((self.radius >= r) & (self.prediction == truth)).mean())

    def to_frame(self) -> pd.DataFrame:
        """One row a test point: prediction, margin, radius, witness and who decided.

        The same for any number of classes: margin is how far the prediction leads the next class,
        error_bar how far that can be from the truth, and decision the row's entry of `decision`, a
        number with two classes, else a list of K logits. Witnesses that are only made when asked
        for (certify_linear) are not: in their place stands the class that overtakes the
        prediction, in the column overtaken_by.
        """
        from labelcert.certificates.results.frame import frame_of

        return frame_of(self)

    def to_json(self, indent: int | None = None) -> str:
        """The whole certificate as JSON text; `from_json` reads it back."""
        from labelcert.certificates.results.json_writing import dump

        return dump(self, indent)

    @staticmethod
    def from_json(text: str) -> Certificate:
        """Read a certificate from the text of `to_json`, or of the shell's ``--output run.json``.

        Raises InputError if it is neither.
        """
        from labelcert.certificates.results.json_reading import parse

        return parse(text)

    def _numbers(self) -> IntArray:
        known = self.class_numbers
        return predicted_numbers(self.decision) if known is None else known

    def lead(self) -> tuple[FloatArray, FloatArray]:
        """`margin` (m,), and how far each can be from the truth (m,)."""
        return leads_with_bars(self.decision, self.error_bar, self._numbers())

    def _budget(self, r: int) -> int:
        return covered(r, self.max_flips, self.asked)

    def __repr__(self) -> str:
        learner = ", ".join(f"{k}={v:g}" for k, v in self.learner.items())
        budgets = [r for r in (1, 2, 3, 5, 10) if r <= self.max_flips]
        curve = ", ".join(f"{self.certified_ratio(r):.0%} at {r}" for r in budgets)
        exact = f"{int(self.exact.sum())} exact" if not self.exact.all() else "all exact"
        many = f" of {len(self.classes)} classes" if len(self.classes) > 2 else ""
        gap = self.relaxation_gap
        return (
            f"Certificate({self.num_test} test points, {self.num_labeled} labels{many}, {learner}; "
            f"certified {curve or 'at 0 only'}; {exact}{f'; relaxation {gap.told}' if gap else ''}"
            f"{f'; diagonal shifted by {self.gram_shift:.1e}' if self.gram_shift > 0 else ''})"
        )
