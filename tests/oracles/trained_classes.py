"""Brute force for many classes: train on every relabeling, and hold certificates to it."""

from itertools import product

import numpy as np

from oracles.brute_force import solve_dual

TOLERANCE = 1e-6


def make(seed, n=5, m=3, classes=3):
    rng = np.random.default_rng(seed)
    points, tests = rng.standard_normal((n, 3)), rng.standard_normal((m, 3))
    labels = rng.integers(0, classes, n)
    labels[:classes] = np.arange(classes)
    return points @ points.T, tests @ points.T, labels


class Trained:
    """Logits (m, K) after training on any labels, by the oracle; every ±1 vector once."""

    def __init__(self, gram, cross, classes, C=None, ridge=None):
        self.gram, self.cross, self.classes, self.C = gram, cross, classes, C
        self.inverse = None if ridge is None else np.linalg.inv(gram + ridge * np.eye(len(gram)))
        self.known = {}

    def logits(self, labels):
        return np.stack([self._logit(np.where(labels == k, 1.0, -1.0)) for k in self.classes], 1)

    def _logit(self, y):
        key = y.tobytes()
        if key not in self.known:
            solved = self.inverse @ y if self.C is None else solve_dual(self.gram, y, self.C)
            self.known[key] = self.cross @ solved
        return self.known[key]

    def lead(self, labels, predicted):
        """How far the logit of predicted (m,) class numbers lies above all others."""
        logits = self.logits(labels)
        at = np.arange(len(logits)), predicted
        best = logits[at].copy()
        logits[at] = -np.inf
        return best - logits.max(axis=1)


def worst_leads(trained, labels, classes, predicted, cost_of, budget):
    """Smallest lead (m, budget + 1) over all relabelings of each cost; cost_of: None if barred."""
    worst = np.full((len(trained.cross), budget + 1), np.inf)
    for new in product(classes, repeat=len(labels)):
        relabeled = np.array(new)
        cost = cost_of(labels, relabeled)
        if cost is not None and cost <= budget:
            lead = trained.lead(relabeled, predicted)
            worst[:, cost] = np.minimum(worst[:, cost], lead)
    return np.minimum.accumulate(worst, axis=1)


def count(labels, relabeled):
    return int((labels != relabeled).sum())


def check(cert, trained, labels, cost_of=count, classes=None):
    """Exact, equal to brute force at every budget, and every witness breaks what it says."""
    classes = list(cert.classes) if classes is None else classes
    predicted = np.array([classes.index(p) for p in cert.prediction])
    worst = worst_leads(trained, labels, classes, predicted, cost_of, cert.max_flips)
    assert cert.exact.all()
    for r in range(cert.max_flips + 1):
        assert (cert.radius[worst[:, r] > TOLERANCE] >= r).all()
        assert (cert.radius[worst[:, r] < -TOLERANCE] < r).all()
    for t, witness in enumerate(cert.witnesses):
        assert (witness is None) == (cert.radius[t] == cert.max_flips)
        if witness is not None:
            relabeled = labels.copy()
            relabeled[witness.indices] = witness.labels
            assert (relabeled != labels).sum() == len(witness.indices)
            assert cost_of(labels, relabeled) == cert.radius[t] + 1
            assert trained.lead(relabeled, predicted)[t] <= TOLERANCE
