"""Brute force over all relabelings of an attacker with bad groups: slow and obviously right."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

import labelcert as lc
from oracles.brute_force import solve_dual


@dataclass(frozen=True)
class Crowd:
    """A random problem as `certify` takes it, with everything that a threat model may hold."""

    gram: np.ndarray
    cross: np.ndarray
    labels: np.ndarray
    classes: int
    learner: dict
    threat: lc.ThreatModel

    def certify(self, **options):
        return lc.certify(
            self.gram, self.cross, self.labels, classes=list(range(self.classes)),
            threat=self.threat, **self.learner, **options,
        )  # fmt: skip


def random_crowd(seed, learner="C", classes=None, plain=None):
    """Rounded and duplicate points, ties, one class, any costs, purses, directions, trust."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 8)), 3
    classes = int(rng.integers(2, 4)) if classes is None else classes
    n = min(n, 6) if classes > 2 else n
    points, tests = rng.standard_normal((n, 3)), rng.standard_normal((m, 3))
    if seed % 3 == 0:
        points, tests = np.round(points), np.round(tests)
    if seed % 4 == 1 and n > 1:
        points[-1] = points[0] + 1e-3 * (seed % 8 == 1)
    if seed % 5 == 2:
        tests[0] = 0.0
    labels = rng.integers(0, classes, n)
    gram, cross = points @ points.T, tests @ points.T
    if seed % 7 == 3:
        gram, cross = gram.astype(np.float32), cross.astype(np.float32)
    scale = float(np.abs(gram).max()) or 1.0
    value = 10.0 ** rng.uniform(-3, 2) / scale if learner == "C" else 10.0 ** rng.uniform(-3, 2)
    plain = bool(rng.integers(2)) if plain is None else plain
    groups = rng.integers(0, 3, n)
    costs = None if plain else rng.integers(1, 4, n).tolist()
    total = n if costs is None else sum(costs)
    pairs = [(a, b) for a in range(classes) for b in range(classes) if a != b]
    kept = [pair for pair in pairs if rng.random() < 0.7] or pairs[:1]
    threat = lc.ThreatModel(
        budget=int(rng.integers(0, total + 1)),
        trusted=() if plain else np.flatnonzero(rng.random(n) < 0.2).tolist(),
        costs=costs,
        directions=None if plain else kept,
        groups=groups.tolist(),
        group_budgets=None if plain else {int(groups[0]): int(rng.integers(0, 4))},
        bad_groups=int(rng.integers(1, 4)),
    )
    return Crowd(gram, cross, labels, classes, {learner: value}, threat)


def prices(crowd):
    """(N, n) all labelings there are, and what each costs the attacker: inf where it is none."""
    n, classes, threat = len(crowd.labels), crowd.classes, crowd.threat
    numbers = np.arange(classes**n)
    every = (numbers[:, None] // classes ** np.arange(n)) % classes
    costs = np.ones(n, int) if threat.costs is None else np.array(threat.costs)
    groups = np.array(threat.groups)
    budgets = threat.group_budgets or {}
    price = np.full(len(every), np.inf)
    for k, labels in enumerate(every):
        moved = [(int(a), int(b)) for a, b in zip(crowd.labels, labels, strict=True) if a != b]
        if threat.directions is not None and not set(moved) <= set(threat.directions):
            continue
        changed = labels != crowd.labels
        if any(changed[i] for i in threat.trusted):
            continue
        for size in range(threat.bad_groups + 1):
            for bad in combinations(set(groups.tolist()), size):
                pays = changed & ~np.isin(groups, bad)
                within = all(
                    costs[pays & (groups == g)].sum() <= budgets.get(g, np.inf)
                    for g in set(groups.tolist())
                )
                if within:
                    price[k] = min(price[k], costs[pays].sum())
    return every, price


def leads_of_truth(crowd, predicted, priced=None):
    """(N, m) lead of predicted classes over the best rival for each labeling, prices, tolerance.

    priced: what `prices` returns, of another attacker.
    """
    every, price = prices(crowd) if priced is None else priced
    gram, cross = np.asarray(crowd.gram, float), np.asarray(crowd.cross, float)
    n, m, classes = len(gram), len(cross), crowd.classes
    fits = {}

    def value(members):
        key = members.tobytes()
        if key not in fits:
            y = np.where(members, 1.0, -1.0)
            if "C" in crowd.learner:
                fits[key] = cross @ solve_dual(gram, y, crowd.learner["C"])
            else:
                fits[key] = cross @ np.linalg.solve(gram + crowd.learner["ridge"] * np.eye(n), y)
        return fits[key]

    leads = np.full((len(every), m), np.inf)
    for k in np.flatnonzero(np.isfinite(price)):
        logits = np.stack([value(every[k] == c) for c in range(classes)])
        if classes == 2:
            logits = np.stack([-logits[1], logits[1]]) / 2
        own = logits[predicted, np.arange(m)]
        logits[predicted, np.arange(m)] = -np.inf
        leads[k] = own - logits.max(axis=0)
    size = max((float(np.abs(v).max()) for v in fits.values()), default=0.0)
    reach = crowd.learner.get("C", 0.0) * float(np.abs(cross).sum(axis=1).max())
    return leads, price, 1e-6 * max(size, 1e-3 * reach, 1e-12)
