"""Run the sorts on a checked problem from features, and put what they find into a certificate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates.array_types import FloatArray, IntArray
from labelcert.certificates.attacker.fingerprint import fingerprint
from labelcert.certificates.results.certificate import Certificate
from labelcert.certificates.results.witness import Witness
from labelcert.certificates.results.witness_recipe import WitnessRecipe
from labelcert.certificates.run.checked_input import CheckedInput
from labelcert.certificates.run.counting_from_features import collective_counts
from labelcert.certificates.run.feature_input import FeatureInput
from labelcert.certificates.run.outcome import INTERRUPTED, reason_of
from labelcert.certificates.run.to_certificates import EVERY_BUDGET
from labelcert.certificates.run.warning_signs import signs_of_labels
from labelcert.engines.crowds.feature_crowd import feature_crowd
from labelcert.engines.machines.feature_model import ExactProducts, FeatureModel
from labelcert.engines.machines.feature_saturation import SaturatedFeatures
from labelcert.engines.sorting.feature_margins import feature_margins
from labelcert.engines.sorting.feature_radii import FeatureRadii, feature_radii, witness_of
from labelcert.engines.work.clock import Clock
from labelcert.learners.feature_exact import ExactFeatures
from labelcert.learners.feature_system import FeatureSystem
from labelcert.learners.gram_system import ExactGram, GramRidge


class Asked(NamedTuple):
    """What is asked for beside radii: worst margins, and collective counts."""

    margins: bool = False
    collective: bool = False


def run_features(given: FeatureInput, asked: Asked, jobs: int, clock: Clock) -> Certificate:
    """The certificate of a problem from features."""
    return certificate_from_features(given, model_of(given), asked, jobs, clock)


def certificates_of(
    given: FeatureInput, ridges: Sequence[float], jobs: int, clock: Clock
) -> Iterator[Certificate]:
    """Certificates of the same problem for several λ, from one eigendecomposition.

    Those that are not begun before the clock expires are left out.
    """
    system = FeatureSystem.of(given.features)
    for ridge in ridges:
        if clock.expired:
            return
        learner = system.ridge(ridge, by_spectrum=True)
        exact = ExactFeatures(given.features, ridge)
        model = FeatureModel(learner, exact, given.tests, len(given.labels))
        yield certificate_from_features(replace(given, ridge=ridge), model, Asked(), jobs, clock)


def certificates_of_gram(
    given: CheckedInput, ridges: Sequence[float], jobs: int, clock: Clock
) -> Iterator[Certificate]:
    """The same of a Gram matrix, whose rows take the place of features."""
    rows = FeatureInput(
        given.gram.given, given.cross, given.labels, given.classes, None, None, given.space,
        given.max_flips, given.asked, given.told,
    )  # fmt: skip
    for ridge in ridges:
        if clock.expired:
            return
        learner, exact = GramRidge(given.gram, ridge), ExactGram(given.gram, ridge)
        model = FeatureModel(learner, exact, given.cross, len(given.labels))
        yield certificate_from_features(replace(rows, ridge=ridge), model, Asked(), jobs, clock)


def certificate_from_features(
    given: FeatureInput, model: FeatureModel, asked: Asked, jobs: int, clock: Clock
) -> Certificate:
    """The certificate of a problem whose model is at hand."""
    name = "ridge" if given.C is None else "saturation"
    found, witnesses = _radii(given, model, name, jobs, clock)
    counts = None
    if asked.collective:
        counts = collective_counts(given, model, found, name, jobs, clock)
    stopped = reason_of(clock)
    decision, error_bar = _values(found, len(given.classes) == 2)
    worst, bound, levels = _margins(given, model, found, asked.margins)
    is_open = found.radius < found.upper
    if counts is not None and counts.stopped:
        is_open = np.ones(1, dtype=bool)
    kept = stopped == INTERRUPTED or bool(is_open.any())
    return Certificate(
        labels=given.labels,
        classes=given.classes,
        decision=decision,
        error_bar=error_bar,
        radius=found.radius,
        radius_upper=found.upper,
        worst_margin=worst,
        worst_margin_bound=bound,
        witnesses=witnesses,
        proven_by=_proven_by(given, found, name),
        broken_by=_broken_by(given, found, witnesses, name),
        max_flips=given.max_flips,
        learner={"ridge": given.ridge} if given.ridge is not None else {"C": float(given.C or 0)},
        seconds=clock.elapsed,
        stopped=stopped if kept else "",
        unit="flips" if bool((given.space.cost == 1).all()) else "cost",
        class_numbers=found.leader,
        collective=counts,
        levels=levels,
        bad_groups=given.space.free_groups,
        attacker=fingerprint(given.space),
        asked=given.asked,
        warnings=(*given.told, *signs_of_labels(given.classes, given.space.labels, found.leader)),
    )


def _radii(
    given: FeatureInput, model: FeatureModel, name: str, jobs: int, clock: Clock
) -> tuple[FeatureRadii, Sequence[Witness | None]]:
    """Radii, and witnesses: made on demand, but against groups, where they come with the proof."""
    if not given.space.free_groups:
        found = feature_radii(model, given.space, given.max_flips, jobs, clock)
        return found, _recipe(given, model, found)
    crowd = feature_crowd(model, given.space, given.max_flips, jobs, name, clock)
    for t, changes in enumerate(crowd.witness):
        cost = int(crowd.radii.upper[t]) + 1
        if changes is not None and not given.space.contains(changes, cost):
            raise AssertionError(f"witness of test point {t} lies outside the threat model")
    return crowd.radii, tuple(None if w is None else given.witness(w) for w in crowd.witness)


def model_of(given: FeatureInput) -> FeatureModel:
    """The model of checked features; raises InputError where C is too large for a sort."""
    n = len(given.labels)
    if given.ridge is not None:
        learner = FeatureSystem.of(given.features).ridge(given.ridge)
        exact = ExactFeatures(given.features, given.ridge)
        return FeatureModel(learner, exact, given.tests, n)
    assert given.C is not None
    saturated = SaturatedFeatures(given.features, given.C)
    most = saturated.most(given.space, given.max_flips)
    if not most * given.C <= 1 - 1e-9:
        raise InputError(
            f"C={given.C:g} is too large for an SVM from features at up to {given.max_flips} "
            f"flips: pass a C of at most {_rounded_down(1 / most):g}, or ridge, or the Gram matrix "
            "to certify."
        )
    return FeatureModel(saturated, ExactProducts(given.features, given.C), given.tests, n)


def _rounded_down(value: float) -> float:
    """Three significant digits of a positive number, below it by at least a millionth."""
    unit = 10.0 ** (np.floor(np.log10(value)) - 2)
    return float(np.floor(value * (1 - 1e-6) / unit) * unit)


def _values(found: FeatureRadii, two: bool) -> tuple[FloatArray, FloatArray]:
    """Decision values and error bars as `Certificate` has them, from sums of weights by class."""
    sums = found.sums
    if two:
        return sums[:, 1] - sums[:, 0], found.bar
    # The bar is one of 2 (sums[a] − sums[b]); a logit is 2 sums[k] less the sum of all.
    return 2 * sums - sums.sum(axis=1, keepdims=True), np.repeat(
        found.bar[:, None], sums.shape[1], axis=1
    )


def _recipe(given: FeatureInput, model: FeatureModel, found: FeatureRadii) -> WitnessRecipe:
    def make(t: int) -> Witness | None:
        changes = witness_of(found, model, given.space, t)
        if changes is None:
            return None
        if not given.space.contains(changes, int(found.upper[t]) + 1):
            raise AssertionError(f"witness of test point {t} lies outside the threat model")
        return given.witness(changes)

    return WitnessRecipe(np.where(found.upper < given.max_flips, found.rival, -1), make)


def _proven_by(given: FeatureInput, found: FeatureRadii, name: str) -> tuple[str, ...]:
    """Training proves budget 0, unless groups change for nothing."""
    at_none = name if given.space.free_groups else "training"
    return tuple("" if r < 0 else name if r else at_none for r in found.radius.tolist())


def _broken_by(
    given: FeatureInput, found: FeatureRadii, witnesses: Sequence[Witness | None], name: str
) -> tuple[str, ...]:
    ends = found.upper.tolist()
    if not given.space.free_groups:
        return tuple("training" if u < 0 else name if u < given.max_flips else "" for u in ends)
    return tuple("" if w is None else name if len(w.indices) else "training" for w in witnesses)


def _margins(
    given: FeatureInput, model: FeatureModel, found: FeatureRadii, wanted: bool
) -> tuple[FloatArray, FloatArray, IntArray | None]:
    """Worst margins and their bounds, no columns where they are not wanted; and their budgets."""
    if not wanted:
        nothing = np.zeros((model.m, 0))
        return nothing, nothing, None
    ladder = given.space.points.ladder(given.max_flips)
    worst, bound = feature_margins(model, given.space, found.leader, ladder)
    if given.max_flips > EVERY_BUDGET:
        return worst, bound, ladder.levels
    rows = np.searchsorted(ladder.levels, np.arange(given.max_flips + 1), side="right") - 1
    return worst[:, rows], bound[:, rows], None
