"""Hundreds to thousands of labels: what is proven within a time limit.

    python benchmarks/reach.py [--data digits] [--labels 300 1000] [--C 0.1 1] [--limit 120]
                               [--flips 10] [--test 50]

digits: scikit-learn's, odd against even, 1,797 rows of 64 pixels. mails: spam or not, 6,046 e-mails
as sentence embeddings (``spam_assassin_minilm.parquet``, looked for in ``../shared/data`` or
``LABELCERT_DATA_DIR``). Rows of unit length, MLP kernel of depth 1, labels and test points drawn
with seed 0. Prints, for each problem, the accuracy, the median of radius / radius_upper (both at
most --flips, predictions that break at one flip left out), the seconds used beside compiling, the
share proven robust at some budgets with the share that no attack broke in brackets, and which
engines proved. Two jobs.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.datasets import load_digits

import labelcert as lc
from labelcert._jit import compile_seconds

SHARED = Path(__file__).resolve().parents[1].parent / "shared" / "data"


def digits() -> tuple[np.ndarray, np.ndarray]:
    points, labels = load_digits(return_X_y=True)
    return points, labels % 2


def mails() -> tuple[np.ndarray, np.ndarray]:
    folder = Path(os.environ.get("LABELCERT_DATA_DIR") or SHARED)
    table = pd.read_parquet(folder / "spam_assassin_minilm.parquet")
    points = table.select_dtypes("float32").to_numpy(np.float64)
    return points, (table["label"] == "spam").to_numpy().astype(int)


def run(data: str, n: int, C: float, flips: int, limit: float, tested: int) -> None:
    points, y = {"digits": digits, "mails": mails}[data]()
    points = points / np.linalg.norm(points, axis=1, keepdims=True)
    order = np.random.default_rng(0).permutation(len(points))
    train, test = order[:n], order[n : n + tested]
    kernel = lc.kernels.MLP(depth=1)
    gram, cross, labels = kernel(points, train), kernel(points, test, train), y[train]
    begin, compiled = time.perf_counter(), compile_seconds()
    cert = lc.certify(gram, cross, labels, C=C, max_flips=flips, time_limit=limit, n_jobs=2)
    seconds = time.perf_counter() - begin - (compile_seconds() - compiled)
    budgets = sorted({*range(1, min(flips, 5) + 1), flips // 2, 3 * flips // 4, flips} - {0})
    shares = "  ".join(
        f"{r}: {cert.certified_ratio(r):.0%} ({(cert.radius_upper >= r).mean():.0%})"
        for r in budgets
    )
    right = float((cert.prediction == y[test]).mean())
    reached = cert.radius_upper > 0
    ratio = float(np.median(cert.radius[reached] / cert.radius_upper[reached]))
    engines = ", ".join(f"{k} {v}" for k, v in Counter(cert.proven_by).most_common())
    print(
        f"{n:6d} {C:6g} {right:8.0%} {seconds:7.1f} {ratio:6.2f}  {shares}  {engines}", flush=True
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", choices=["digits", "mails"], default="digits")
    parser.add_argument("--labels", type=int, nargs="+", default=[300, 1000])
    parser.add_argument("--C", type=float, nargs="+", default=[0.01, 0.1, 1.0])
    parser.add_argument("--flips", type=int, default=10)
    parser.add_argument("--limit", type=float, default=120.0)
    parser.add_argument("--test", type=int, default=50)
    options = parser.parse_args()
    print("labels      C accuracy seconds  ratio  flips: proven (not broken)")
    for n in options.labels:
        for C in options.C:
            run(options.data, n, C, options.flips, options.limit, options.test)


if __name__ == "__main__":
    main()
