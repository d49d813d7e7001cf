"""Hundreds to thousands of labels: what is proven of digits, odd against even, within a time limit.

    python benchmarks/reach.py [--labels 300 1000] [--C 0.1 1] [--limit 120] [--flips 10]

scikit-learn's digits (1,797 rows of 64 pixels, scaled to unit length), MLP kernel of depth 1,
labels and 50 test points drawn with seed 0. Prints, for each problem, the share proven robust at
each budget, the median of radius / radius_upper (both at most --flips, predictions that break at
one flip left out), the seconds used beside compiling, and which engines proved. Two jobs.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter

import numpy as np
from sklearn.datasets import load_digits

import labelcert as lc
from labelcert._jit import compile_seconds

TEST = 50


def digits(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    points, labels = load_digits(return_X_y=True)
    points = points / np.linalg.norm(points, axis=1, keepdims=True)
    order = np.random.default_rng(0).permutation(len(points))
    train, test = order[:n], order[n : n + TEST]
    kernel = lc.kernels.MLP(depth=1)
    return kernel(points, train), kernel(points, test, train), labels[train] % 2


def run(n: int, C: float, flips: int, limit: float) -> None:
    gram, cross, labels = digits(n)
    begin, compiled = time.perf_counter(), compile_seconds()
    cert = lc.certify(gram, cross, labels, C=C, max_flips=flips, time_limit=limit, n_jobs=2)
    seconds = time.perf_counter() - begin - (compile_seconds() - compiled)
    shares = " ".join(f"{cert.certified_ratio(r):4.0%}" for r in range(1, flips + 1))
    reached = cert.radius_upper > 0
    ratio = float(np.median(cert.radius[reached] / cert.radius_upper[reached]))
    engines = ", ".join(f"{k} {v}" for k, v in Counter(cert.proven_by).most_common())
    print(f"{n:6d} {C:6g} {seconds:7.1f} {ratio:7.2f}  {shares}  {engines}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--labels", type=int, nargs="+", default=[300, 1000])
    parser.add_argument("--C", type=float, nargs="+", default=[0.01, 0.1, 1.0])
    parser.add_argument("--flips", type=int, default=10)
    parser.add_argument("--limit", type=float, default=120.0)
    options = parser.parse_args()
    print(f"{'labels':>6s} {'C':>6s} {'seconds':>7s} {'ratio':>7s}  proven at 1, 2, … flips")
    for n in options.labels:
        for C in options.C:
            run(n, C, options.flips, options.limit)


if __name__ == "__main__":
    main()
