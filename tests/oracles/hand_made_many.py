"""A certificate of three classes whose every figure is known, made by hand."""

from __future__ import annotations

import numpy as np

from labelcert.certificates import Certificate, CollectiveCertificate, Witness

# Five labels, four test points, budgets 0 to 3: radii 0, 1 to 2, 3+ and a tie.


def hand_made_many(names: tuple[str, str, str] = ("=a", "b", "c")) -> Certificate:
    a, b, c = names
    margins = np.full((4, 4), np.nan)
    return Certificate(
        labels=np.array([a, a, b, c, c]),
        classes=np.array(names),
        decision=np.array(
            [[0.5, 0.25, -1.0], [-1.0, -0.5, 1.5], [3.0, -1.0, 0.0], [0.0, -1.0, 1e-12]]
        ),
        error_bar=np.array(
            [[0.01, 0.02, 0.0], [0.0, 0.01, 0.02], [0.1, 0.2, 0.3], [1e-9, 1e-9, 1e-9]]
        ),
        radius=np.array([0, 1, 3, -1]),
        radius_upper=np.array([0, 2, 3, -1]),
        worst_margin=margins,
        worst_margin_bound=np.full((4, 4), -np.inf),
        witnesses=(
            Witness(np.array([2]), np.array([c])),
            Witness(np.array([0, 1, 3]), np.array([b, b, a])),
            None,
            Witness(np.array([], dtype=np.int64), np.array([], dtype="<U2")),
        ),
        proven_by=("training", "sort", "sort", ""),
        broken_by=("sort", "attack", "", "training"),
        max_flips=3,
        learner={"C": 1.0},
        collective=CollectiveCertificate(
            broken_lower=np.array([1, 2, 2, 3]),
            broken_upper=np.array([1, 2, 3, 3]),
            num_test=4,
            witnesses=tuple(
                Witness(np.arange(r), np.array([b, c, a][:r], dtype="<U2")) for r in range(4)
            ),
        ),
        # The last one ties: exact arithmetic has a and c level, whatever was computed.
        class_numbers=np.array([0, 2, 0, 0]),
        relaxed_radius=np.array([0, 0, 2, -1]),
    )
