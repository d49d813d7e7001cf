"""Brute force over every way in which some annotators could have voted: slow, obviously right."""

from collections import Counter
from itertools import combinations, product

import numpy as np

import labelcert as lc
from oracles.crowds import Crowd


def majority_of(votes):
    """The label with most votes, of equals the first in sorted order."""
    counts = Counter(votes)
    most = max(counts.values())
    return min(label for label, count in counts.items() if count == most)


def random_voters(seed, learner="C", classes=2, budget=None):
    """A random problem whose labels are majorities of a few votes; some rows have none."""
    rng = np.random.default_rng(seed)
    n, m, crowd = int(rng.integers(1, 7)), 3, int(rng.integers(1, 5))
    n = min(n, 5) if classes > 2 else n
    points, tests = rng.standard_normal((n, 3)), rng.standard_normal((m, 3))
    if seed % 3 == 0:
        points, tests = np.round(points), np.round(tests)
    if seed % 4 == 1 and n > 1:
        points[-1] = points[0]
    names = [f"annotator {k}" for k in range(crowd)]
    votes = [
        {name: int(rng.integers(0, classes)) for name in names if rng.random() < 0.6}
        for _ in range(n)
    ]
    labels = np.array([majority_of(v.values()) if v else rng.integers(0, classes) for v in votes])
    gram, cross = points @ points.T, tests @ points.T
    scale = float(np.abs(gram).max()) or 1.0
    value = 10.0 ** rng.uniform(-2, 2) / scale if learner == "C" else 10.0 ** rng.uniform(-3, 2)
    plain = seed % 2 == 0
    if budget is None:
        budget = int(rng.integers(0, n + 1)) if classes == 2 else 0
    pairs = [(a, b) for a in range(classes) for b in range(classes) if a != b]
    kept = [pair for pair in pairs if rng.random() < 0.7] or pairs[:1]
    threat = lc.ThreatModel(
        budget=budget,
        trusted=() if plain else np.flatnonzero(rng.random(n) < 0.2).tolist(),
        costs=None if plain else rng.integers(1, 4, n).tolist(),
        directions=None if plain else kept,
        votes=votes,
        bad_annotators=int(rng.integers(1, 4)),
    )
    return Crowd(gram, cross, labels, classes, {learner: value}, threat)


def prices_of_votes(crowd):
    """(N, n) all labelings there are, and what each costs the attacker: inf where it is none.

    Every choice of annotators, and every way in which these could have voted; what differs from
    such labels is paid for.
    """
    n, classes, threat = len(crowd.labels), crowd.classes, crowd.threat
    numbers = np.arange(classes**n)
    every = (numbers[:, None] // classes ** np.arange(n)) % classes
    costs = np.ones(n, int) if threat.costs is None else np.array(threat.costs)
    names = sorted({name for votes in threat.votes for name in votes})
    voted = {tuple(crowd.labels.tolist())}
    reach = []  # the labelings of each choice of annotators
    for chosen in combinations(names, min(threat.bad_annotators, len(names))):
        ways = []
        for row, votes in enumerate(threat.votes):
            kept = [label for name, label in votes.items() if name not in chosen]
            own = len(votes) - len(kept)
            again = product(range(classes), repeat=own) if own else [()]
            ways.append(
                {majority_of([*kept, *new]) for new in again} if votes else {crowd.labels[row]}
            )
        reach.append(set(product(*ways)))
    price = np.full(len(every), np.inf)
    for k, labels in enumerate(every):
        moved = {(int(a), int(b)) for a, b in zip(crowd.labels, labels, strict=True) if a != b}
        changed = labels != crowd.labels
        if threat.directions is not None and not moved <= set(threat.directions):
            continue
        if any(changed[i] for i in threat.trusted):
            continue
        for free in [voted, *reach]:
            for one in free:
                # A label is as voted for nothing, or as it was, or it is paid for.
                pays = changed & (labels != np.array(one))
                price[k] = min(price[k], costs[pays].sum())
    return every, price
