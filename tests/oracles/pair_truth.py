"""What every relabeling does to every pair of classes, by brute force.

The labelings and single fits are those of `oracles.relabelings`; nothing of branch and bound is
used. SVM solutions are kept by ±1 vector, so that a labeling costs K look-ups.
"""

from dataclasses import dataclass

import numpy as np

from oracles.relabelings import every_labeling, svm_values


@dataclass(frozen=True)
class PairTruth:
    """logits (N, K, m) of N allowed labelings (N, n) of given cost (N,); floats are good to
    `tolerance`. Two classes are mirrored machines: their leads count half."""

    labels: np.ndarray
    cost: np.ndarray
    logits: np.ndarray
    tolerance: float

    def lead(self, t, a, b):
        """(N,) the lead of a over b at test point t."""
        share = 0.5 if self.logits.shape[1] == 2 else 1.0
        return share * (self.logits[:, a, t] - self.logits[:, b, t])

    def worst(self, t, a, b, budget):
        """The smallest lead of a over b at test point t of cost ≤ budget."""
        return self.lead(t, a, b)[self.cost <= budget].min()

    def clear_pairs(self):
        """(t, a, b): the clean class a of t is surely ahead of b."""
        clean = self.logits[np.flatnonzero(self.cost == 0)[0]]
        for t in range(clean.shape[1]):
            a = int(clean[:, t].argmax())
            ahead = clean[a, t] - clean[:, t] > 2 * self.tolerance
            yield from ((t, a, int(b)) for b in np.flatnonzero(ahead))


def pair_truth(problem):
    """The `PairTruth` of a Machines."""
    values = svm_values(problem)
    labels, cost = every_labeling(problem.space, problem.max_budget)
    known = {}

    def logits(members):
        key = members.tobytes()
        if key not in known:
            known[key] = values(np.where(members, 1.0, -1.0))
        return known[key]

    table = np.array([[logits(row == k) for k in range(problem.classes)] for row in labels])
    # Logits of size 0 but for rounding are told apart by what they are made of.
    reach = problem.C * float(np.abs(problem.cross).sum(axis=1).max())
    return PairTruth(labels, cost, table, 1e-6 * max(float(np.abs(table).max()), 1e-3 * reach))
