"""Advice of linear learners on thousands of labels: seconds, and peak memory.

    python benchmarks/advice.py [--labels 5000] [--tests 100] [--kernel]

Real e-mails where they are at hand (`spam_assassin_minilm.parquet` in LABELCERT_DATA_DIR), else
drawn rows. --kernel goes by the kernel matrix, as `advise(ridge=…)` does.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from pathlib import Path

import numpy as np

import labelcert as lc


def rows(labels: int, tests: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    path = Path(os.environ.get("LABELCERT_DATA_DIR", "")) / "spam_assassin_minilm.parquet"
    rng = np.random.default_rng(0)
    if path.is_file():
        import pandas as pd

        frame = pd.read_parquet(path)
        name = next(c for c in ("label", "class", "target") if c in frame)
        y = frame[name].astype(str).to_numpy()
        X = frame.select_dtypes("number").drop(columns=[name], errors="ignore").to_numpy(float)
    else:
        X = rng.standard_normal((labels + tests, 384))
        y = np.where(X[:, 0] + 0.3 * rng.standard_normal(len(X)) > 0, "spam", "ham")
    order = rng.permutation(len(X))[: labels + tests]
    return X[order[:labels]], y[order[:labels]], X[order[labels:]]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--labels", type=int, default=5000)
    parser.add_argument("--tests", type=int, default=100)
    parser.add_argument("--ridge", type=float, default=10.0)
    parser.add_argument("--max-flips", default="5%")
    parser.add_argument("--budget", default="1%")
    parser.add_argument("--kernel", action="store_true")
    given = parser.parse_args()
    X, y, T = rows(given.labels, given.tests)
    options = {"ridge": given.ridge, "max_flips": given.max_flips, "budget": given.budget}
    start = time.perf_counter()
    if given.kernel:
        advice = lc.advise(X @ X.T, T @ X.T, y, k=5, **options)
    else:
        advice = lc.advise_linear(X, T, y, k=5, **options)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{len(y)} labels, {len(T)} tests, {X.shape[1]} features: {seconds:.1f} s, {peak:.2f} GB")
    print(advice)
    print(advice.suspicious)


if __name__ == "__main__":
    main()
