"""Certify a checked problem again and again: some test points, an attacker that can do less.

What depends on neither, the check of the kernel and the factorization of ridge regression, is done
once: with n labels that is O(n³), and the rest of ridge regression a sort a test point.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from labelcert.certificates.attacker.threat_model import ThreatModel
from labelcert.certificates.results.certificate import Certificate
from labelcert.certificates.results.suspicion import Suspicion
from labelcert.certificates.run.certified import certificate_of
from labelcert.certificates.run.checked_input import CheckedInput, check_attacker
from labelcert.certificates.run.feature_input import FeatureInput
from labelcert.certificates.run.feature_running import certificate_from_features, model_of
from labelcert.certificates.run.settings import Settings
from labelcert.certificates.run.suspecting import (
    suspicion_of_features,
    suspicion_of_ridge,
    suspicion_of_svm,
)
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
        return certificate_from_features(self.given, self.model, False, self.jobs, clock)

    def again(self, points: list[int], threat: ThreatModel, clock: Clock) -> Certificate:
        """Of some test points, against another attacker."""
        given = self.given
        space, most, asked = check_attacker(given.labels, given.classes, None, threat)
        part = replace(given, tests=given.tests[points], space=space, max_flips=most, asked=asked)
        model = replace(self.model, tests=part.tests)
        return certificate_from_features(part, model, False, self.jobs, clock)

    def suspicion(self, clock: Clock) -> Suspicion | None:
        """What the other labels say of each; of saturated SVMs, or for lack of time, None."""
        learner, given = self.model.learner, self.given
        n, p = len(given.labels), min(given.features.shape)
        late = 6 * n * p * p / OPERATIONS > clock.remaining / 2
        if not isinstance(learner, FeatureRidge) or late:
            return None
        return suspicion_of_features(learner, given.labels, given.classes)
