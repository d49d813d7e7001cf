"""A small problem with a brute-force answer that shares no code with the package."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from oracles.brute_force import solve_dual


def problem(seed: int, n: int = 8, m: int = 4):
    """Gram matrix (n, n), cross-kernel (m, n) and labels (n,) 0 and 1 in two clouds."""
    rng = np.random.default_rng(seed)
    y = np.repeat([0, 1], n // 2)
    points = rng.normal(size=(n, 2)) + np.where(y[:, None] == 1, 1.2, -1.2)
    tests = rng.normal(size=(m, 2))

    def kernel(a, b):
        return np.exp(-((a[:, None] - b[None]) ** 2).sum(-1) / 2)

    return kernel(points, points), kernel(tests, points), y


def radii(gram, cross, y, C, budget, permits=lambda flips: True) -> list[int]:
    """Largest budget that each prediction survives, every permitted flip set retrained."""
    signs = np.where(np.asarray(y) == 1, 1.0, -1.0)
    clean = np.sign(cross @ solve_dual(gram, signs, C))
    radius = np.full(len(cross), budget)
    for size in range(budget, 0, -1):
        for flips in combinations(range(len(signs)), size):
            if permits(flips):
                flipped = signs.copy()
                flipped[list(flips)] *= -1
                broken = clean * (cross @ solve_dual(gram, flipped, C)) <= 0
                radius[broken] = size - 1
    return radius.tolist()
