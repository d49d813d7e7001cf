"""Random and nasty problems: ties, singular matrices, duplicates, one class, tiny and huge C."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

KINDS = ("smooth", "integers", "duplicates", "low rank", "badly scaled", "float32", "zero rows")


class RandomProblem(NamedTuple):
    kind: str
    gram: np.ndarray
    cross: np.ndarray
    y: np.ndarray
    C: float
    budget: int


def make_problem(kind: str, n: int, m: int, log_c: int, budget: int, seed: int) -> RandomProblem:
    rng = np.random.default_rng(seed)
    d = max(1, n // 2) if kind == "low rank" else n + 1
    points, tests = rng.standard_normal((n, d)), rng.standard_normal((m, d))
    if kind == "integers":
        points = rng.integers(-1, 2, (n, d)).astype(float)
        tests = rng.integers(-1, 2, (m, d)).astype(float)
    if kind == "duplicates":
        points[n // 2 :] = points[: n - n // 2]
        tests[0] = points[0]
    if kind == "badly scaled":
        points *= 10.0 ** rng.integers(-4, 4)
    if kind == "zero rows":
        points[rng.integers(n)] = 0.0
        tests[0] = 0.0
    gram, cross = points @ points.T, tests @ points.T
    if kind == "float32":
        gram, cross = gram.astype(np.float32), cross.astype(np.float32)
    y = rng.choice([-1, 1], n)
    size = float(np.abs(gram).max()) or 1.0
    return RandomProblem(kind, gram, cross, y, 10.0**log_c / size, min(budget, n))


cases = st.tuples(
    st.sampled_from(KINDS), st.integers(2, 6), st.integers(-3, 2), st.integers(0, 4),
    st.integers(0, 2**31),
)  # fmt: skip
"""Kind, n, log C, budget and seed of a problem, for tests that make it themselves."""


def problems(max_n: int = 6, max_m: int = 3) -> st.SearchStrategy[RandomProblem]:
    return st.builds(
        make_problem,
        kind=st.sampled_from(KINDS),
        n=st.integers(1, max_n),
        m=st.integers(1, max_m),
        log_c=st.integers(-3, 4),
        budget=st.integers(0, max_n),
        seed=st.integers(0, 2**31),
    )
