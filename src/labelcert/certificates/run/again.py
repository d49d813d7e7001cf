"""Certify a checked problem again and again: some test points, an attacker that can do less.

What depends on neither, the check of the kernel and the factorization of ridge regression, is done
once: with n labels that is O(n³), and the rest of ridge regression a sort a test point.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from labelcert.certificates.array_types import FloatArray
from labelcert.certificates.attacker.threat_model import ThreatModel
from labelcert.certificates.results.certificate import Certificate
from labelcert.certificates.results.suspicion import Suspicion
from labelcert.certificates.run.ceilings import Ceilings, counts_changes
from labelcert.certificates.run.certified import certificate_of
from labelcert.certificates.run.checked_input import CheckedInput, check_attacker
from labelcert.certificates.run.feature_input import FeatureInput
from labelcert.certificates.run.feature_running import (
    Asked,
    certificate_from_features,
    model_of,
)
from labelcert.certificates.run.settings import Settings
from labelcert.certificates.run.suspicion_of import (
    suspicion_of_features,
    suspicion_of_ridge,
    suspicion_of_svm,
)
from labelcert.engines.knowledge.lead import rounding
from labelcert.engines.machines import ridge
from labelcert.engines.machines.feature_model import FeatureModel
from labelcert.engines.machines.linear_model import LinearModel
from labelcert.engines.work.clock import Clock
from labelcert.learners.feature_system import FeatureRidge

SHARE = 0.15
"""Of the time left, what holding labels against the others may take where it can be cut short."""

OPERATIONS = 1e10
"""A second, of linear algebra: a careful guess, for what cannot be cut short."""


@dataclass(frozen=True, eq=False)
class KernelProblem:
    """A problem of `certify`, checked."""

    given: CheckedInput
    settings: Settings
    clock: Clock  # of the whole call

    @cached_property
    def model(self) -> LinearModel | None:
        """The linear model of all test points, of ridge regression."""
        given = self.given
        if given.ridge is None:
            return None
        return ridge.linear_model(given.gram, given.cross, given.ridge, given.max_flips, self.clock)

    def certificate(self, clock: Clock) -> Certificate:
        """Of all test points, against the attacker that was asked for."""
        return certificate_of(self.given, self.settings, clock, model=self.model)

    def again(self, points: list[int], threat: ThreatModel, clock: Clock) -> Certificate:
        """Of some test points, against another attacker; without warnings."""
        given = self.given
        space, most, asked = check_attacker(given.labels, given.classes, None, threat)
        part = replace(given, cross=given.cross[points], space=space, max_flips=most, asked=asked)
        model = None if self.model is None else self.model.of_test_points(np.array(points))
        return certificate_of(part, self.settings, clock, model=model, signs=False)

    def ceilings(self, before: Certificate, steps: int) -> Ceilings | None:
        """Bounds on what `again` can give, of ridge regression where the attacker counts changes;
        steps: how many labels are trusted at the most."""
        model, given = self.model, self.given
        if model is None or before.class_numbers is None or not counts_changes(given.space):
            return None
        rows = zip(model.weights, (4 * model.error).tolist(), strict=True)
        return Ceilings(rows, given.space, before.class_numbers, before.max_flips, steps)

    def suspicion(self, clock: Clock) -> Suspicion | None:
        """What the other labels say of each; None where there is no time for it."""
        given = self.given
        if given.C is not None:
            part = clock.within(SHARE * clock.remaining)
            return suspicion_of_svm(given.gram, given.labels, given.classes, given.C, part)
        assert given.ridge is not None
        if 8 * len(given.labels) ** 3 / OPERATIONS > clock.remaining / 2:
            return None
        return suspicion_of_ridge(given.gram, given.labels, given.classes, given.ridge)


@dataclass(frozen=True, eq=False)
class FeatureProblem:
    """A problem of `certify_linear`, checked."""

    given: FeatureInput
    jobs: int

    @cached_property
    def model(self) -> FeatureModel:
        """The model of all test points."""
        return model_of(self.given)

    def certificate(self, clock: Clock) -> Certificate:
        """Of all test points, against the attacker that was asked for."""
        return certificate_from_features(self.given, self.model, Asked(), self.jobs, clock)

    def again(self, points: list[int], threat: ThreatModel, clock: Clock) -> Certificate:
        """Of some test points, against another attacker."""
        given = self.given
        space, most, asked = check_attacker(given.labels, given.classes, None, threat)
        part = replace(given, tests=given.tests[points], space=space, max_flips=most, asked=asked)
        model = replace(self.model, tests=part.tests)
        return certificate_from_features(part, model, Asked(), self.jobs, clock)

    def ceilings(self, before: Certificate, steps: int) -> Ceilings | None:
        """Bounds on what `again` can give, where the attacker counts changes."""
        if before.class_numbers is None or not counts_changes(self.given.space):
            return None
        return Ceilings(
            self._rows(), self.given.space, before.class_numbers, before.max_flips, steps
        )

    def _rows(self) -> Iterator[tuple[FloatArray, float]]:
        """The weights (n,) of each test point, and how far a lead of them can be off."""
        n = len(self.given.labels)
        for block in self.model.blocks():
            for weights, error in zip(block.weights, block.error.tolist(), strict=True):
                off = float(np.sqrt(n) * error) + rounding(
                    2 * (n + 4), float(np.abs(weights).sum())
                )
                yield weights, 4 * off

    def suspicion(self, clock: Clock) -> Suspicion | None:
        """What the other labels say of each; of saturated SVMs, or for lack of time, None."""
        learner, given = self.model.learner, self.given
        n, p = len(given.labels), min(given.features.shape)
        late = 6 * n * p * p / OPERATIONS > clock.remaining / 2
        if not isinstance(learner, FeatureRidge) or late:
            return None
        return suspicion_of_features(learner, given.labels, given.classes)
