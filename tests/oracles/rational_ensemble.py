"""The obviously right ensemble: every part retrained in fractions, on every relabeling.

Ridge regression one against all with targets ±1 on given rows, no intercept, a vote for the largest
value and ties to the first class, in a base and among the votes. Nothing of labelcert is used.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product


def solve(matrix, rhs):
    """Gauss–Jordan in fractions, for a positive definite matrix."""
    rows = [[*row, value] for row, value in zip(matrix, rhs, strict=True)]
    for i in range(len(rows)):
        pivot = next(r for r in range(i, len(rows)) if rows[r][i] != 0)
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for r in range(len(rows)):
            if r != i and rows[r][i] != 0:
                rows[r] = [a - rows[r][i] * b for a, b in zip(rows[r], rows[i], strict=True)]
    return [row[-1] for row in rows]


def dot(one, two):
    return sum(
        (Fraction(float(a)) * Fraction(float(b)) for a, b in zip(one, two, strict=True)),
        Fraction(0),
    )


class RationalEnsemble:
    """X (n, d), parts (n,) numbers below count, new rows (m, d)."""

    def __init__(self, X, parts, count, ridge, new, classes):
        self.classes, self.count = classes, count
        self.members = [[i for i, p in enumerate(parts) if p == j] for j in range(count)]
        self.weights = []
        for own in self.members:
            gram = [
                [dot(X[a], X[b]) + (Fraction(float(ridge)) if a == b else 0) for b in own]
                for a in own
            ]
            self.weights.append([solve(gram, [dot(X[a], row) for a in own]) for row in new])

    def base_vote(self, j, t, labels):
        values = [
            sum(
                (
                    w if labels[i] == k else -w
                    for w, i in zip(self.weights[j][t], self.members[j], strict=True)
                ),
                Fraction(0),
            )
            for k in range(self.classes)
        ]
        return max(range(self.classes), key=lambda k: (values[k], -k))

    def vote(self, t, labels):
        votes = [self.base_vote(j, t, labels) for j in range(self.count)]
        return max(range(self.classes), key=lambda k: (votes.count(k), -k))

    def fewest_flips(self, t, labels):
        """The least number of changed labels that change the prediction; None if none do."""
        clean, fewest = self.vote(t, labels), None
        for other in product(range(self.classes), repeat=len(labels)):
            changed = sum(a != b for a, b in zip(other, labels, strict=True))
            if (fewest is None or changed < fewest) and self.vote(t, other) != clean:
                fewest = changed
        return fewest
