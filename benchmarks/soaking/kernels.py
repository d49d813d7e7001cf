"""Kernels made to break things. Rows of the cross kernel lie in the span of the Gram's features."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Kernels = tuple[np.ndarray, np.ndarray]


def gaussian(rng: np.random.Generator, n: int, m: int) -> Kernels:
    return linear(*features(rng, n, m, int(rng.integers(n, n + 4))))


def low_rank(rng: np.random.Generator, n: int, m: int) -> Kernels:
    return linear(*features(rng, n, m, int(rng.integers(1, max(2, n)))))


def integers(rng: np.random.Generator, n: int, m: int) -> Kernels:
    points, tests = features(rng, n, m, int(rng.integers(1, 6)))
    return linear(np.round(points), np.round(tests))


def dyadic(rng: np.random.Generator, n: int, m: int) -> Kernels:
    points, tests = features(rng, n, m, int(rng.integers(1, 9)))
    return linear(on_grid(points, 10), on_grid(tests, 10))


def near_duplicates(rng: np.random.Generator, n: int, m: int) -> Kernels:
    """Rows 10⁻² to 10⁻⁶ apart, and tests that see little but the difference."""
    half = (n + 1) // 2
    points, tests = features(rng, n, m, int(rng.integers(1, 9)))
    twin = rng.integers(0, half, n) if rng.random() < 0.3 else np.arange(n) % half
    apart = 10.0 ** rng.uniform(-6, -2)
    points = points[twin] + apart * rng.standard_normal(points.shape)
    if rng.random() < 0.5:
        points, tests = on_grid(points, 20), on_grid(tests, 20)
    if n > 1:
        few = rng.random(m) < 0.2
        tests[few] = points[0] - points[rng.integers(0, n, int(few.sum()))]
    return linear(points, tests)


def duplicates(rng: np.random.Generator, n: int, m: int) -> Kernels:
    points, tests = features(rng, n, m, int(rng.integers(1, 6)))
    points = on_grid(points[rng.integers(0, (n + 1) // 2, n)], 8)
    tests = on_grid(tests, 8)
    tests[rng.random(m) < 0.3] = points[0]
    return linear(points, tests)


def zero_rows(rng: np.random.Generator, n: int, m: int) -> Kernels:
    points, tests = features(rng, n, m, int(rng.integers(1, 6)))
    points[rng.random(n) < 0.4] = 0.0
    tests[rng.random(m) < 0.2] = 0.0
    return linear(on_grid(points, 10), on_grid(tests, 10))


def rank_one(rng: np.random.Generator, n: int, m: int) -> Kernels:
    if rng.random() < 0.3:
        return np.full((n, n), 2.0**32), np.full((m, n), 2.0**32) * rng.choice([-1, 1], (m, 1))
    points, tests = features(rng, n, m, 1)
    return linear(np.round(points * 3), np.round(tests * 3))


def rank_zero(rng: np.random.Generator, n: int, m: int) -> Kernels:
    return np.zeros((n, n)), np.zeros((m, n))


def float32(rng: np.random.Generator, n: int, m: int) -> Kernels:
    points, tests = features(rng, n, m, int(rng.integers(2, n + 6)))
    gram, cross = linear(points, tests)
    return gram.astype(np.float32), cross.astype(np.float32)


def large(rng: np.random.Generator, n: int, m: int) -> Kernels:
    gram, cross = integers(rng, n, m) if rng.random() < 0.5 else gaussian(rng, n, m)
    return gram * 2.0**32, cross * 2.0**32


def tiny(rng: np.random.Generator, n: int, m: int) -> Kernels:
    gram, cross = integers(rng, n, m) if rng.random() < 0.5 else gaussian(rng, n, m)
    return gram * 2.0**-40, cross * 2.0**-40


def large_constant(rng: np.random.Generator, n: int, m: int) -> Kernels:
    """Like tangent kernels with biases: all entries near each other."""
    points, tests = features(rng, n, m, int(rng.integers(2, 7)))
    constant = float(rng.integers(2, 40))
    points = np.column_stack([on_grid(points, 10), np.full(n, constant)])
    tests = np.column_stack([on_grid(tests, 10), np.full(m, constant)])
    return linear(points, tests)


def diagonal(rng: np.random.Generator, n: int, m: int) -> Kernels:
    """Labels that do not see each other, of sizes far apart."""
    size = 2.0 ** rng.integers(-12, 13, n)
    return np.diag(size**2), rng.integers(-2, 3, (m, n)) * size


KERNELS: dict[str, Callable[[np.random.Generator, int, int], Kernels]] = {
    "gaussian": gaussian,
    "low rank": low_rank,
    "integers": integers,
    "dyadic": dyadic,
    "near duplicates": near_duplicates,
    "duplicates": duplicates,
    "zero rows": zero_rows,
    "rank one": rank_one,
    "rank zero": rank_zero,
    "float32": float32,
    "large": large,
    "tiny": tiny,
    "large constant": large_constant,
    "diagonal": diagonal,
}


def features(rng: np.random.Generator, n: int, m: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    """Points (n, d) and tests (m, d); some tests are combinations of points."""
    points, tests = rng.standard_normal((n, d)), rng.standard_normal((m, d))
    copies = rng.random(m) < 0.2
    tests[copies] = rng.integers(-1, 2, (int(copies.sum()), n)) @ points
    return points, tests


def on_grid(values: np.ndarray, bits: int) -> np.ndarray:
    """Rounded to multiples of 2^−bits, so that products and their sums are exact."""
    return np.round(values * 2.0**bits) / 2.0**bits


def linear(points: np.ndarray, tests: np.ndarray) -> Kernels:
    """The linear kernel, exactly symmetric."""
    gram = points @ points.T
    return np.tril(gram) + np.tril(gram, -1).T, tests @ points.T
