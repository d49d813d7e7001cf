"""Attacks on counts judge by sums kept up to date: what these may be off by must not break more."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.attacking import feature_counts
from labelcert.engines.attacking.feature_counts import FeatureCounts
from labelcert.engines.crowds.feature_crowd import feature_crowd
from labelcert.engines.machines.feature_model import FeatureModel
from labelcert.engines.sorting.feature_radii import feature_radii
from labelcert.engines.work.clock import Clock

ERROR = 1e-3


class Malicious:
    """A learner whose weights are as wrong as its bound allows, each time in the worst direction.

    Those of all labels are too small on the side of the leader; those that an attack computes again
    of the labels it changes are too large, by the same length.
    """

    def __init__(self, truth, labels):
        self.truth, self.side = truth, np.where(labels == 0, 1.0, -1.0)

    def coefficients(self, tests):
        return np.eye(len(tests)), np.full(len(tests), ERROR)

    def weights(self, coefficients):
        n = self.truth.shape[1]
        return coefficients @ (self.truth - ERROR / np.sqrt(n) * self.side)

    def weights_of(self, coefficients, points):
        wrong = self.truth[:, points] + ERROR / np.sqrt(len(points)) * self.side[points]
        return coefficients @ wrong


class NoExact:
    def weights(self, row, expired=None):
        return None


def attacked(truth, labels, classes, budget):
    space = RelabelSpace.unrestricted(labels, classes)
    learner = Malicious(truth, labels)
    model = FeatureModel(learner, NoExact(), np.zeros((len(truth), 1)), len(labels))
    found = feature_radii(model, space, budget, 1, Clock())
    return found, FeatureCounts(model, found, space, budget).run(Clock())


def still_leads(truth, labels, changes, classes):
    """Whether class 0 leads on the true weights, in fractions."""
    new = labels.copy()
    new[changes // classes] = changes % classes
    sums = [Fraction(0)] * classes
    for weight, label in zip(truth.tolist(), new.tolist(), strict=True):
        sums[label] += Fraction(weight)
    return all(sums[0] > sums[k] for k in range(1, classes))


def near_miss(flips, beyond):
    """Labels, and weights (1, n) of which turning the first labels leaves a true lead: `beyond` of
    what mixed weights are off by besides their bar."""
    n = 40
    labels = np.zeros(n, dtype=np.int64)
    labels[-1] = 1
    left = beyond * 2 * np.sqrt(flips) * ERROR
    truth = np.full((1, n), (flips + left) / (n - flips - 1))
    truth[0, :flips], truth[0, -1] = 1.0, 0.0
    return labels, truth


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("flips", [1, 4, 9])
@pytest.mark.parametrize("beyond", [0.1, 0.6])
def test_two_roundings_of_one_weight_do_not_break_what_holds(classes, flips, beyond):
    labels, truth = near_miss(flips, beyond)
    found, counts = attacked(truth, labels, classes, flips + 1)
    assert found.leader[0] == 0
    assert 0 <= found.radius[0] <= found.upper[0] == flips
    turned = np.arange(flips) * classes + 1
    assert still_leads(truth[0], labels, turned, classes)
    assert len(counts) > 0
    for one in counts:
        assert not still_leads(truth[0], labels, one.changes, classes)


def test_a_bar_that_is_not_widened_is_found_out(monkeypatch):
    monkeypatch.setattr(feature_counts, "widened", lambda changes, labels: 1.0)
    labels, truth = near_miss(4, 0.1)
    _, counts = attacked(truth, labels, 2, 5)
    assert any(still_leads(truth[0], labels, one.changes, 2) for one in counts)


class Careless(Malicious):
    """A learner that is nearly right when it is asked first, and off by ERROR when asked again,
    which it says: all weights are too large on the side of the leader."""

    def __init__(self, truth, labels):
        super().__init__(truth, labels)
        self.asked, self.wrong = 0, 0.0

    def coefficients(self, tests):
        self.asked += 1
        error = 1e-12 if self.asked == 1 else ERROR
        self.wrong = 0.0 if self.asked == 1 else ERROR
        return np.eye(len(tests)), np.full(len(tests), error)

    def weights(self, coefficients):
        return coefficients @ (self.truth + self.wrong / np.sqrt(self.truth.shape[1]) * self.side)


@pytest.mark.parametrize("classes", [2, 3])
def test_a_bar_goes_with_the_weights_that_it_was_found_for(classes):
    """Two bad labels turn a lead to just below 0, which weights computed again show as above."""
    n = 40
    labels = np.array([0] * (n - 1) + [1])
    truth = np.full((1, n), 1 / (n - 3))
    truth[0, :2], truth[0, -1] = (1.0 + 1e-5) / 2, 0.0
    assert not still_leads(truth[0], labels, np.array([0, 1]) * classes + 1, classes)
    group = np.maximum(np.arange(n) - 1, 0)  # the first two are one group, all others alone
    space = replace(
        RelabelSpace.unrestricted(labels, classes), group=group,
        group_budget=np.zeros(n - 1, dtype=np.int64), free_groups=1,
    )  # fmt: skip
    model = FeatureModel(Careless(truth, labels), NoExact(), np.zeros((1, 1)), n)
    crowd = feature_crowd(model, space, 0, 1, "ridge", Clock())
    assert crowd.radii.radius[0] == -1


@pytest.mark.parametrize("classes", [2, 3])
def test_what_is_lost_beyond_all_bars_is_counted(classes):
    n = 16
    labels = np.array([0] * 10 + [1] * 6)
    truth = np.ones((1, n))
    _, counts = attacked(truth, labels, classes, 5)
    assert counts[-1].broken == 1
    assert not still_leads(truth[0], labels, counts[-1].changes, classes)
